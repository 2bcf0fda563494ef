//! `media` for WIMs.

mod listing;
pub mod tell;
mod wimlib;

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use pxectl_inventory::findings::whole;
use pxectl_media::{Found, Kind, Wim};

use self::wimlib::Wimlib;
use super::extract::{Count, Put, Target};
use super::human::{self, named};
use super::json;
use crate::cli::{MediaCat, MediaExtract, MediaFormat, MediaLs};
use crate::failure::{Answer, Failure, Outcome};
use crate::session::{Session, print};

/// A WIM that decompresses to more than so many times its length is a bomb. LZMS with single instances reaches 10.
const TIMES_THE_WIM: u64 = 64;

/// A WIM, and which of its images is meant.
pub struct Chosen {
    size: u64,
    image: u32,
    wimlib: Wimlib,
}

impl Chosen {
    /// The image that was asked for, else the one that boots, else the first.
    ///
    /// # Errors
    /// Where there is none of that number, the file is a part of a set, or wimlib-imagex is not installed.
    pub fn of(wim: &Wim<File>, file: &Path, image: Option<u32>) -> Result<Self, Failure> {
        let header = wim.header();
        let shown = file.display();
        if header.parts > 1 {
            let text =
                format!("`{shown}` is part {} of a WIM in {} parts: its files lie in all of them", header.part, header.parts);
            return Err(Failure::new(text).hint("join them first: `wimlib-imagex join whole.wim PARTS…`"));
        }
        let image = image.unwrap_or(if header.boot_index == 0 { 1 } else { header.boot_index });
        if image == 0 || image > header.images {
            let text = format!("`{shown}` has no image {image}: it has {}", header.images);
            return Err(Failure::new(text).hint(format!("`pxectl media info {shown}` lists them")));
        }
        Ok(Self { size: wim.size(), image, wimlib: Wimlib::find(file, image)? })
    }

    /// What lies at a path, and below it.
    fn below(&self, path: &str) -> Result<Vec<Found>, Failure> {
        let names = path.split(['/', '\\']).filter(|name| !name.is_empty() && *name != ".");
        self.wimlib.list(&names.map(|name| name.as_bytes().to_vec()).collect::<Vec<_>>())
    }
}

/// `media ls`.
///
/// # Errors
/// Where a path is not there, or wimlib-imagex fails.
pub fn ls(chosen: &Chosen, args: &MediaLs) -> Outcome {
    let mut found = Vec::new();
    for path in super::roots(&args.paths) {
        let mut all = chosen.below(path)?.into_iter();
        let Some(first) = all.next() else { continue };
        let (depth, folder) = (first.path.len(), matches!(first.entry.kind, Kind::Folder { .. }));
        if !folder {
            found.push(first);
        }
        found.extend(all.filter(|one| args.recursive || one.path.len() == depth + 1));
    }
    match args.format {
        MediaFormat::Json => print(&format!("{:#}\n", json::wim_listing(chosen.image, &found))),
        MediaFormat::Human => print(&human::listing(&named(found, args))),
    }
    Ok(Answer::Yes)
}

/// `media cat`.
///
/// # Errors
/// Where a path is no file, or wimlib-imagex fails.
pub fn cat(chosen: &Chosen, args: &MediaCat) -> Outcome {
    let mut out = io::stdout().lock();
    for path in &args.paths {
        let file = chosen.below(path)?.into_iter().next().filter(|found| matches!(found.entry.kind, Kind::File { .. }));
        let file = file.ok_or_else(|| Failure::new(format!("`{}`: `{}` is no file", args.file.display(), whole(path))))?;
        let mut stream = chosen.wimlib.read(&file.path)?;
        let copied = io::copy(&mut stream, &mut out).and_then(|_| out.flush());
        let enough = copied.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
        let ended = stream.end(copied.is_ok());
        if enough {
            break;
        }
        let failed =
            |why: String| Failure::new(format!("copying `{}` of `{}`: {}", whole(path), args.file.display(), whole(&why)));
        copied.map_err(|error| failed(error.to_string()))?;
        ended.map_err(failed)?;
    }
    Ok(Answer::Yes)
}

/// `media extract`: each file by a pipe, to a place that [`Target`] makes of its name.
///
/// # Errors
/// Where a path is not there, or wimlib-imagex fails.
pub fn extract(chosen: &Chosen, args: &MediaExtract, session: &Session) -> Outcome {
    let target =
        Target::new(&args.to, args.force).map_err(|error| Failure::new(format!("making `{}`: {error}", args.to.display())))?;
    let mut count = Count::default();
    for path in super::roots(&args.paths) {
        for found in chosen.below(path)?.iter().filter(|found| !found.path.is_empty()) {
            put(chosen, &target, found, &mut count)?;
        }
    }
    Ok(count.tell(&args.to, session))
}

fn put(chosen: &Chosen, target: &Target, found: &Found, count: &mut Count) -> Result<(), Failure> {
    let Kind::File { size, .. } = found.entry.kind else {
        count.other(target, found);
        return Ok(());
    };
    count.bytes = count.bytes.saturating_add(size);
    if count.bytes > chosen.size.saturating_mul(TIMES_THE_WIM) {
        return Err(Failure::new("the WIM is refused: its files together are more than 64 times as long as it is"));
    }
    let mut stream = chosen.wimlib.read(&found.path)?;
    // One byte more than it says tells that it lied.
    let mut bounded = (&mut stream).take(size + 1);
    let put = target.file(&found.path, &mut bounded, size);
    let ended = stream.end(matches!(put, Ok(Put::Written)));
    count.file(found, put.and_then(|put| ended.map(|()| put).map_err(io::Error::other)));
    Ok(())
}
