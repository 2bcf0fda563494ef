//! The table of contents (`lookup table`): 50 bytes for each stored content: where it lies, in which part, how often it is used, and its
//! SHA-1 when it is unpacked.

use std::io::{Read, Seek};

use pxectl_model::body::Extent;

use super::header::{Header, Resource};
use super::solid::HEAD;
use crate::bytes::u16_le;
use crate::error::Error;
use crate::source::Source;

const ROW: u64 = 50;
/// What is read at once.
const ROWS: u64 = 4096;
/// The size that stands for a resource of which others are pieces (wimlib: SOLID_RESOURCE_MAGIC_NUMBER).
const RUN: u64 = 1 << 32;

/// What the table says, all in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Blobs {
    /// Images' folders.
    pub(super) metadata: u64,
    /// Where the last content of this part ends, byte of the file.
    pub(super) end: u64,
}

pub(super) fn read<R: Read + Seek>(source: &mut Source<R>, header: &Header) -> Result<Blobs, Error> {
    let mut blobs = Blobs::default();
    each(source, header, |resource| {
        blobs.metadata += u64::from(resource.is_metadata());
        // A piece of a run says where it lies in what is unpacked.
        if resource.flags & Resource::SOLID == 0 || resource.size == RUN {
            blobs.end = blobs.end.max(resource.end().unwrap_or(0));
        }
    })?;
    Ok(blobs)
}

/// The folders of an image: rows of them stand in the order of images.
pub(super) fn metadata<R: Read + Seek>(source: &mut Source<R>, header: &Header, image: u32) -> Result<Option<Resource>, Error> {
    let (mut seen, mut found) = (0, None);
    each(source, header, |resource| {
        seen += u32::from(resource.is_metadata());
        if resource.is_metadata() && seen == image {
            found = Some(resource);
        }
    })?;
    Ok(found)
}

/// The heads of contents that are compressed as one: whoever opens the WIM reads them.
pub(super) fn solid_heads<R: Read + Seek>(source: &mut Source<R>, header: &Header) -> Result<Vec<Extent>, Error> {
    let mut heads = Vec::new();
    each(source, header, |resource| {
        if resource.flags & Resource::SOLID != 0 && resource.size == RUN {
            heads.push(Extent { offset: resource.offset, len: resource.stored.min(HEAD) });
        }
    })?;
    Ok(heads)
}

/// Hands over what lies in this part.
fn each<R: Read + Seek>(source: &mut Source<R>, header: &Header, mut to: impl FnMut(Resource)) -> Result<(), Error> {
    let table = header.blobs;
    if !table.is_plain() || !table.stored.is_multiple_of(ROW) {
        return Err(Error::Damaged("the WIM's table of contents is not made of rows of 50 bytes"));
    }
    source.holds("the WIM's table of contents", table.offset, table.stored)?;
    let mut done = 0;
    while done < table.stored {
        source.begin();
        let len = (table.stored - done).min(ROW * ROWS);
        let rows = source.read("the WIM's table of contents", table.offset + done, len as u32)?;
        done += len;
        let here = rows.chunks_exact(ROW as usize).filter(|row| u16_le(row, 24) == header.part);
        here.for_each(|row| to(Resource::of(row, 0)));
    }
    Ok(())
}
