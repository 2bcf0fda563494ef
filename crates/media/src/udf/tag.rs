//! The tag that each descriptor begins with (ECMA-167, 3/7.2), and what it proves: that these bytes are that descriptor, and whole.

use crate::bytes::{u16_le, u32_le};
use crate::error::Error;

/// Bytes of a tag.
pub(super) const LEN: usize = 16;

/// What a descriptor is (ECMA-167, 3/7.2.1 and 4/7.2.1).
pub(super) mod id {
    pub(crate) const ANCHOR: u16 = 2;
    pub(crate) const POINTER: u16 = 3;
    pub(crate) const PARTITION: u16 = 5;
    pub(crate) const LOGICAL_VOLUME: u16 = 6;
    pub(crate) const TERMINATING: u16 = 8;
    pub(crate) const FILE_SET: u16 = 256;
    pub(crate) const FILE_IDENTIFIER: u16 = 257;
    pub(crate) const ALLOCATION_EXTENT: u16 = 258;
    pub(crate) const FILE_ENTRY: u16 = 261;
    pub(crate) const EXTENDED_FILE_ENTRY: u16 = 266;
}

/// A tag that holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag {
    pub(super) id: u16,
    /// The block that the descriptor says it lies in.
    pub(super) location: u32,
}

impl Tag {
    /// The tag of the descriptor that these bytes begin with: its checksum and the descriptor's CRC must be right.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, Error> {
        let tag = bytes.get(..LEN).ok_or(Error::Damaged("a UDF descriptor is cut off"))?;
        let sum = tag.iter().enumerate().filter(|(at, _)| *at != 4).fold(0_u8, |sum, (_, byte)| sum.wrapping_add(*byte));
        if sum != tag[4] {
            return Err(Error::Damaged("the checksum of a UDF descriptor's tag is wrong"));
        }
        let body = bytes.get(LEN..LEN + usize::from(u16_le(tag, 10)));
        if crc(body.ok_or(Error::Damaged("a UDF descriptor's CRC covers more than there is"))?) != u16_le(tag, 8) {
            return Err(Error::Damaged("the CRC of a UDF descriptor is wrong"));
        }
        Ok(Self { id: u16_le(tag, 0), location: u32_le(tag, 12) })
    }

    /// As [`Tag::of`], where it must be one kind.
    pub(super) fn expect(bytes: &[u8], id: u16, wrong: &'static str) -> Result<(), Error> {
        if Self::of(bytes)?.id == id { Ok(()) } else { Err(Error::Damaged(wrong)) }
    }
}

/// x^16 + x^12 + x^5 + 1, from 0, the highest bit first (ECMA-167, 3/7.2.6).
pub(super) fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| TABLE[usize::from(crc >> 8 ^ u16::from(*byte))] ^ crc << 8)
}

const TABLE: [u16; 256] = table();

const fn table() -> [u16; 256] {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let (mut crc, mut bit) = ((n as u16) << 8, 0);
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 };
            bit += 1;
        }
        table[n] = crc;
        n += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_standards_own_example() {
        // ECMA-167, 3/7.2.6, note 4: the CRC of 70, 6A, 77 is 3299.
        assert_eq!(super::crc(&[0x70, 0x6a, 0x77]), 0x3299);
    }
}
