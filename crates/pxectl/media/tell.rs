//! What an install image is, for people and for programs.

use std::io::{Read, Seek};

use pxectl_inventory::findings::whole;
use pxectl_media::{Error, Image, Judged};
use serde_json::json as object;

use super::{human, json};
use crate::cli::{MediaFormat, MediaInfo};

/// The text of `media info`; what was judged is part of it.
///
/// # Errors
/// Where not even the image's head can be read.
pub fn text<R: Read + Seek>(content: R, judged: &Judged, args: &MediaInfo) -> Result<String, Error> {
    let mut image = Image::open(content)?;
    // What is wrong with the catalog was judged.
    let boot = image.boot().unwrap_or_default();
    Ok(match args.format {
        MediaFormat::Human => human::info(image.volume(), &boot, judged),
        MediaFormat::Json => format!("{:#}\n", json::info(image.volume(), &boot, judged)),
    })
}

/// Of what is so wrong that nothing else can be told.
pub fn problems(judged: &Judged, args: &MediaInfo) -> String {
    match args.format {
        MediaFormat::Human => {
            let lines: String = judged.problems.iter().map(|problem| format!("PROBLEM {}\n", whole(problem))).collect();
            format!("format {}\n{lines}", whole(&judged.title))
        }
        MediaFormat::Json => {
            format!(
                "{:#}\n",
                object!({"schema": json::SCHEMA, "format": judged.format, "whole": false, "problems": judged.problems})
            )
        }
    }
}
