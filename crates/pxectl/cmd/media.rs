//! `media`: inside an install image.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use pxectl_inventory::findings::whole;
use pxectl_media::{Error, Found, Image, Kind, Udf, Walk};
use pxectl_store::regular::open_regular;

use crate::cli::{Media, MediaCat, MediaExtract, MediaFormat, MediaInfo, MediaLs};
use crate::failure::{Answer, Failure, Outcome, chain};
use crate::listing::count;
use crate::media::extract::{Put, Target};
use crate::media::{human, json, shown};
use crate::session::{Session, print, warn};

/// Exit 1 where an image is not whole (`info`), or something was not written (`extract`).
pub fn run(args: &Media, session: &Session) -> Outcome {
    match args {
        Media::Ls(args) => ls(args),
        Media::Cat(args) => cat(args),
        Media::Extract(args) => extract(args, session),
        Media::Info(args) => info(args),
    }
}

fn open(file: &Path) -> Result<Image<File>, Failure> {
    let opened = open_regular(file).map_err(|error| Failure::new(format!("opening `{}`: {error}", file.display())))?;
    Image::open(opened).map_err(|error| failed(file, &error))
}

/// As [`open`], for who takes files out: what UDF alone knows, and what it knows better, is not seen.
fn open_files(file: &Path) -> Result<Image<File>, Failure> {
    let iso = open(file)?;
    if let Udf::Unread(why) = &iso.volume().udf {
        let (file, why) = (file.display(), whole(why));
        warn(&format!(
            "warning: `{file}` also holds UDF, which is not read ({why}): files may be missing or cut here; compare `7z l`"
        ));
    }
    Ok(iso)
}

fn failed(file: &Path, error: &Error) -> Failure {
    Failure::new(format!("`{}`: {}", file.display(), whole(&chain(error))))
}

fn ls(args: &MediaLs) -> Outcome {
    let mut iso = open_files(&args.file)?;
    let mut found = Vec::new();
    for path in roots(&args.paths) {
        listed(&mut iso, path, args.recursive, &mut found).map_err(|error| failed(&args.file, &error))?;
    }
    match args.format {
        MediaFormat::Json => print(&format!("{:#}\n", json::listing(iso.volume(), &found))),
        MediaFormat::Human => {
            // One folder's entries have names, what is listed from several places has paths.
            let short = !args.recursive && args.paths.len() < 2;
            let name = |found: &Found| if short { shown(&found.entry.name) } else { whole(&found.shown()) };
            let named: Vec<_> = found.into_iter().map(|found| (name(&found), found)).collect();
            print(&human::listing(&named));
        }
    }
    Ok(Answer::Yes)
}

fn roots(paths: &[String]) -> Vec<&str> {
    if paths.is_empty() { vec!["/"] } else { paths.iter().map(String::as_str).collect() }
}

fn listed(iso: &mut Image<File>, path: &str, recursive: bool, to: &mut Vec<Found>) -> Result<(), Error> {
    let from = iso.find(path.as_bytes())?;
    if recursive {
        let mut walk = Walk::new(iso, &from)?;
        while let Some(found) = walk.step(iso)? {
            to.push(found);
        }
    } else if let Kind::Folder { .. } = from.entry.kind {
        let below = |name: &Vec<u8>| from.path.iter().chain([name]).cloned().collect();
        to.extend(iso.list(&from)?.into_iter().map(|entry| Found { path: below(&entry.name), entry }));
    } else {
        to.push(from);
    }
    Ok(())
}

fn cat(args: &MediaCat) -> Outcome {
    let mut iso = open_files(&args.file)?;
    let mut out = io::stdout().lock();
    for path in &args.paths {
        let found = iso.find(path.as_bytes()).map_err(|error| failed(&args.file, &error))?;
        let mut contents = iso.contents(&found).map_err(|error| failed(&args.file, &error))?;
        match io::copy(&mut contents, &mut out).and_then(|_| out.flush()) {
            // The reader's way to say that it has enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            other => {
                other.map_err(|error| Failure::new(format!("copying `{}` of `{}`: {error}", whole(path), args.file.display())))?
            }
        }
    }
    Ok(Answer::Yes)
}

/// A file of an image that is all real takes its bytes of the image at most; shared ones more. Past this it is a bomb.
const TIMES_THE_IMAGE: u64 = 8;

#[derive(Default)]
struct Count {
    files: usize,
    links: usize,
    not_written: usize,
    bytes: u64,
}

fn extract(args: &MediaExtract, session: &Session) -> Outcome {
    let mut iso = open_files(&args.file)?;
    let to = args.to.display();
    let target = Target::new(&args.to, args.force).map_err(|error| Failure::new(format!("making `{to}`: {error}")))?;
    let mut counted = Count::default();
    for path in roots(&args.paths) {
        let from = iso.find(path.as_bytes()).map_err(|error| failed(&args.file, &error))?;
        let mut walk = Walk::new(&mut iso, &from).map_err(|error| failed(&args.file, &error))?;
        while let Some(found) = walk.step(&mut iso).map_err(|error| failed(&args.file, &error))? {
            if let Some(why) = put(&mut iso, &target, &found, &mut counted).map_err(|error| failed(&args.file, &error))? {
                counted.not_written += 1;
                warn(&format!("not written: `{}`: {}", whole(&found.shown()), whole(&why)));
            }
        }
    }
    let links = if counted.links == 0 { String::new() } else { format!("; left out: {}", count(counted.links, "symlink")) };
    session.say(&format!("wrote {} to `{to}`{links}", count(counted.files, "file")));
    Ok(if counted.not_written == 0 { Answer::Yes } else { Answer::No })
}

/// Writes one entry; why it is not there, where it is not.
fn put(iso: &mut Image<File>, target: &Target, found: &Found, counted: &mut Count) -> Result<Option<String>, Error> {
    let put = match &found.entry.kind {
        Kind::Folder { .. } => return Ok(target.folder(&found.path).err().map(|error| error.to_string())),
        Kind::Link(_) => {
            counted.links += 1;
            return Ok(None);
        }
        Kind::Special => return Ok(Some("it is a device, a pipe or a socket".to_owned())),
        Kind::File { size, .. } => {
            counted.bytes = counted.bytes.saturating_add(*size);
            if counted.bytes > iso.volume().image.saturating_mul(TIMES_THE_IMAGE) {
                return Err(Error::TooMuch("its files together are more than 8 times as long as the image"));
            }
            match iso.contents(found) {
                Ok(contents) => target.file(&found.path, contents),
                Err(error) => return Ok(Some(chain(&error))),
            }
        }
    };
    Ok(match put {
        Ok(Put::Written) => {
            counted.files += 1;
            None
        }
        Ok(Put::Kept) => Some("something of that name is there; --force replaces it".to_owned()),
        Err(error) => Some(error.to_string()),
    })
}

fn info(args: &MediaInfo) -> Outcome {
    let mut iso = open(&args.file)?;
    let boot = iso.boot().or_else(|error| match error {
        // What is cut off is told by the sizes.
        Error::Beyond { .. } => Ok(Vec::new()),
        error => Err(failed(&args.file, &error)),
    })?;
    let volume = iso.volume();
    match args.format {
        MediaFormat::Human => print(&human::info(volume, &boot)),
        MediaFormat::Json => print(&format!("{:#}\n", json::info(volume, &boot))),
    }
    Ok(if volume.image < volume.size { Answer::No } else { Answer::Yes })
}
