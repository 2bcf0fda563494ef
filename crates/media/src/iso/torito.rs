//! What firmware starts from a CD: the boot catalog (El Torito 1.0, 1995).

use crate::bytes::{u16_le, u32_le};
use crate::error::Error;
use crate::limits::BOOT_ENTRIES_MOST;

/// One line of the catalog.
const ENTRY: usize = 32;

/// Which firmware an entry is for (a byte of the validation entry; 0xEF: UEFI 2.10, 13.3.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// 80x86 BIOS.
    Bios,
    /// PowerPC.
    PowerPc,
    /// Macintosh.
    Mac,
    /// UEFI: the image is a FAT file system.
    Uefi,
    /// Another number.
    Other(u8),
}

impl std::fmt::Display for Platform {
    /// A word for it; of one that has none, its number.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bios => f.write_str("bios"),
            Self::PowerPc => f.write_str("powerpc"),
            Self::Mac => f.write_str("mac"),
            Self::Uefi => f.write_str("uefi"),
            Self::Other(id) => write!(f, "{id:#04x}"),
        }
    }
}

impl Platform {
    fn of(id: u8) -> Self {
        match id {
            0 => Self::Bios,
            1 => Self::PowerPc,
            2 => Self::Mac,
            0xef => Self::Uefi,
            id => Self::Other(id),
        }
    }
}

/// Something that firmware can start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BootEntry {
    /// For which firmware.
    pub platform: Platform,
    /// Whether it is marked to be started.
    pub bootable: bool,
    /// What it pretends to be: 0 nothing, 1 to 3 a floppy disk, 4 a hard disk.
    pub emulation: u8,
    /// Where it lies, byte of the image.
    pub offset: u64,
    /// How much firmware loads of it: sectors of 512 bytes. Entries for UEFI often say less than there is.
    pub sectors: u16,
}

/// The entries of a catalog: the default one, then each section's.
pub(crate) fn catalog(bytes: &[u8]) -> Result<Vec<BootEntry>, Error> {
    let (lines, _) = bytes.as_chunks::<ENTRY>();
    let Some((validation, lines)) = lines.split_first() else { return Err(Error::Damaged("the boot catalog is too short")) };
    let sum = validation.as_chunks::<2>().0.iter().fold(0_u16, |sum, word| sum.wrapping_add(u16::from_le_bytes(*word)));
    if validation[0] != 1 || validation[30..] != [0x55, 0xaa] || sum != 0 {
        return Err(Error::Damaged("the boot catalog's first entry does not prove itself"));
    }
    let mut lines = lines.iter().take(BOOT_ENTRIES_MOST);
    let default = lines.next().ok_or(Error::Damaged("the boot catalog has no default entry"))?;
    let mut entries = vec![entry(Platform::of(validation[1]), default)];
    // A header (2.3) says how many entries follow it; 0x91 is the last. An entry is continued by lines that begin with 0x44 (2.5).
    while let Some(header) = lines.next().filter(|header| matches!(header[0], 0x90 | 0x91)) {
        let mut left = u16_le(header, 2);
        while left > 0 {
            let Some(line) = lines.next() else { return Ok(entries) };
            if line[0] != 0x44 {
                entries.push(entry(Platform::of(header[1]), line));
                left -= 1;
            }
        }
        if header[0] == 0x91 {
            break;
        }
    }
    Ok(entries)
}

/// The default entry (2.2) and a section's (2.4) are alike as far as this goes. Blocks are of 2048 bytes.
fn entry(platform: Platform, line: &[u8; ENTRY]) -> BootEntry {
    BootEntry {
        platform,
        bootable: line[0] == 0x88,
        emulation: line[1] & 0x0f,
        offset: u64::from(u32_le(line, 8)) * 2048,
        sectors: u16_le(line, 6),
    }
}
