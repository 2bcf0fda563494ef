//! The image's bytes, of which no call reads more than [`crate::limits::BYTES_MOST`].

use std::io::{Read, Seek, SeekFrom};

use crate::error::Error;
use crate::limits::BYTES_MOST;

/// What is read at once of something long.
const PIECE: usize = 128 * 1024;

/// An image that is read in pieces.
#[derive(Debug)]
pub(crate) struct Source<R> {
    reader: R,
    /// The image's length.
    pub(crate) len: u64,
    left: u64,
}

impl<R: Read + Seek> Source<R> {
    pub(crate) fn new(mut reader: R) -> Result<Self, Error> {
        let len = reader.seek(SeekFrom::End(0)).map_err(|source| Error::Read { at: 0, len: 0, source })?;
        Ok(Self { reader, len, left: BYTES_MOST })
    }

    /// A call begins: it may read as much as any other.
    pub(crate) fn begin(&mut self) {
        self.left = BYTES_MOST;
    }

    /// Bytes that the image really has: only then is there room made for them.
    pub(crate) fn read(&mut self, what: &'static str, at: u64, len: u32) -> Result<Vec<u8>, Error> {
        self.holds(what, at, u64::from(len))?;
        self.left = self.left.checked_sub(u64::from(len)).ok_or(Error::TooMuch("its folders take more than 128 MiB"))?;
        let failed = |source| Error::Read { at, len: u64::from(len), source };
        self.reader.seek(SeekFrom::Start(at)).map_err(failed)?;
        let mut bytes = Vec::new();
        self.reader.by_ref().take(u64::from(len)).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() < len as usize {
            return Err(failed(std::io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(bytes)
    }

    /// As many of the first bytes as there are.
    pub(crate) fn head(&mut self, most: u32) -> Result<Vec<u8>, Error> {
        self.window(0, most)
    }

    /// As many bytes from a place on as there are.
    pub(crate) fn window(&mut self, at: u64, most: u32) -> Result<Vec<u8>, Error> {
        let there = self.len.saturating_sub(at).min(u64::from(most));
        self.read("these bytes", at.min(self.len), u32::try_from(there).unwrap_or(most))
    }

    /// Whether the image has these bytes.
    pub(crate) fn holds(&self, what: &'static str, at: u64, len: u64) -> Result<(), Error> {
        match at.checked_add(len) {
            Some(end) if end <= self.len => Ok(()),
            _ => Err(Error::Beyond { what, at, len, end: self.len }),
        }
    }

    /// Hands over all bytes of a stretch, in pieces that begin at the place that is told; they count for no bound.
    pub(crate) fn each(&mut self, from: u64, len: u64, mut to: impl FnMut(u64, &mut [u8])) -> Result<(), Error> {
        self.holds("what is to be summed", from, len)?;
        let failed = |source| Error::Read { at: from, len, source };
        self.reader.seek(SeekFrom::Start(from)).map_err(failed)?;
        let (mut room, mut done) = (vec![0; PIECE], 0);
        while done < len {
            let piece = &mut room[..usize::try_from(len - done).unwrap_or(PIECE).min(PIECE)];
            self.reader.read_exact(piece).map_err(failed)?;
            to(from + done, piece);
            done += piece.len() as u64;
        }
        Ok(())
    }

    /// A file's bytes, from one place on; they count for no bound.
    pub(crate) fn at(&mut self, at: u64) -> std::io::Result<&mut R> {
        self.reader.seek(SeekFrom::Start(at))?;
        Ok(&mut self.reader)
    }
}
