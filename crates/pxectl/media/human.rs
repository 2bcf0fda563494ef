//! Lines for people.

use std::fmt::Write as _;

use pxectl_inventory::findings::whole;
use pxectl_media::{BootEntry, Found, Judged, Kind, Udf, Volume};

use super::{emulation, moment, names, revision, shown};
use crate::cli::MediaLs;
use crate::show::size::size;

/// What is listed, by the names to show: one folder's entries have names, what is from several places has paths.
pub fn named(found: Vec<Found>, args: &MediaLs) -> Vec<(String, Found)> {
    let short = !args.recursive && args.paths.len() < 2;
    let name = |found: &Found| if short { shown(&found.entry.name) } else { whole(&found.shown()) };
    found.into_iter().map(|found| (name(&found), found)).collect()
}

/// As `ls -l`: type and permissions, bytes, when it was changed (in the image's own time zone), name. Sizes are right-aligned.
pub fn listing(found: &[(String, Found)]) -> String {
    let width = found.iter().map(|(_, f)| f.entry.kind.size().to_string().len()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, Found { entry, .. }) in found {
        let at = entry.modified.as_ref().map_or("-".to_owned(), |at| moment(at)[..16].replace('T', " "));
        let _ = write!(text, "{}  {:>width$}  {at:<16}  {name}", rights(&entry.kind, entry.mode), entry.kind.size());
        if let Kind::Link(target) = &entry.kind
            && !target.is_empty()
        {
            let _ = write!(text, " -> {}", shown(target));
        }
        text.push('\n');
    }
    text
}

/// Where nothing says permissions there are dashes.
fn rights(kind: &Kind, mode: Option<u32>) -> String {
    let first = match kind {
        Kind::Folder { .. } => 'd',
        Kind::File { .. } => '-',
        Kind::Link(_) => 'l',
        Kind::Special => '?',
    };
    let mode = mode.unwrap_or(0);
    let bit = |n: u32, c: char| if mode >> n & 1 == 1 { c } else { '-' };
    let bits = (0..9).rev().map(|n| bit(n, ['x', 'w', 'r'][n as usize % 3]));
    std::iter::once(first).chain(bits).collect()
}

/// What an image is.
pub fn info(volume: &Volume, boot: &[BootEntry], judged: &Judged) -> String {
    let mut text = String::new();
    let label = if volume.label.is_empty() { "-".to_owned() } else { shown(volume.label.as_bytes()) };
    let _ = writeln!(text, "label  {label}");
    let format = match &volume.udf {
        Udf::Read(_) => format!("UDF {}", revision(&volume.udf).unwrap_or_default()),
        Udf::None => format!("ISO 9660, {} names", names(volume.names)),
        Udf::Unread(why) => {
            format!("ISO 9660, {} names; UDF beside it is not read: {}", names(volume.names), shown(why.as_bytes()))
        }
    };
    let _ = writeln!(text, "format {format}");
    let state = match volume.image.checked_sub(volume.size) {
        Some(0) => "whole".to_owned(),
        Some(more) => format!("whole, and {more} bytes after it"),
        None => format!("NOT whole: the file ends {} bytes too early", volume.size - volume.image),
    };
    let _ = writeln!(text, "size   {} bytes ({}); {state}", volume.size, size(volume.size));
    for entry in boot {
        let kind = if entry.emulation == 0 { String::new() } else { format!(", as a {}", emulation(entry.emulation)) };
        let marked = if entry.bootable { "" } else { ", not marked bootable" };
        let _ = writeln!(text, "boot   {}{kind}{marked}, at byte {}", entry.platform, entry.offset);
    }
    if boot.is_empty() {
        text.push_str("boot   -\n");
    }
    for (_, md5) in judged.facts.iter().filter(|(key, _)| *key == "implanted-md5") {
        let _ = writeln!(text, "sum    MD5 {md5}, implanted");
    }
    judged.notes.iter().for_each(|note| {
        let _ = writeln!(text, "note   {note}");
    });
    judged.problems.iter().for_each(|problem| {
        let _ = writeln!(text, "PROBLEM {}", whole(problem));
    });
    text
}
