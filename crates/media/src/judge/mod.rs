//! Judging a content: what it is, and whether it can be what its name promises.
//!
//! ```
//! use std::io::Cursor;
//! use pxectl_media::{Depth, judge};
//!
//! let page = Cursor::new(b"<!DOCTYPE html><title>404</title>");
//! let judged = judge("https://boot.example.org/undionly.kpxe", Depth::Quick, page).unwrap();
//! assert_eq!(judged.format, "html");
//! assert_eq!(judged.problems, ["it is an HTML page, and its name promises an iPXE for a BIOS"]);
//! ```

mod expect;
mod image;
mod implant;
mod magic;
mod program;
mod wim;

use std::io::{self, Read, Seek};

use pxectl_model::check::{Check, Content, Depth, Judged};

use self::expect::Expect;
use crate::binary::Binary;
use crate::bytes::u64_le;
use crate::error::Error;
use crate::iso::record::SECTOR;
use crate::source::Source;

/// The judge of everything that this crate reads, for whoever takes a [`Check`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Judge;

impl Check for Judge {
    fn check(&self, name: &str, depth: Depth, content: &mut dyn Content) -> io::Result<Judged> {
        judge(name, depth, content)
    }
}

/// Judges a content that goes by a name: the last part of a path or URL. A name without an ending that is known promises nothing, and
/// then only what a content says of itself is held against it.
///
/// `Quick` reads headers and tables, at most some MiB. `Full` also compares the sums that a content carries: an ISO's implanted MD5,
/// a WIM's integrity table; that reads all of it once.
///
/// # Errors
/// Where the content cannot be read. What makes no sense in it is a problem in what is returned.
pub fn judge<R: Read + Seek>(name: &str, depth: Depth, content: R) -> io::Result<Judged> {
    let mut judged = Judged { format: "unknown", title: "of no format that is known here".to_owned(), ..Judged::default() };
    match Source::new(content).and_then(|source| look(source, depth, &mut judged)) {
        Err(Error::Read { source, .. }) => return Err(source),
        Err(error) => judged.problems.push(error.to_string()),
        Ok(()) => {}
    }
    // What could not be read to its end was told.
    let told = judged.format == "unknown" && !judged.problems.is_empty();
    if let Some(expect) = Expect::of(name).filter(|expect| !told && !expect.is_kept_by(judged.format)) {
        let is = match judged.format {
            "unknown" => "nothing that is known".to_owned(),
            "html" => "an HTML page".to_owned(),
            _ => judged.title.clone(),
        };
        judged.problems.insert(0, format!("it is {is}, and its name promises {}", expect.title));
    }
    let is = judged.facts.iter().find(|(key, value)| *key == "firmware" && value.starts_with("uefi-")).map(|(_, is)| is.clone());
    if let Some((promised, is)) = expect::machine(name).zip(is).filter(|(promised, is)| promised != is) {
        judged.problems.push(format!("it is for {is}, and its name promises {promised}"));
    }
    Ok(judged)
}

fn look<R: Read + Seek>(mut source: Source<R>, depth: Depth, judged: &mut Judged) -> Result<(), Error> {
    let head = source.head(4096)?;
    if head.is_empty() {
        (judged.format, judged.title) = ("empty", "empty".to_owned());
        judged.problems.push("it is empty".to_owned());
        return Ok(());
    }
    if head.starts_with(b"MSWIM\0\0\0") || head.starts_with(b"WLPWM\0\0\0") {
        return wim::judge(source, depth, judged);
    }
    let descriptor = source.window(16 * SECTOR as u64, 6)?;
    if matches!(descriptor.get(1..6), Some(b"CD001" | b"BEA01" | b"NSR02" | b"NSR03")) {
        return image::judge(source, depth, judged);
    }
    let binary = Binary::of(&mut source)?;
    if binary.is_known() {
        program::tell(&binary, judged);
        return Ok(());
    }
    let (format, title) = magic::named(&head);
    (judged.format, judged.title) = (format, title.to_owned());
    if format == "squashfs" {
        // bytes_used of its superblock.
        let used = u64_le(&head, 40);
        if used > source.len {
            judged
                .problems
                .push(format!("it ends {} bytes before the size that it says: a download that broke off?", used - source.len));
        }
    }
    Ok(())
}
