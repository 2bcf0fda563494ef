//! The integrity table: SHA-1 over stretches of the file, from behind the header to the end of the table of contents. It covers neither
//! the header nor the XML nor itself, so that a WIM can be changed in those and still match.

use std::io::{Read, Seek};

use sha1::{Digest, Sha1};

use super::header::{Header, LEN};
use crate::bytes::u32_le;
use crate::error::Error;
use crate::source::Source;

/// Bytes of what a digest stands for, as wimlib accepts them.
const CHUNKS: std::ops::RangeInclusive<u32> = 4096..=128 * 1024 * 1024;

/// A table whose numbers agree with the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Integrity {
    /// Bytes that each digest but the last stands for.
    chunk: u32,
    /// Where the last one's bytes end.
    end: u64,
    /// First byte of the digests.
    digests: u64,
}

impl Integrity {
    /// Reads it; none where there is none, as in most of Microsoft's WIMs.
    pub(super) fn read<R: Read + Seek>(source: &mut Source<R>, header: &Header) -> Result<Option<Self>, Error> {
        if header.integrity.stored == 0 {
            return Ok(None);
        }
        let at = header.integrity.offset;
        let head = source.read("the WIM's integrity table", at, 12)?;
        let (len, count, chunk) = (u32_le(&head, 0), u64::from(u32_le(&head, 4)), u32_le(&head, 8));
        let end = header.blobs.end().unwrap_or(0).max(u64::from(LEN));
        let agrees = CHUNKS.contains(&chunk)
            && count == (end - u64::from(LEN)).div_ceil(u64::from(chunk))
            && u64::from(len) == 12 + 20 * count
            && header.integrity.stored == u64::from(len);
        if !agrees {
            return Err(Error::Damaged("the WIM's integrity table is not as long as the file asks for"));
        }
        source.holds("the WIM's integrity table", at, u64::from(len))?;
        Ok(Some(Self { chunk, end, digests: at + 12 }))
    }

    /// How many stretches differ, of how many. All of the file is read.
    pub(super) fn differing<R: Read + Seek>(&self, source: &mut Source<R>) -> Result<(u64, u64), Error> {
        let (mut at, mut count, mut wrong) = (u64::from(LEN), 0, 0);
        while at < self.end {
            let len = u64::from(self.chunk).min(self.end - at);
            let mut sum = Sha1::new();
            source.each(at, len, |_, bytes| sum.update(bytes))?;
            source.begin();
            let digest = source.read("the WIM's integrity table", self.digests + 20 * count, 20)?;
            wrong += u64::from(sum.finalize().as_slice() != digest);
            (at, count) = (at + len, count + 1);
        }
        Ok((wrong, count))
    }
}
