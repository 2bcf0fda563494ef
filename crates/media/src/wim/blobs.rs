//! The table of contents (`lookup table`): 50 bytes for each stored content: where it lies, in which part, how often it is used, and its
//! SHA-1 when it is unpacked.

use std::io::{Read, Seek};

use super::header::{Header, Resource};
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
    let table = header.blobs;
    if !table.is_plain() || !table.stored.is_multiple_of(ROW) {
        return Err(Error::Damaged("the WIM's table of contents is not made of rows of 50 bytes"));
    }
    source.holds("the WIM's table of contents", table.offset, table.stored)?;
    let (mut blobs, mut done) = (Blobs::default(), 0);
    while done < table.stored {
        source.begin();
        let len = (table.stored - done).min(ROW * ROWS);
        let rows = source.read("the WIM's table of contents", table.offset + done, len as u32)?;
        done += len;
        for row in rows.chunks_exact(ROW as usize).filter(|row| u16_le(row, 24) == header.part) {
            let resource = Resource::of(row, 0);
            blobs.metadata += u64::from(resource.flags & Resource::METADATA != 0);
            // A piece of a run says where it lies in what is unpacked.
            if resource.flags & Resource::SOLID == 0 || resource.size == RUN {
                blobs.end = blobs.end.max(resource.end().unwrap_or(0));
            }
        }
    }
    Ok(blobs)
}
