//! The bytes of one file, its parts one after the other.

use std::io::{self, Read, Seek, SeekFrom};

use crate::entry::Part;
use crate::source::Source;

/// Reads a file inside an image.
#[derive(Debug)]
pub struct Contents<'a, R> {
    source: &'a mut Source<R>,
    parts: &'a [Part],
    /// The byte of the file that is read next.
    at: u64,
    /// The part that it lies in, and the file's byte that this part begins with.
    part: (usize, u64),
}

impl<'a, R> Contents<'a, R> {
    /// The parts have been held against the image's length.
    pub(crate) fn new(source: &'a mut Source<R>, parts: &'a [Part]) -> Self {
        Self { source, parts, at: 0, part: (0, 0) }
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.parts.iter().map(Part::len).fold(0, u64::saturating_add)
    }
}

impl<R: Read + Seek> Read for Contents<'_, R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if room.is_empty() {
            return Ok(0);
        }
        while let Some(part) = self.parts.get(self.part.0) {
            let inside = self.at - self.part.1;
            let left = part.len() - inside;
            if left == 0 {
                self.part = (self.part.0 + 1, self.at);
                continue;
            }
            let n = match part {
                Part::Bytes(extent) => self.source.at(extent.offset + inside)?.take(left).read(room)?,
                Part::Zeros(_) => {
                    let n = room.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    room[..n].fill(0);
                    n
                }
            };
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.at += n as u64;
            return Ok(n);
        }
        Ok(0)
    }
}

impl<R: Read + Seek> Seek for Contents<'_, R> {
    /// Past the end is the end.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let size = self.size();
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => size.checked_add_signed(by),
        };
        let to = to.ok_or(io::ErrorKind::InvalidInput)?.min(size);
        if to < self.part.1 {
            self.part = (0, 0);
        }
        while let Some(part) = self.parts.get(self.part.0).filter(|part| self.part.1.saturating_add(part.len()) <= to) {
            self.part = (self.part.0 + 1, self.part.1 + part.len());
        }
        self.at = to;
        Ok(to)
    }
}
