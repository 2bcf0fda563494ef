//! The bytes of one file, its extents one after the other.

use std::io::{self, Read, Seek};

use pxectl_model::body::Extent;

use crate::source::Source;

/// Reads a file inside an image.
#[derive(Debug)]
pub struct Contents<'a, R> {
    source: &'a mut Source<R>,
    extents: &'a [Extent],
    /// Bytes of the first extent that were read already.
    done: u64,
}

impl<'a, R> Contents<'a, R> {
    /// The extents have been held against the image's length.
    pub(crate) fn new(source: &'a mut Source<R>, extents: &'a [Extent]) -> Self {
        Self { source, extents, done: 0 }
    }
}

impl<R: Read + Seek> Read for Contents<'_, R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let Some((extent, rest)) = self.extents.split_first() else { return Ok(0) };
        let n = self.source.at(extent.offset + self.done)?.take(extent.len - self.done).read(room)?;
        if n == 0 && !room.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.done += n as u64;
        if self.done == extent.len {
            (self.extents, self.done) = (rest, 0);
        }
        Ok(n)
    }
}
