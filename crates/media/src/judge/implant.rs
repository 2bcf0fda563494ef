//! The MD5 that isomd5sum implants into images (Fedora, Red Hat and their kin): complete or not, by the image itself. It proves nothing
//! of who made the image.

use std::io::{Read, Seek};

use md5::{Digest, Md5};

use crate::error::Error;
use crate::iso::record::SECTOR;
use crate::source::Source;

/// Where a primary volume descriptor has room for applications (ECMA-119, 8.4.32).
const AREA: std::ops::Range<usize> = 883..1395;

/// What is implanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Implant {
    /// As hexadecimal digits.
    pub(super) md5: String,
    /// Sectors at the end that it does not cover.
    skipped: u64,
    /// The first byte of the area that counts as spaces.
    area: u64,
    /// Bytes of the volume.
    size: u64,
}

impl Implant {
    /// Reads it out of the descriptor that lies here; none where nothing is implanted.
    pub(super) fn read<R: Read + Seek>(source: &mut Source<R>, at: u64, size: u64) -> Result<Option<Self>, Error> {
        let sector = source.read("the volume descriptor", at, SECTOR as u32)?;
        let text = String::from_utf8_lossy(&sector[AREA]);
        let value = |key: &str| text.split(';').find_map(|pair| pair.trim().strip_prefix(key)?.trim_start().strip_prefix('='));
        let md5 = value("ISO MD5SUM").map(|md5| md5.trim().to_ascii_lowercase());
        let md5 = md5.filter(|md5| md5.len() == 32 && md5.bytes().all(|b| b.is_ascii_hexdigit()));
        let skipped = value("SKIPSECTORS").and_then(|number| number.trim().parse().ok());
        Ok(md5.zip(skipped).map(|(md5, skipped)| Self { md5, skipped, area: at + AREA.start as u64, size }))
    }

    /// Whether the image has it. The area of the descriptor counts as spaces.
    pub(super) fn holds<R: Read + Seek>(&self, source: &mut Source<R>) -> Result<bool, Error> {
        let covered = self.size.saturating_sub(self.skipped.saturating_mul(SECTOR as u64));
        let mut md5 = Md5::new();
        source.each(0, covered, |at, bytes| {
            let first = self.area.saturating_sub(at).min(bytes.len() as u64) as usize;
            let last = (self.area + AREA.len() as u64).saturating_sub(at).min(bytes.len() as u64) as usize;
            bytes[first..last].fill(b' ');
            md5.update(bytes);
        })?;
        let found: String = md5.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(found == self.md5)
    }
}
