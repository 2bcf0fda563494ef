//! Where blocks lie: partitions, and the maps by which the logical volume numbers them (ECMA-167, 3/10.7).

use crate::bytes::{u16_le, u32_le};
use crate::error::Error;

/// The blocks of a logical volume.
#[derive(Debug)]
pub(super) struct Space {
    /// Bytes of a block.
    pub(super) block: u32,
    /// By their reference numbers.
    pub(super) maps: Vec<Map>,
}

/// How blocks of one reference number are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Map {
    /// In order, in one stretch of the image.
    Plain {
        /// Its first byte.
        at: u64,
        /// Its bytes.
        len: u64,
    },
    /// In a way that is not read; which.
    Unread(&'static str),
}

/// An address: a long_ad (ECMA-167, 4/14.14.2), or a short_ad (4/14.14.1) with the partition that it lies in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Address {
    /// 0 recorded, 1 and 2 not recorded, 3 more allocation descriptors (ECMA-167, 4/14.14.1.1).
    pub(super) kind: u32,
    /// Bytes.
    pub(super) len: u32,
    pub(super) block: u32,
    pub(super) map: u16,
}

impl Address {
    /// Of sixteen bytes.
    pub(super) fn long(bytes: &[u8]) -> Self {
        Self { map: u16_le(bytes, 8), ..Self::short(bytes, 0) }
    }

    /// Of eight bytes.
    pub(super) fn short(bytes: &[u8], map: u16) -> Self {
        let len = u32_le(bytes, 0);
        Self { kind: len >> 30, len: len & 0x3fff_ffff, block: u32_le(bytes, 4), map }
    }
}

impl Space {
    /// The first byte of what lies at an address, all of it inside its partition.
    pub(super) fn byte(&self, to: Address) -> Result<u64, Error> {
        let into = u64::from(to.block) * u64::from(self.block);
        match self.maps.get(usize::from(to.map)) {
            None => Err(Error::Damaged("a UDF address names a partition that is not there")),
            Some(Map::Unread(why)) => Err(Error::Unsupported(why)),
            Some(Map::Plain { at, len }) if into + u64::from(to.len) <= *len => Ok(at + into),
            Some(Map::Plain { .. }) => Err(Error::Damaged("a UDF address lies outside its partition")),
        }
    }

    /// The map that a byte of the image lies in.
    pub(super) fn map_of(&self, byte: u64) -> u16 {
        let inside = |map: &Map| matches!(map, Map::Plain { at, len } if (*at..*at + *len).contains(&byte));
        self.maps.iter().position(inside).and_then(|n| u16::try_from(n).ok()).unwrap_or(0)
    }

    /// Where the last partition ends, byte of the image.
    pub(super) fn end(&self) -> u64 {
        let end = |map: &Map| if let Map::Plain { at, len } = map { at + len } else { 0 };
        self.maps.iter().map(end).max().unwrap_or(0)
    }
}
