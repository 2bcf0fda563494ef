//! Volume descriptors (ECMA-119, chapter 8), and whether UDF is announced beside them.

use std::io::{Read, Seek};

use super::record::SECTOR;
use crate::bytes::{u16_le, u32_le};
use crate::error::Error;
use crate::limits::DESCRIPTORS_MOST;
use crate::source::Source;

/// Sectors before the first descriptor: the system area (ECMA-119, 6.2.1).
const FIRST: u64 = 16;
/// Where a descriptor has the root's record (8.4.18), and how long that is.
const ROOT: std::ops::Range<usize> = 156..190;

/// What an image announces.
#[derive(Debug)]
pub(crate) struct Seen {
    /// ISO 9660.
    pub(crate) iso: Option<Descriptors>,
    /// UDF (ECMA-167, 3/9.1).
    pub(crate) udf: bool,
    /// The first byte of the boot catalog.
    pub(crate) catalog: Option<u64>,
}

/// The descriptors, read once.
#[derive(Debug)]
pub(crate) struct Descriptors {
    /// The first byte of the primary descriptor.
    pub(crate) at: u64,
    /// Trimmed.
    pub(crate) label: String,
    /// The volume's bytes.
    pub(crate) size: u64,
    /// Bytes of a logical block: 512, 1024 or 2048.
    pub(crate) block_size: u32,
    pub(crate) root: Vec<u8>,
    /// The root's record of the Joliet tree.
    pub(crate) joliet: Option<Vec<u8>>,
}

/// Reads them all, and what follows them: the sequence that tells of UDF (ECMA-167, 2/8.3).
pub(crate) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Seen, Error> {
    let (mut primary, mut joliet, mut catalog, mut udf) = (None, None, None, false);
    let mut ended = false;
    for n in FIRST..FIRST + DESCRIPTORS_MOST {
        // A download that broke off here is told by what is missing.
        let Ok(sector) = source.read("a volume descriptor", n * SECTOR as u64, SECTOR as u32) else { break };
        match &sector[1..6] {
            b"CD001" if !ended => match sector[0] {
                0 if sector[7..].starts_with(b"EL TORITO SPECIFICATION") => catalog = Some(u64::from(u32_le(&sector, 71)) * 2048),
                1 if primary.is_none() => primary = Some((n * SECTOR as u64, sector)),
                2 if is_joliet(&sector) && joliet.is_none() => joliet = Some(sector[ROOT].to_vec()),
                255 => ended = true,
                _ => {}
            },
            b"NSR02" | b"NSR03" => udf = true,
            b"CD001" | b"BEA01" | b"TEA01" | b"BOOT2" => {}
            // Sectors of 4096 bytes have one in every other of these.
            _ if sector.iter().all(|b| *b == 0) => {}
            _ => break,
        }
    }
    let iso = match primary {
        Some((at, primary)) => Some(describe(at, &primary, joliet)?),
        None if udf => None,
        None => return Err(Error::NotImage),
    };
    Ok(Seen { iso, udf, catalog })
}

fn describe(at: u64, primary: &[u8], joliet: Option<Vec<u8>>) -> Result<Descriptors, Error> {
    let block_size = u32::from(u16_le(primary, 128));
    if !matches!(block_size, 512 | 1024 | 2048) {
        return Err(Error::Damaged("its blocks are of none of 512, 1024 and 2048 bytes"));
    }
    let label = String::from_utf8_lossy(&primary[40..72]);
    let label = label.trim_end_matches([' ', '\0']).to_owned();
    let size = u64::from(u32_le(primary, 80)) * u64::from(block_size);
    Ok(Descriptors { at, label, size, block_size, root: primary[ROOT].to_vec(), joliet })
}

/// UCS-2 of level 1, 2 or 3, by its escape sequence.
fn is_joliet(sector: &[u8]) -> bool {
    [b"%/@", b"%/C", b"%/E"].iter().any(|level| sector[88..].starts_with(*level))
}
