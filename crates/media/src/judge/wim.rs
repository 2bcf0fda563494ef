//! Judging WIMs.

use std::io::{Read, Seek};

use pxectl_model::check::{Depth, Judged};

use crate::error::{Error, text};
use crate::source::Source;
use crate::wim::{Sums, Wim};

pub(super) fn judge<R: Read + Seek>(source: Source<R>, depth: Depth, judged: &mut Judged) -> Result<(), Error> {
    (judged.format, judged.title) = ("wim", "WIM".to_owned());
    let Some(mut wim) = Wim::with(source)? else { return Ok(()) };
    let header = wim.header();
    let count = header.images;
    let part = if header.parts > 1 { format!(", part {} of {}", header.part, header.parts) } else { String::new() };
    judged.title = format!("WIM with {count} image{}{part}", if count == 1 { "" } else { "s" });
    judged.facts.push(("compression", header.compression.as_str().to_owned()));
    judged.facts.push(("boot-index", header.boot_index.to_string()));
    let images = wim.images().iter().map(|image| ("image", text(format!("{}: {}", image.index, image.name).as_bytes())));
    judged.facts.extend(images);
    match wim.missing() {
        Ok(None) => {}
        Ok(Some(missing)) => {
            judged.problems.push(format!("it ends {missing} bytes before what its tables say: a download that broke off?"));
            return Ok(());
        }
        Err(error) => judged.problems.push(error.to_string()),
    }
    let sums = wim.sums(depth == Depth::Full)?;
    judged.facts.push(("integrity", word(sums).to_owned()));
    match sums {
        Sums::Absent => {
            judged.notes.push("it has no integrity table: nothing in it tells whether its bytes are right".to_owned())
        }
        Sums::NotCompared => judged.notes.push("its integrity table was not compared: that takes reading all of it".to_owned()),
        Sums::Match => {
            judged
                .notes
                .push("its integrity table matches, which covers neither its header nor what it says of its images".to_owned());
        }
        Sums::Differ { wrong, of } => {
            judged.problems.push(format!("it does not match its integrity table: {wrong} of {of} stretches were changed"));
        }
    }
    Ok(())
}

fn word(sums: Sums) -> &'static str {
    match sums {
        Sums::Absent => "absent",
        Sums::NotCompared => "not-compared",
        Sums::Match => "match",
        Sums::Differ { .. } => "differ",
    }
}
