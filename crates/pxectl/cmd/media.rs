//! `media`: inside an install image, or a WIM.

use std::fs::File;
use std::io;
use std::path::Path;

use pxectl_inventory::findings::whole;
use pxectl_media::limits::DEPTH_MOST;
use pxectl_media::{Depth, Error, Found, Image, Kind, Udf, Walk, Wim, judge};
use pxectl_store::regular::open_regular;

use crate::cli::{Media, MediaCat, MediaExtract, MediaFormat, MediaInfo, MediaLs};
use crate::failure::{Answer, Failure, Outcome, chain};
use crate::interrupt;
use crate::media::extract::{ALWAYS, Target};
use crate::media::human::named;
use crate::media::outcome::Count;
use crate::media::wim::{self, Chosen};
use crate::media::{human, json, roots};
use crate::session::{Session, print, warn};

/// Exit 1 where an image is not whole (`info`), or something was not written (`extract`).
pub fn run(args: &Media, session: &Session) -> Outcome {
    match args {
        Media::Ls(args) => ls(Opened::new(&args.file, args.image, session)?, args),
        Media::Cat(args) => cat(Opened::new(&args.file, args.image, session)?, args),
        Media::Extract(args) => extract(Opened::new(&args.file, args.image, session)?, args, session),
        Media::Info(args) => info(args),
    }
}

/// What files are taken out of.
enum Opened<'s> {
    Image(Box<Mixed<'s>>),
    Wim(Box<Chosen>),
}

/// An image, and the WIMs in it that paths have gone into.
struct Mixed<'s> {
    image: Image<File>,
    file: &'s Path,
    number: Option<u32>,
    wims: Vec<Chosen>,
    session: &'s Session,
}

/// Where a path leads.
enum Way<'p> {
    Image(Found),
    /// Into the WIM of this place in the list, and on in there.
    Wim(usize, &'p str),
}

fn file(path: &Path) -> Result<File, Failure> {
    open_regular(path).map_err(|error| Failure::new(format!("opening `{}`: {error}", path.display())))
}

impl<'s> Opened<'s> {
    fn new(path: &'s Path, number: Option<u32>, session: &'s Session) -> Result<Self, Failure> {
        let opened = file(path)?;
        let same = opened.try_clone().map_err(|error| failed(path, &Error::Read { at: 0, len: 0, source: error }))?;
        match Wim::open(same) {
            Err(Error::NotWim) => {}
            Err(error) => return Err(failed(path, &error)),
            Ok(_) => return Ok(Self::Wim(Box::new(Chosen::on_disk(path, number, session)?))),
        }
        let image = Image::open(opened).map_err(|error| failed(path, &error))?;
        if let Udf::Unread(why) = &image.volume().udf {
            let (file, why) = (path.display(), whole(why));
            warn(&format!(
                "warning: `{file}` also holds UDF, which is not read ({why}): files may be missing or cut here; compare `7z l`"
            ));
        }
        Ok(Self::Image(Box::new(Mixed { image, file: path, number, wims: Vec::new(), session })))
    }
}

impl Mixed<'_> {
    fn failed(&self, error: &Error) -> Failure {
        failed(self.file, error)
    }

    /// A path may go on in a WIM; `sources/boot.wim/` is the top of what is in there, and so is `sources/boot.wim` where an image's number
    /// is given.
    fn way<'p>(&mut self, path: &'p str) -> Result<Way<'p>, Failure> {
        let is_file = |found: &Found| matches!(found.entry.kind, Kind::File { .. });
        let found = self.image.find(path.as_bytes());
        match &found {
            Ok(found) if !is_file(found) && self.number.is_some() => {
                let shown = if path == "/" { self.file.display().to_string() } else { path.to_owned() };
                return Err(Failure::new(format!("`{}` is no WIM: only those have images by number", whole(&shown))));
            }
            Ok(found) if !is_file(found) || !(path.ends_with('/') || self.number.is_some()) => {
                return Ok(Way::Image(found.clone()));
            }
            Ok(_) | Err(Error::NotFolder(_)) => {}
            Err(error) => return Err(self.failed(error)),
        }
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]).filter(|at| *at > 0);
        for end in ends.take(DEPTH_MOST) {
            let found = self.image.find(&path.as_bytes()[..end]).map_err(|error| self.failed(&error))?;
            if is_file(&found) {
                return self.enter(&found, &path[end..]);
            }
        }
        found.map(Way::Image).map_err(|error| self.failed(&error))
    }

    fn enter<'p>(&mut self, found: &Found, rest: &'p str) -> Result<Way<'p>, Failure> {
        if let Some(n) = self.wims.iter().position(|wim| wim.is(found)) {
            return Ok(Way::Wim(n, rest));
        }
        let opened = self.image.contents(found).and_then(|contents| Wim::open(contents).map(drop));
        opened.map_err(|error| Failure::new(format!("`{}`: `{}`: {error}", self.file.display(), whole(&found.shown()))))?;
        let again = Image::open(file(self.file)?).map_err(|error| self.failed(&error))?;
        self.wims.push(Chosen::inside((self.file, again), found, self.number, self.session)?);
        Ok(Way::Wim(self.wims.len() - 1, rest))
    }
}

fn failed(file: &Path, error: &Error) -> Failure {
    Failure::new(format!("`{}`: {}", file.display(), whole(&chain(error))))
}

fn ls(mut opened: Opened<'_>, args: &MediaLs) -> Outcome {
    let mut found = Vec::new();
    for path in roots(&args.paths) {
        match &mut opened {
            Opened::Wim(wim) => wim.ls(path, args.recursive, &mut found)?,
            Opened::Image(mixed) => match mixed.way(path)? {
                Way::Wim(n, rest) => mixed.wims[n].ls(rest, args.recursive, &mut found)?,
                Way::Image(from) => {
                    listed(&mut mixed.image, from, args.recursive, &mut found).map_err(|error| mixed.failed(&error))?
                }
            },
        }
    }
    match (args.format, &opened) {
        (MediaFormat::Json, Opened::Image(mixed)) => print(&format!("{:#}\n", json::listing(mixed.image.volume(), &found))),
        (MediaFormat::Json, Opened::Wim(wim)) => print(&format!("{:#}\n", json::wim_listing(wim.image, &found))),
        (MediaFormat::Human, _) => print(&human::listing(&named(found, args))),
    }
    Ok(Answer::Yes)
}

fn listed(image: &mut Image<File>, from: Found, recursive: bool, to: &mut Vec<Found>) -> Result<(), Error> {
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

fn cat(mut opened: Opened<'_>, args: &MediaCat) -> Outcome {
    let mut out = io::stdout().lock();
    for path in &args.paths {
        let more = match &mut opened {
            Opened::Wim(wim) => wim.cat(path, &mut out)?,
            Opened::Image(mixed) => match mixed.way(path)? {
                Way::Wim(n, rest) => mixed.wims[n].cat(rest, &mut out)?,
                Way::Image(found) => printed(mixed, &found, path, &mut out)?,
            },
        };
        if !more {
            break;
        }
    }
    Ok(Answer::Yes)
}

/// Whether the reader still wants more.
fn printed(mixed: &mut Mixed<'_>, found: &Found, path: &str, out: &mut impl io::Write) -> Result<bool, Failure> {
    let file = mixed.file;
    let mut contents = mixed.image.contents(found).map_err(|error| failed(file, &error))?;
    match io::copy(&mut contents, out).and_then(|_| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::new(format!("copying `{}` of `{}`: {error}", whole(path), file.display()))),
        Ok(()) => Ok(true),
    }
}

/// A file of an image that is all real takes its bytes of the image at most; shared ones more. Past this it is a bomb.
const TIMES_THE_IMAGE: u64 = 8;

fn extract(mut opened: Opened<'_>, args: &MediaExtract, session: &Session) -> Outcome {
    let target =
        Target::new(&args.to, args.force).map_err(|error| Failure::new(format!("making `{}`: {error}", args.to.display())))?;
    let mut count = Count::default();
    for path in roots(&args.paths) {
        match &mut opened {
            Opened::Wim(wim) => wim.extract(path, &target, &mut count)?,
            Opened::Image(mixed) => match mixed.way(path)? {
                Way::Wim(n, rest) => mixed.wims[n].extract(rest, &target, &mut count)?,
                Way::Image(from) => walked(&mut mixed.image, &from, &target, &mut count).map_err(|error| mixed.failed(&error))?,
            },
        }
        interrupt::check().map_err(|error| Failure::new(error.to_string()))?;
    }
    Ok(count.tell(&args.to, session))
}

fn walked(image: &mut Image<File>, from: &Found, target: &Target, count: &mut Count) -> Result<(), Error> {
    let mut walk = Walk::new(image, from)?;
    while let Some(found) = walk.step(image)? {
        put(image, target, &found, count)?;
        if interrupt::came() {
            break;
        }
    }
    Ok(())
}

fn put(image: &mut Image<File>, target: &Target, found: &Found, count: &mut Count) -> Result<(), Error> {
    let Kind::File { size, .. } = found.entry.kind else {
        count.other(target, found);
        return Ok(());
    };
    count.bytes = count.bytes.saturating_add(size);
    if count.bytes > image.volume().image.saturating_mul(TIMES_THE_IMAGE).max(ALWAYS) {
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
