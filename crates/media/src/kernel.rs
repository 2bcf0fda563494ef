//! What boot loaders start as a Linux kernel on a PC: bzImage (The Linux/x86 Boot Protocol). iPXE's `.lkrn` and wimboot are such files, too.

use std::io::{Read, Seek};

use crate::bytes::{u16_le, u32_le};
use crate::error::{Error, text};
use crate::source::Source;

/// Past 1 GiB, which no kernel has, the number is no size.
const UNITS_MOST: u64 = 1 << 26;

/// A setup header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kernel {
    /// The version of the boot protocol, major and minor: 2.00 and later.
    pub protocol: (u8, u8),
    /// What it says of its version: a kernel's release, who built it and when; an iPXE's version.
    pub version: Option<String>,
    /// Where setup and kernel end, byte of the file; a signature may follow. None before protocol 2.04, which does not say it.
    pub end: Option<u64>,
}

impl Kernel {
    pub(crate) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Option<Self>, Error> {
        let head = source.head(0x250)?;
        if head.get(0x1fe..0x200) != Some(&[0x55, 0xaa]) || head.get(0x202..0x206) != Some(b"HdrS") {
            return Ok(None);
        }
        let protocol = (head[0x207], head[0x206]);
        // None of them means 4, for old boot sectors.
        let setup = if head[0x1f1] == 0 { 4 } else { u64::from(head[0x1f1]) };
        // Units of 16 bytes: the last may be cut.
        let units = u64::from(u32_le(&head, 0x1f4));
        let end = (protocol >= (2, 4) && (1..=UNITS_MOST).contains(&units)).then(|| (setup + 1) * 512 + (units - 1) * 16 + 1);
        let version = match u16_le(&head, 0x20e) {
            0 => None,
            at => source.window(u64::from(at) + 0x200, 256)?.split(|b| *b == 0).next().map(text).filter(|text| !text.is_empty()),
        };
        Ok(Some(Self { protocol, version, end }))
    }
}
