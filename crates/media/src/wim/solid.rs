//! Contents that are compressed as one (wimlib: `alt_chunk_table_header_disk`): a head of 16 bytes, the stored size of each chunk, and the
//! chunks, all of which unpack to the same size but the last.

use std::io::{Read, Seek};

use pxectl_model::body::Extent;

use super::Wim;
use crate::bytes::{u32_le, u64_le};
use crate::error::Error;

/// Bytes of the head: what all unpacks to (8), what a chunk unpacks to (4), how it is compressed (4).
pub(super) const HEAD: u64 = 16;
const DAMAGED: Error = Error::Damaged("the WIM's table of chunks makes no sense");

/// Where the chunks of a run lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solid {
    table: Extent,
    chunk: u64,
    /// Where each begins in the file, and where the last ends.
    starts: Vec<u64>,
}

impl Solid {
    /// The head and the sizes: whoever reads any chunk reads these.
    pub fn table(&self) -> Extent {
        self.table
    }

    /// The chunks that hold these bytes of what is unpacked; none where there are no such bytes.
    pub fn chunks(&self, within: u64, len: u64) -> Option<Extent> {
        let last = within.checked_add(len)?.checked_sub(1)? / self.chunk;
        let at = |n: u64| self.starts.get(usize::try_from(n).ok()?).copied();
        let (from, to) = (at(within / self.chunk)?, at(last + 1)?);
        Some(Extent { offset: from, len: to.checked_sub(from)? })
    }
}

impl<R: Read + Seek> Wim<R> {
    /// Reads the table of a run that lies here.
    ///
    /// # Errors
    /// Where it makes no sense, or lies beyond the file's end.
    pub fn solid(&mut self, run: Extent) -> Result<Solid, Error> {
        self.source.begin();
        let head = self.source.read("the WIM's table of chunks", run.offset, HEAD as u32)?;
        let (unpacked, chunk) = (u64_le(&head, 0), u64::from(u32_le(&head, 8)));
        if !chunk.is_power_of_two() {
            return Err(DAMAGED);
        }
        let len = u32::try_from(unpacked.div_ceil(chunk)).ok().and_then(|count| count.checked_mul(4)).ok_or(DAMAGED)?;
        let sizes = self.source.read("the WIM's table of chunks", run.offset + HEAD, len)?;
        let table = Extent { offset: run.offset, len: HEAD + u64::from(len) };
        let mut starts = vec![run.offset + table.len];
        for at in (0..sizes.len()).step_by(4) {
            starts.push(starts[starts.len() - 1] + u64::from(u32_le(&sizes, at)));
        }
        let end = starts[starts.len() - 1];
        if run.offset.checked_add(run.len) == Some(end) { Ok(Solid { table, chunk, starts }) } else { Err(DAMAGED) }
    }
}
