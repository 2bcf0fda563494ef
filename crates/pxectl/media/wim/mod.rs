//! `media` for WIMs.

mod holder;
mod listing;
mod standin;
pub mod tell;
mod wimlib;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write};
use std::path::Path;

use pxectl_inventory::findings::whole;
use pxectl_media::{Found, Image, Kind, Wim};
use pxectl_model::body::Extent;

use self::holder::{Holder, Place};
use self::listing::Listed;
use self::standin::StandIn;
use self::wimlib::Wimlib;
use super::extract::{ALWAYS, Target};
use super::outcome::{Count, Put};
use crate::failure::Failure;
use crate::interrupt::{self, Until};
use crate::session::{Session, warn};

/// A WIM that decompresses to more than so many times its length is a bomb. LZMS with single instances reaches 10.
const TIMES_THE_WIM: u64 = 64;

/// A WIM, and which of its images is meant.
pub struct Chosen {
    holder: Holder,
    place: Place,
    /// Bytes of all its parts.
    size: u64,
    /// The image's number.
    pub image: u32,
    wimlib: Wimlib,
    standin: Option<StandIn>,
    session: Session,
}

/// What is told of one part.
struct Part {
    size: u64,
    frame: Vec<Extent>,
}

impl Chosen {
    /// A WIM on the disk, and the image that was asked for, else the one that boots, else the first.
    ///
    /// # Errors
    /// Where it is none, has no image of that number, a part of its set is missing, or wimlib-imagex is not installed.
    pub fn on_disk(file: &Path, image: Option<u32>, session: &Session) -> Result<Self, Failure> {
        Self::of(Holder::disk(file), Place::Disk(file.to_owned()), image, session)
    }

    /// One inside an ISO.
    ///
    /// # Errors
    /// As [`Chosen::on_disk`], and where there is no room for what has to be copied out of it.
    pub fn inside(iso: (&Path, Image<File>), found: &Found, image: Option<u32>, session: &Session) -> Result<Self, Failure> {
        Self::of(Holder::image(iso.0, iso.1), Place::Inside(found.clone()), image, session)
    }

    fn of(mut holder: Holder, place: Place, image: Option<u32>, session: &Session) -> Result<Self, Failure> {
        let shown = holder.shown(&place);
        let places = holder.parts(&place)?;
        let mut parts = Vec::new();
        let mut chosen = 0;
        for (n, place) in places.iter().enumerate() {
            parts.push(holder.with(place, |bytes| {
                let mut wim = Wim::open(bytes)?;
                let header = wim.header();
                if n == 0 {
                    chosen = image.unwrap_or(if header.boot_index == 0 { 1 } else { header.boot_index });
                    if chosen == 0 || chosen > header.images {
                        return Ok(Err(header.images));
                    }
                }
                Ok(Ok(Part { size: wim.size(), frame: wim.frame(chosen)? }))
            })?);
        }
        let parts: Result<Vec<Part>, u32> = parts.into_iter().collect();
        let parts = parts.map_err(|images| {
            let text = format!("`{shown}` has no image {chosen}: it has {images}");
            Failure::new(text).hint("`pxectl media info` lists them")
        })?;
        let size = parts.iter().fold(0, |sum: u64, part| sum.saturating_add(part.size));
        let wimlib = Wimlib::find(shown, chosen)?;
        let mut standin = None;
        let mut paths = Vec::new();
        for place in &places {
            if let Place::Disk(path) = place {
                paths.push(path.clone());
            }
        }
        if paths.is_empty() {
            let lengths: Vec<_> = parts.iter().map(|part| part.size).collect();
            let mut made = StandIn::new(&places, &lengths)?;
            let frames = parts.into_iter().enumerate();
            let frames = frames.flat_map(|(n, part)| part.frame.into_iter().map(move |extent| (n, extent))).collect();
            made.fill(&mut holder, frames, session)?;
            paths = made.paths();
            standin = Some(made);
        }
        Ok(Self { holder, place, size, image: chosen, wimlib: wimlib.of(&paths)?, standin, session: session.clone() })
    }

    /// Whether it is this file of an ISO.
    pub fn is(&self, found: &Found) -> bool {
        matches!(&self.place, Place::Inside(place) if place.path == found.path)
    }

    /// The names before those of its files.
    fn before(&self) -> &[Vec<u8>] {
        match &self.place {
            Place::Inside(found) => &found.path,
            Place::Disk(_) => &[],
        }
    }

    /// What lies at a path, and below it.
    fn below(&self, path: &str) -> Result<Vec<Listed>, Failure> {
        let names = path.split(['/', '\\']).filter(|name| !name.is_empty() && *name != ".");
        self.wimlib.list(&names.map(|name| name.as_bytes().to_vec()).collect::<Vec<_>>())
    }

    /// An entry as the whole image has it.
    fn whole(&self, listed: &Listed) -> Found {
        let found = &listed.found;
        Found { path: self.before().iter().chain(&found.path).cloned().collect(), entry: found.entry.clone() }
    }

    /// Has wimlib-imagex find these files' bytes. Of contents that are compressed as one, those chunks that hold them.
    fn fill(&mut self, files: &[Listed]) -> Result<(), Failure> {
        let Some(standin) = &mut self.standin else { return Ok(()) };
        let (mut wanted, mut runs) = (Vec::new(), BTreeMap::new());
        for one in files {
            let Some((part, stored)) = one.stored() else { continue };
            let Some(within) = one.within else {
                wanted.push((part, stored));
                continue;
            };
            let run = runs.entry((part, stored.offset)).or_insert_with(|| {
                let place = standin.place(part)?;
                self.holder.with(place, |bytes| Wim::open(bytes)?.solid(stored)).ok()
            });
            // Where the table makes no sense, it has all, and says what is wrong.
            let chunks = run.as_ref().and_then(|run| Some([run.table(), run.chunks(within, one.found.entry.kind.size())?]));
            wanted.extend(chunks.map_or(vec![stored], Vec::from).into_iter().map(|extent| (part, extent)));
        }
        standin.fill(&mut self.holder, wanted, &self.session)
    }

    /// `media ls`: what a folder holds, or the file itself.
    ///
    /// # Errors
    /// Where a path is not there, or wimlib-imagex fails.
    pub fn ls(&self, path: &str, recursive: bool, to: &mut Vec<Found>) -> Result<(), Failure> {
        let all = self.below(path)?;
        let Some(first) = all.first() else { return Ok(()) };
        let depth = first.found.path.len();
        let is_folder = matches!(first.found.entry.kind, Kind::Folder { .. });
        let wanted = |one: &&Listed| match one.found.path.len() == depth {
            true => !is_folder,
            false => recursive || one.found.path.len() == depth + 1,
        };
        to.extend(all.iter().filter(wanted).map(|one| self.whole(one)));
        Ok(())
    }

    /// `media cat`; whether the reader still wants more.
    ///
    /// # Errors
    /// Where a path is no file, or wimlib-imagex fails.
    pub fn cat(&mut self, path: &str, out: &mut impl Write) -> Result<bool, Failure> {
        let shown = self.holder.shown(&self.place);
        let file = self.below(path)?.into_iter().next();
        let file = file.filter(|one| matches!(one.found.entry.kind, Kind::File { .. }));
        let file = file.ok_or_else(|| Failure::new(format!("`{shown}`: `{}` is no file", whole(path))))?;
        self.fill(std::slice::from_ref(&file))?;
        let mut stream = self.wimlib.read(&file.found.path)?;
        let copied = io::copy(&mut Until(&mut stream), out).and_then(|_| out.flush());
        match copied {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Failure::new(format!("copying `{}` of `{shown}`: {}", whole(path), whole(&error.to_string())))),
            Ok(()) => Ok(true),
        }
    }

    /// `media extract`: all files in one run into a private folder, and from there to the places that [`Target`] makes of their names.
    ///
    /// # Errors
    /// Where a path is not there, it is a bomb, or wimlib-imagex cannot be run.
    pub fn extract(&mut self, path: &str, target: &Target, count: &mut Count) -> Result<(), Failure> {
        let mut files = Vec::new();
        for one in self.below(path)?.into_iter().filter(|one| !one.found.path.is_empty()) {
            let found = self.whole(&one);
            let Kind::File { size, flaw, .. } = one.found.entry.kind else {
                count.other(target, &found);
                continue;
            };
            count.bytes = count.bytes.saturating_add(size);
            if count.bytes > self.size.saturating_mul(TIMES_THE_WIM).max(ALWAYS) {
                return Err(Failure::new("the WIM is refused: its files together are more than 64 times as long as it is"));
            }
            match (flaw, target.is_free(&found.path)) {
                (Some(flaw), _) => count.refuse(&found, flaw),
                (None, Ok(true)) => files.push(one),
                (None, Ok(false)) => count.file(&found, Ok(Put::Kept)),
                (None, Err(error)) => count.file(&found, Err(error)),
            }
        }
        self.fill(&files)?;
        let (lines, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|one| wimlib::fits_a_line(&one.found.path));
        let at_once = self.at_once(&lines, target, count)?;
        let left = if at_once { others } else { lines.into_iter().chain(others).collect() };
        for one in &left {
            self.alone(one, target, count)?;
        }
        Ok(())
    }

    /// Whether it went well; else nothing was written.
    fn at_once(&self, files: &[Listed], target: &Target, count: &mut Count) -> Result<bool, Failure> {
        if files.len() < 2 {
            return Ok(files.is_empty());
        }
        let failed = |error: io::Error| Failure::new(format!("making a folder for what is unpacked: {error}"));
        let scratch = target.scratch().map_err(failed)?;
        let folder = scratch.path("files");
        let paths: Vec<_> = files.iter().map(|one| one.found.path.as_slice()).collect();
        if let Err(failure) = self.wimlib.write(&paths, &folder) {
            let _ = fs::remove_dir_all(&folder);
            if interrupt::came() {
                return Err(failure);
            }
            warn(&format!("warning: {}; files are taken one by one", failure.text().trim_start_matches("error: ").trim_end()));
            return Ok(false);
        }
        for one in files {
            interrupt::check().map_err(|error| Failure::new(error.to_string()))?;
            let found = self.whole(one);
            count.file(&found, target.adopt(&folder, &one.found.path, &found.path, found.entry.kind.size()));
        }
        let _ = fs::remove_dir_all(&folder);
        Ok(true)
    }

    /// One file by a pipe.
    fn alone(&self, one: &Listed, target: &Target, count: &mut Count) -> Result<(), Failure> {
        let found = self.whole(one);
        let size = found.entry.kind.size();
        let mut stream = self.wimlib.read(&one.found.path)?;
        // One byte more than it says tells that it lied.
        let mut bounded = (&mut stream).take(size.saturating_add(1));
        let put = target.file(&found.path, &mut bounded, size);
        interrupt::check().map_err(|error| Failure::new(error.to_string()))?;
        count.file(&found, put);
        Ok(())
    }
}
