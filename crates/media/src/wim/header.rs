//! The header (Windows Imaging File Format, Microsoft 2007; wimlib's `header.h` for what came later): 208 bytes, everything little-endian.

use std::io::{Read, Seek};

use pxectl_model::body::Extent;

use crate::bytes::{u16_le, u32_le, u64_le};
use crate::error::Error;
use crate::source::Source;

/// Bytes of a header.
pub(crate) const LEN: u32 = 208;

/// A header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// It can be applied from a pipe: wimlib's own kind, which nothing of Microsoft reads.
    pub pipable: bool,
    /// 68864 mostly; 3584 for solid ones, as `.esd` are.
    pub version: u32,
    /// What all parts of a set have in common.
    pub guid: [u8; 16],
    /// Which part of a set this file is, from 1 on.
    pub part: u16,
    /// How many parts the set has.
    pub parts: u16,
    /// How many images there are.
    pub images: u32,
    /// The image that boots, from 1 on; 0 where none is marked.
    pub boot_index: u32,
    /// How what is in it is compressed.
    pub compression: Compression,
    /// Whoever wrote it did not finish.
    pub in_progress: bool,
    /// Bytes of the file that a header takes: one at its front, or one at each end.
    pub(super) heads: Vec<Extent>,
    pub(super) blobs: Resource,
    pub(super) xml: Resource,
    pub(super) boot_metadata: Resource,
    pub(super) integrity: Resource,
}

/// How what is in a WIM is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// XPRESS, the fastest.
    Xpress,
    /// LZX, as Microsoft's boot.wim and install.wim mostly are.
    Lzx,
    /// LZMS, as `.esd` are.
    Lzms,
    /// Compressed, in a way that is not known.
    Unknown,
}

impl Compression {
    fn of(flags: u32) -> Self {
        match flags {
            _ if flags & 0x2 == 0 => Self::None,
            _ if flags & 0x20_0000 != 0 || flags & 0x2_0000 != 0 => Self::Xpress,
            _ if flags & 0x4_0000 != 0 => Self::Lzx,
            _ if flags & 0x8_0000 != 0 => Self::Lzms,
            _ => Self::Unknown,
        }
    }

    /// Its name; `none` where there is none.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Xpress => "XPRESS",
            Self::Lzx => "LZX",
            Self::Lzms => "LZMS",
            Self::Unknown => "unknown",
        }
    }
}

/// Where something lies in the file (`reshdr`, 24 bytes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Resource {
    /// Bytes in the file; 0 where it is not there.
    pub(super) stored: u64,
    pub(super) flags: u8,
    pub(super) offset: u64,
    /// Bytes when it is unpacked.
    pub(super) size: u64,
}

impl Resource {
    /// It holds an image's folders.
    const METADATA: u8 = 0x02;
    const COMPRESSED: u8 = 0x04;
    /// Many contents are compressed as one.
    pub(super) const SOLID: u8 = 0x10;

    pub(super) fn of(bytes: &[u8], at: usize) -> Self {
        let packed = u64_le(bytes, at);
        let (stored, flags) = (packed & 0x00ff_ffff_ffff_ffff, (packed >> 56) as u8);
        Self { stored, flags, offset: u64_le(bytes, at + 8), size: u64_le(bytes, at + 16) }
    }

    pub(super) fn is_metadata(&self) -> bool {
        self.flags & Self::METADATA != 0
    }

    /// Its end, byte of the file; none where it is not there.
    pub(super) fn end(&self) -> Option<u64> {
        (self.stored > 0).then(|| self.offset.saturating_add(self.stored))
    }

    /// Where it lies; none where it is not there.
    pub(super) fn extent(&self) -> Option<Extent> {
        (self.stored > 0).then_some(Extent { offset: self.offset, len: self.stored })
    }

    /// It lies there as it is.
    pub(super) fn is_plain(&self) -> bool {
        self.flags & (Self::COMPRESSED | Self::SOLID) == 0 && self.stored == self.size
    }
}

/// Whether a file begins as a WIM does, as far as this can be seen; pipable or not.
fn magic(head: &[u8]) -> Option<bool> {
    match head.first_chunk()? {
        b"MSWIM\0\0\0" => Some(false),
        b"WLPWM\0\0\0" => Some(true),
        _ => None,
    }
}

fn head(offset: u64) -> Extent {
    Extent { offset, len: u64::from(LEN) }
}

impl Header {
    /// Reads it; none where it is no WIM.
    pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Option<Self>, Error> {
        let Some(pipable) = magic(&source.head(8)?) else { return Ok(None) };
        // The one at the front of a pipable WIM was written before anything was known.
        let at = if pipable { source.len.saturating_sub(u64::from(LEN)) } else { 0 };
        let bytes = source.read("the WIM's header", at, LEN)?;
        if magic(&bytes) != Some(pipable) {
            return Err(Error::Damaged(
                "a pipable WIM ends with a copy of its header, and this one does not: was it downloaded whole?",
            ));
        }
        if u32_le(&bytes, 8) != LEN {
            return Err(Error::Damaged("the WIM's header says another length than 208"));
        }
        let flags = u32_le(&bytes, 0x10);
        Ok(Some(Self {
            pipable,
            version: u32_le(&bytes, 0x0c),
            guid: bytes.get(0x18..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default(),
            part: u16_le(&bytes, 0x28),
            parts: u16_le(&bytes, 0x2a),
            images: u32_le(&bytes, 0x2c),
            boot_index: u32_le(&bytes, 0x78),
            compression: Compression::of(flags),
            in_progress: flags & 0x40 != 0,
            heads: if at == 0 { vec![head(0)] } else { vec![head(0), head(at)] },
            blobs: Resource::of(&bytes, 0x30),
            xml: Resource::of(&bytes, 0x48),
            boot_metadata: Resource::of(&bytes, 0x60),
            integrity: Resource::of(&bytes, 0x7c),
        }))
    }
}
