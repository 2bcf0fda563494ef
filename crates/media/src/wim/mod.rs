//! WIM: what Windows is installed from. Header, XML, table of contents and integrity table are read here; files inside are not, for
//! that takes decompressing.

mod blobs;
mod header;
mod integrity;
mod solid;
mod xml;

use std::io::{Read, Seek};

use self::integrity::Integrity;
use pxectl_model::body::Extent;

use crate::entry;
use crate::error::Error;
use crate::limits::{WIM_FOLDERS_MOST, XML_MOST};
use crate::source::Source;

pub use header::{Compression, Header};
pub use solid::Solid;
pub use xml::WimImage;

/// A WIM, opened.
#[derive(Debug)]
pub struct Wim<R> {
    source: Source<R>,
    header: Header,
    images: Vec<WimImage>,
}

/// What a WIM's integrity table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sums {
    /// There is none: nothing in the file tells whether its bytes are right.
    Absent,
    /// There is one, and it was not compared with the bytes.
    NotCompared,
    /// All bytes that it covers are as they were: everything but the header, the XML and the table itself.
    Match,
    /// So many stretches are not.
    Differ {
        /// How many.
        wrong: u64,
        /// Of how many.
        of: u64,
    },
}

impl<R: Read + Seek> Wim<R> {
    /// Reads what the file says of itself.
    ///
    /// # Errors
    /// Where it is no WIM, is still being written, or its header or XML make no sense.
    pub fn open(reader: R) -> Result<Self, Error> {
        Self::with(Source::new(reader)?)?.ok_or(Error::NotWim)
    }

    /// None where it is no WIM.
    pub(crate) fn with(mut source: Source<R>) -> Result<Option<Self>, Error> {
        let Some(header) = Header::read(&mut source)? else { return Ok(None) };
        if header.in_progress {
            return Err(Error::InProgress);
        }
        if header.part == 0 || header.part > header.parts {
            return Err(Error::Damaged("the WIM is a part that its set does not have"));
        }
        if header.boot_index > header.images {
            return Err(Error::Damaged("the WIM boots an image that it does not have"));
        }
        let mut wim = Self { source, header, images: Vec::new() };
        let xml = wim.header.xml;
        if !xml.is_plain() {
            return Err(Error::Damaged("the WIM's XML is compressed, which it never is"));
        }
        let len = u32::try_from(xml.stored).ok().filter(|len| *len <= XML_MOST);
        let len = len.ok_or(Error::TooMuch("the WIM's XML takes more than 16 MiB"))?;
        let bytes = wim.source.read("the WIM's XML", xml.offset, len)?;
        wim.images = xml::images(&xml::text(&bytes)?)?;
        // Later parts of a set repeat the XML, and have no image of their own.
        if wim.header.images as usize != wim.images.len() {
            return Err(Error::Damaged("the WIM's header and XML do not have as many images as each other"));
        }
        Ok(Some(wim))
    }

    /// Its header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Its images, in the order of its XML.
    pub fn images(&self) -> &[WimImage] {
        &self.images
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.source.len
    }

    /// How many bytes are missing at the end, by the tables; none where it is whole.
    ///
    /// # Errors
    /// Where the table of contents makes no sense.
    pub fn missing(&mut self) -> Result<Option<u64>, Error> {
        let header = &self.header;
        let tables = [header.blobs, header.xml, header.boot_metadata, header.integrity];
        let tables = tables.iter().filter_map(header::Resource::end).max().unwrap_or(0);
        if tables > self.source.len {
            return Ok(Some(tables - self.source.len));
        }
        let blobs = blobs::read(&mut self.source, header)?;
        if header.part == 1 && blobs.metadata != u64::from(header.images) {
            return Err(Error::Damaged("the WIM does not have folders for each of its images"));
        }
        Ok(blobs.end.checked_sub(self.source.len).filter(|missing| *missing > 0))
    }

    /// The parts of the file that whoever lists an image's folders reads, in order: header, tables, XML, and those folders. A file of
    /// this length that has nothing else lists as this one does. Later parts of a set have no folders.
    ///
    /// # Errors
    /// Where the table of contents makes no sense, something lies beyond the file's end, or the folders take more than
    /// [`crate::limits::WIM_FOLDERS_MOST`] when they are unpacked.
    pub fn frame(&mut self, image: u32) -> Result<Vec<Extent>, Error> {
        let folders = if self.header.part == 1 {
            let found = blobs::metadata(&mut self.source, &self.header, image)?;
            Some(found.ok_or(Error::Damaged("the WIM does not have folders for each of its images"))?)
        } else {
            None
        };
        if folders.is_some_and(|folders| folders.size > WIM_FOLDERS_MOST) {
            return Err(Error::TooMuch("the folders of one image of the WIM take more than 256 MiB"));
        }
        let tables = [Some(self.header.blobs), Some(self.header.xml), folders];
        let tables = tables.into_iter().flatten().filter_map(|table| table.extent());
        let solid = blobs::solid_heads(&mut self.source, &self.header)?;
        let frame: Vec<Extent> = self.header.heads.iter().copied().chain(tables).chain(solid).collect();
        for part in &frame {
            self.source.holds("a table of the WIM", part.offset, part.len)?;
        }
        Ok(entry::joined(frame))
    }

    /// What its integrity table says; `compare` reads all of the file.
    ///
    /// # Errors
    /// Where the table makes no sense, or the file cannot be read.
    pub fn sums(&mut self, compare: bool) -> Result<Sums, Error> {
        self.source.begin();
        let Some(table) = Integrity::read(&mut self.source, &self.header)? else { return Ok(Sums::Absent) };
        if !compare {
            return Ok(Sums::NotCompared);
        }
        Ok(match table.differing(&mut self.source)? {
            (0, _) => Sums::Match,
            (wrong, of) => Sums::Differ { wrong, of },
        })
    }
}
