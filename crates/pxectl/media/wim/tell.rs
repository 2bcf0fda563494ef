//! What a WIM is, for people and for programs.

use std::fmt::Write as _;
use std::io::{Read, Seek};

use pxectl_inventory::findings::whole;
use pxectl_media::{Error, Header, Judged, Wim, WimImage};
use serde_json::{Value, json};

use crate::cli::{MediaFormat, MediaInfo};
use crate::media::json::SCHEMA;
use crate::show::size::size;

/// What is told of one.
struct Told<'w> {
    size: u64,
    header: &'w Header,
    images: &'w [WimImage],
    /// How many bytes it lacks at its end.
    missing: Option<u64>,
    /// What the judge says of the integrity table; none where it makes no sense.
    sums: Option<&'w str>,
    problems: &'w [String],
}

/// The text of `media info`; what was judged is part of it.
///
/// # Errors
/// Where its header or XML cannot be read.
pub fn text<R: Read + Seek>(content: R, judged: &Judged, args: &MediaInfo) -> Result<String, Error> {
    let mut wim = Wim::open(content)?;
    // What is wrong was judged.
    let missing = wim.missing().unwrap_or_default();
    let sums = judged.facts.iter().find(|(key, _)| *key == "integrity").map(|(_, value)| value.as_str());
    let told = Told { size: wim.size(), header: wim.header(), images: wim.images(), missing, sums, problems: &judged.problems };
    Ok(match args.format {
        MediaFormat::Human => human(&told),
        MediaFormat::Json => format!("{:#}\n", json(&told)),
    })
}

/// Lines.
fn human(told: &Told<'_>) -> String {
    let (header, mut text) = (told.header, String::new());
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(text, "{key:<6} {value}");
    };
    let kind = if header.pipable { ", pipable (wimlib only)" } else { "" };
    line("format", &format!("WIM, compression {}{kind}", header.compression.as_str()));
    let bytes = told.size;
    let state = told.missing.map_or("whole".to_owned(), |missing| format!("NOT whole: the file ends {missing} bytes too early"));
    line("size", &format!("{bytes} bytes ({}); {state}", size(bytes)));
    if header.parts > 1 {
        line("part", &format!("{} of {}", header.part, header.parts));
    }
    line("boots", &if header.boot_index == 0 { "no image is marked".to_owned() } else { format!("image {}", header.boot_index) });
    let sums = match told.sums {
        Some("absent") => "no integrity table: nothing in the file tells whether its bytes are right",
        Some("not-compared") => "an integrity table, not compared; --check does",
        Some("match") => "the integrity table matches; it covers neither the header nor what is told of the images",
        Some(_) => "WRONG: the integrity table does not match",
        None => "not looked at",
    };
    line("sums", sums);
    for image in told.images {
        line("image", &row(image));
    }
    for problem in told.problems {
        line("PROBLEM", &whole(problem));
    }
    text
}

fn row(image: &WimImage) -> String {
    let bytes = image.size.map(size);
    let languages = image.languages.join(" ");
    let title = if image.name.is_empty() { &image.display_name } else { &image.name };
    let fields = [title, &image.edition, image.cpu().unwrap_or_default(), &image.version, &languages];
    let fields = fields.into_iter().filter(|field| !field.is_empty()).chain(bytes.as_deref());
    format!("{}  {}", image.index, fields.map(whole).collect::<Vec<_>>().join(", "))
}

/// One object.
fn json(told: &Told<'_>) -> Value {
    let header = told.header;
    let image = |image: &WimImage| {
        json!({
            "index": image.index, "name": image.name, "description": image.description, "display_name": image.display_name,
            "edition": image.edition, "installation": image.installation, "architecture": image.cpu(), "version": image.version,
            "languages": image.languages, "size": image.size,
        })
    };
    json!({
        "schema": SCHEMA, "format": "wim", "file_size": told.size, "whole": told.missing.is_none(),
        "compression": header.compression.as_str(), "pipable": header.pipable, "part": header.part, "parts": header.parts,
        "boot_index": header.boot_index, "integrity": told.sums, "images": told.images.iter().map(image).collect::<Vec<_>>(),
        "problems": told.problems,
    })
}
