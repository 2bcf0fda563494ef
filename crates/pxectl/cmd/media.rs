//! `media`: inside an install image, or a WIM.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use pxectl_inventory::findings::whole;
use pxectl_media::{Depth, Error, Found, Image, Kind, Udf, Walk, Wim, judge};
use pxectl_store::regular::open_regular;

use crate::cli::{Media, MediaCat, MediaExtract, MediaFormat, MediaInfo, MediaLs};
use crate::failure::{Answer, Failure, Outcome, chain};
use crate::media::extract::{Count, Target};
use crate::media::human::named;
use crate::media::wim::{self, Chosen};
use crate::media::{human, json, roots};
use crate::session::{Session, print, warn};

/// Exit 1 where an image is not whole (`info`), or something was not written (`extract`).
pub fn run(args: &Media, session: &Session) -> Outcome {
    match args {
        Media::Ls(args) => match opened(&args.file, args.image)? {
            Opened::Image(image) => ls(*image, args),
            Opened::Wim(chosen) => wim::ls(&chosen, args),
        },
        Media::Cat(args) => match opened(&args.file, args.image)? {
            Opened::Image(image) => cat(*image, args),
            Opened::Wim(chosen) => wim::cat(&chosen, args),
        },
        Media::Extract(args) => match opened(&args.file, args.image)? {
            Opened::Image(image) => extract(*image, args, session),
            Opened::Wim(chosen) => wim::extract(&chosen, args, session),
        },
        Media::Info(args) => info(args),
    }
}

/// What files are taken out of.
enum Opened {
    Image(Box<Image<File>>),
    Wim(Chosen),
}

fn file(path: &Path) -> Result<File, Failure> {
    open_regular(path).map_err(|error| Failure::new(format!("opening `{}`: {error}", path.display())))
}

fn opened(path: &Path, number: Option<u32>) -> Result<Opened, Failure> {
    let opened = file(path)?;
    let same = opened.try_clone().map_err(|error| failed(path, &Error::Read { at: 0, len: 0, source: error }))?;
    match Wim::open(same) {
        Err(Error::NotWim) => {}
        wim => return Ok(Opened::Wim(Chosen::of(&wim.map_err(|error| failed(path, &error))?, path, number)?)),
    }
    if number.is_some() {
        return Err(Failure::new(format!("`{}` is no WIM: only those have images by number", path.display())));
    }
    let image = Image::open(opened).map_err(|error| failed(path, &error))?;
    if let Udf::Unread(why) = &image.volume().udf {
        let (file, why) = (path.display(), whole(why));
        warn(&format!(
            "warning: `{file}` also holds UDF, which is not read ({why}): files may be missing or cut here; compare `7z l`"
        ));
    }
    Ok(Opened::Image(Box::new(image)))
}

fn failed(file: &Path, error: &Error) -> Failure {
    Failure::new(format!("`{}`: {}", file.display(), whole(&chain(error))))
}

fn ls(mut image: Image<File>, args: &MediaLs) -> Outcome {
    let mut found = Vec::new();
    for path in roots(&args.paths) {
        listed(&mut image, path, args.recursive, &mut found).map_err(|error| failed(&args.file, &error))?;
    }
    match args.format {
        MediaFormat::Json => print(&format!("{:#}\n", json::listing(image.volume(), &found))),
        MediaFormat::Human => print(&human::listing(&named(found, args))),
    }
    Ok(Answer::Yes)
}

fn listed(image: &mut Image<File>, path: &str, recursive: bool, to: &mut Vec<Found>) -> Result<(), Error> {
    let from = image.find(path.as_bytes())?;
    if recursive {
        let mut walk = Walk::new(image, &from)?;
        while let Some(found) = walk.step(image)? {
            to.push(found);
        }
    } else if let Kind::Folder { .. } = from.entry.kind {
        let below = |name: &Vec<u8>| from.path.iter().chain([name]).cloned().collect();
        to.extend(image.list(&from)?.into_iter().map(|entry| Found { path: below(&entry.name), entry }));
    } else {
        to.push(from);
    }
    Ok(())
}

fn cat(mut image: Image<File>, args: &MediaCat) -> Outcome {
    let mut out = io::stdout().lock();
    for path in &args.paths {
        let found = image.find(path.as_bytes()).map_err(|error| failed(&args.file, &error))?;
        let mut contents = image.contents(&found).map_err(|error| failed(&args.file, &error))?;
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

fn extract(mut image: Image<File>, args: &MediaExtract, session: &Session) -> Outcome {
    let target =
        Target::new(&args.to, args.force).map_err(|error| Failure::new(format!("making `{}`: {error}", args.to.display())))?;
    let mut count = Count::default();
    for path in roots(&args.paths) {
        let from = image.find(path.as_bytes()).map_err(|error| failed(&args.file, &error))?;
        let mut walk = Walk::new(&mut image, &from).map_err(|error| failed(&args.file, &error))?;
        while let Some(found) = walk.step(&mut image).map_err(|error| failed(&args.file, &error))? {
            put(&mut image, &target, &found, &mut count).map_err(|error| failed(&args.file, &error))?;
        }
    }
    Ok(count.tell(&args.to, session))
}

fn put(image: &mut Image<File>, target: &Target, found: &Found, count: &mut Count) -> Result<(), Error> {
    let Kind::File { size, .. } = found.entry.kind else {
        count.other(target, found);
        return Ok(());
    };
    count.bytes = count.bytes.saturating_add(size);
    if count.bytes > image.volume().image.saturating_mul(TIMES_THE_IMAGE) {
        return Err(Error::TooMuch("its files together are more than 8 times as long as the image"));
    }
    match image.contents(found) {
        Ok(contents) => count.file(found, target.file(&found.path, contents, size)),
        Err(error) => count.refuse(found, &chain(&error)),
    }
    Ok(())
}

fn info(args: &MediaInfo) -> Outcome {
    let Some(inside) = &args.path else {
        let depth = if args.check { Depth::Full } else { Depth::Quick };
        return told(file(&args.file)?, &args.file.to_string_lossy(), args, depth);
    };
    let mut image = Image::open(file(&args.file)?).map_err(|error| failed(&args.file, &error))?;
    let found = image.find(inside.as_bytes()).map_err(|error| failed(&args.file, &error))?;
    let depth = if args.check { Depth::Full } else { Depth::Quick };
    let contents = image.contents(&found).map_err(|error| failed(&args.file, &error))?;
    told(contents, &found.shown(), args, depth)
}

/// What a file is, wherever it lies.
fn told<R: io::Read + io::Seek>(mut content: R, name: &str, args: &MediaInfo, depth: Depth) -> Outcome {
    let read = |error: io::Error| Failure::new(format!("reading `{}`: {error}", args.file.display()));
    let judged = judge(name, depth, &mut content).map_err(read)?;
    content.rewind().map_err(read)?;
    let text = match judged.format {
        "wim" => wim::tell::text(content, &judged, args),
        "iso" => crate::media::tell::text(content, &judged, args),
        _ => {
            let error = Error::NotImage;
            return Err(Failure::new(format!("`{}`: it is {}: {error}", whole(name), whole(&judged.title)))
                .hint("`pxectl ipxe info` tells what boot programs and kernels are"));
        }
    };
    print(&match text {
        // What can be told of the rest of it is what is wrong.
        Err(_) if !judged.problems.is_empty() => crate::media::tell::problems(&judged, args),
        text => text.map_err(|error| failed(&args.file, &error))?,
    });
    Ok(if judged.problems.is_empty() { Answer::Yes } else { Answer::No })
}
