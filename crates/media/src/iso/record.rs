//! Directory records (ECMA-119, 9.1).

use crate::bytes::u32_le;
use crate::error::Error;

/// A logical sector (ECMA-119, 6.1.2): no record crosses its end (6.8.1.1).
pub(crate) const SECTOR: usize = 2048;
/// Up to and with the length of the name.
const FIXED: usize = 33;

/// Marks of a record (ECMA-119, 9.1.6).
pub(crate) mod flags {
    pub(crate) const FOLDER: u8 = 0x02;
    pub(crate) const ASSOCIATED: u8 = 0x04;
    pub(crate) const MORE: u8 = 0x80;
}

/// One record, as it is recorded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    /// The first block of the extent, its attribute record included.
    pub(crate) block: u32,
    /// Blocks of the attribute record, which lies before the data (9.1.2).
    pub(crate) attributes: u8,
    /// Bytes of data.
    pub(crate) len: u32,
    /// When (9.1.5).
    pub(crate) stamp: [u8; 7],
    pub(crate) flags: u8,
    /// File unit size or gap: its bytes are not in one piece (9.1.7, 9.1.8).
    pub(crate) interleaved: bool,
    pub(crate) name: &'a [u8],
    pub(crate) system_use: &'a [u8],
}

impl<'a> Record<'a> {
    /// The record that fills these bytes.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let name_len = usize::from(*bytes.get(32).ok_or(Error::Damaged("a directory record is too short"))?);
        let name_end = FIXED + name_len;
        let name = bytes.get(FIXED..name_end).filter(|name| !name.is_empty());
        let name = name.ok_or(Error::Damaged("a name does not fit into its directory record"))?;
        // A name of even length is followed by a byte of padding (9.1.12).
        let system_use = bytes.get(name_end + usize::from(name_len % 2 == 0)..).unwrap_or_default();
        let mut stamp = [0; 7];
        stamp.copy_from_slice(&bytes[18..25]);
        Ok(Self {
            block: u32_le(bytes, 2),
            attributes: bytes[1],
            len: u32_le(bytes, 10),
            stamp,
            flags: bytes[25],
            interleaved: bytes[26] != 0 || bytes[27] != 0,
            name,
            system_use,
        })
    }

    /// The first byte of the data.
    pub(crate) fn offset(&self, block_size: u32) -> u64 {
        (u64::from(self.block) + u64::from(self.attributes)) * u64::from(block_size)
    }

    /// The folder itself, or the one above it (ECMA-119, 7.6.2).
    pub(crate) fn is_dots(&self) -> bool {
        matches!(self.name, [0 | 1])
    }
}

/// The records of a folder.
pub(crate) fn records(folder: &[u8]) -> impl Iterator<Item = Result<Record<'_>, Error>> {
    folder.chunks(SECTOR).flat_map(|sector| Records { rest: sector })
}

/// The records of one sector: an empty one ends it.
struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let len = usize::from(*self.rest.first()?);
        if len == 0 {
            return None;
        }
        let rest = std::mem::take(&mut self.rest);
        let Some((record, after)) = rest.split_at_checked(len) else {
            return Some(Err(Error::Damaged("a directory record crosses the end of its sector")));
        };
        self.rest = after;
        Some(Record::parse(record))
    }
}
