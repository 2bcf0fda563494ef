//! Images as people and programs see them.

pub mod extract;
pub mod human;
pub mod json;
pub mod outcome;
pub mod program;
mod scratch;
pub mod tell;
pub mod wim;

use pxectl_inventory::findings::whole;
use pxectl_media::{Kind, Names, Stamp, Udf};

/// The paths that were asked for; the root where none was.
pub fn roots(paths: &[String]) -> Vec<&str> {
    if paths.is_empty() { vec!["/"] } else { paths.iter().map(String::as_str).collect() }
}

/// Bytes of an image as a terminal may have them.
pub fn shown(bytes: &[u8]) -> String {
    whole(&String::from_utf8_lossy(bytes))
}

/// What an entry is, in a word.
pub fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Folder { .. } => "folder",
        Kind::File { .. } => "file",
        Kind::Link(_) => "symlink",
        Kind::Special => "special",
    }
}

/// Which names are read.
pub fn names(names: Names) -> &'static str {
    match names {
        Names::Udf => "udf",
        Names::RockRidge => "rock-ridge",
        Names::Joliet => "joliet",
        Names::Plain => "plain",
    }
}

/// OSTA's revision of UDF, as `1.02`; none where it is not read.
pub fn revision(udf: &Udf) -> Option<String> {
    match udf {
        Udf::Read(bcd) => Some(format!("{:x}.{:02x}", bcd >> 8, bcd & 0xff)),
        Udf::None | Udf::Unread(_) => None,
    }
}

/// What a boot entry pretends to be (El Torito 1.0, the media type).
pub fn emulation(number: u8) -> &'static str {
    match number {
        0 => "none",
        1..=3 => "floppy",
        4 => "disk",
        _ => "unknown",
    }
}

/// RFC 3339, with the offset that the image has.
pub fn moment(at: &Stamp) -> String {
    let (sign, ahead) = if at.ahead < 0 { ('-', -at.ahead) } else { ('+', at.ahead) };
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{sign}{:02}:{:02}",
        at.year,
        at.month,
        at.day,
        at.hour,
        at.minute,
        at.second,
        ahead / 60,
        ahead % 60
    )
}
