//! Portable Executables: what UEFI starts (PE Format, Microsoft; UEFI 2.10, 2.1.1).

mod der;
mod signature;

use std::io::{Read, Seek};

use crate::bytes::{u16_le, u32_le};
use crate::error::Error;
use crate::limits::SECTIONS_MOST;
use crate::source::Source;

pub use signature::Signer;

/// For which processor an executable is (PE Format, machine types).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine(pub u16);

impl Machine {
    /// As the inventory and `--firmware` write it; none where UEFI has it and pxectl has no word for it, or nobody has.
    pub fn as_str(self) -> Option<&'static str> {
        Some(match self.0 {
            0x014c => "ia32",
            0x8664 => "x64",
            0x01c0 | 0x01c2 | 0x01c4 => "arm32",
            0xaa64 => "arm64",
            0x0200 => "ia64",
            0x0ebc => "ebc",
            0x5032 => "riscv32",
            0x5064 => "riscv64",
            0x6232 => "loongarch32",
            0x6264 => "loongarch64",
            _ => return None,
        })
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.as_str() {
            Some(name) => f.write_str(name),
            None => write!(f, "machine {:#06x}", self.0),
        }
    }
}

/// An executable's headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pe {
    /// Its processor.
    pub machine: Machine,
    /// What starts it (PE Format, Windows subsystem): 10 a UEFI application, 11 and 12 UEFI drivers, 13 a UEFI ROM.
    pub subsystem: u16,
    /// Whether there is a table of certificates. Whether a signature is good, and whose it is, was not verified.
    pub signed: bool,
    /// Who says that they signed it, as far as that can be read.
    pub signers: Vec<Signer>,
    /// The name that it was built under, of its debug record.
    pub built_as: Option<String>,
    /// Where its sections' and certificates' bytes end, byte of the file.
    pub end: u64,
    sections: Vec<Section>,
}

/// One section, as far as it lies in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Section {
    address: u32,
    len: u32,
    offset: u32,
}

/// Data directories by their numbers.
const CERTIFICATES: usize = 4;
const DEBUG: usize = 6;

impl Pe {
    /// Whether it is something that UEFI starts or loads.
    pub fn is_efi(&self) -> bool {
        (10..=13).contains(&self.subsystem)
    }

    /// Reads the headers; none where it is no such file.
    ///
    /// # Errors
    /// Where the file cannot be read, or its headers contradict each other.
    pub(crate) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Option<Self>, Error> {
        let dos = source.head(64)?;
        if dos.len() < 64 || !dos.starts_with(b"MZ") {
            return Ok(None);
        }
        let at = u64::from(u32_le(&dos, 0x3c));
        let Ok(coff) = source.read("the PE header", at, 24) else { return Ok(None) };
        if !coff.starts_with(b"PE\0\0") {
            return Ok(None);
        }
        let optional_len = u32::from(u16_le(&coff, 20));
        let optional = source.read("the PE header", at + 24, optional_len)?;
        let directories = match u16_le(&optional, 0) {
            0x10b => 96,
            0x20b => 112,
            _ => return Err(Error::Damaged("its PE header is of neither known kind")),
        };
        let count = usize::from(u16_le(&coff, 6));
        if count > SECTIONS_MOST {
            return Err(Error::TooMuch("it has more than 96 sections"));
        }
        let table = source.read("the table of sections", at + 24 + u64::from(optional_len), count as u32 * 40)?;
        let section = |row: &[u8; 40]| Section { address: u32_le(row, 12), len: u32_le(row, 16), offset: u32_le(row, 20) };
        let sections: Vec<_> = table.as_chunks().0.iter().map(section).collect();
        let known = u32_le(&optional, directories - 4) as usize;
        let directory = |n: usize| {
            let at = directories + 8 * n;
            (n < known).then(|| (u32_le(&optional, at), u32_le(&optional, at + 4))).filter(|(_, len)| *len > 0)
        };
        let mut pe = Self {
            machine: Machine(u16_le(&coff, 4)),
            subsystem: u16_le(&optional, 68),
            signed: false,
            signers: Vec::new(),
            built_as: None,
            end: sections.iter().filter(|s| s.len > 0).map(|s| u64::from(s.offset) + u64::from(s.len)).max().unwrap_or(0),
            sections,
        };
        if let Some((offset, len)) = directory(CERTIFICATES) {
            // The one directory whose address is a place in the file (PE Format, attribute certificate table).
            pe.signed = true;
            pe.end = pe.end.max(u64::from(offset) + u64::from(len));
            pe.signers = signature::signers(source, u64::from(offset), len);
        }
        pe.built_as = directory(DEBUG).and_then(|(address, len)| pe.debug_name(source, address, len));
        Ok(Some(pe))
    }

    /// A debug directory's CodeView record names the file: `RSDS`, a GUID, an age, a name that ends with NUL.
    fn debug_name<R: Read + Seek>(&self, source: &mut Source<R>, address: u32, len: u32) -> Option<String> {
        let inside = |s: &&Section| address.checked_sub(s.address).is_some_and(|into| into < s.len);
        let mapped = self.sections.iter().find(inside).map(|s| u64::from(s.offset) + u64::from(address - s.address));
        let rows = source.read("the debug directory", mapped.unwrap_or(u64::from(address)), len.min(28 * 16)).ok()?;
        let row = rows.as_chunks::<28>().0.iter().find(|row| u32_le(*row, 12) == 2)?;
        let record = source.read("a debug record", u64::from(u32_le(row, 24)), u32_le(row, 16).min(1024)).ok()?;
        let name = record.strip_prefix(b"RSDS")?.get(20..)?;
        let name = name.split(|b| *b == 0).next().unwrap_or_default();
        (!name.is_empty()).then(|| crate::error::text(name))
    }
}
