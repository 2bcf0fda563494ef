//! What wimlib-imagex is given in place of a WIM that lies inside an ISO: files of the same length in which only the parts that it will
//! read are filled. For a list that is some MiB, for a file its compressed bytes; the rest takes no room on the disk.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use pxectl_media::{Error, joined};
use pxectl_model::body::Extent;

use super::holder::{Holder, Place};
use crate::failure::Failure;
use crate::interrupt::{self, Until};
use crate::media::scratch::Scratch;
use crate::session::Session;
use crate::show::size::size;

/// From so many bytes on it is said what takes so long.
const TOLD_FROM: u64 = 64 << 20;
/// Bytes that are left free on the disk.
const SPARE: u64 = 16 << 20;

/// The files; they go with it.
pub struct StandIn {
    folder: PathBuf,
    _scratch: Scratch,
    /// Each part's place and file, and which of its bytes are there.
    parts: Vec<(Place, PathBuf, Vec<Extent>)>,
}

impl StandIn {
    /// Empty ones, of these lengths.
    ///
    /// # Errors
    /// As the file system's.
    pub fn new(places: &[Place], lengths: &[u64]) -> Result<Self, Failure> {
        interrupt::watch();
        let folder = std::env::temp_dir();
        let failed =
            |error: io::Error| Failure::new(format!("making a temporary file in `{}`: {error}", folder.display())).hint(HINT);
        let scratch = Scratch::below(&folder).map_err(failed)?;
        let mut parts = Vec::new();
        for (n, (place, len)) in places.iter().zip(lengths).enumerate() {
            let path = scratch.path(&format!("part-{}.swm", n + 1));
            File::create_new(&path).and_then(|file| file.set_len(*len)).map_err(failed)?;
            parts.push((place.clone(), path, Vec::new()));
        }
        Ok(Self { folder, _scratch: scratch, parts })
    }

    /// What a part stands in for.
    pub fn place(&self, part: usize) -> Option<&Place> {
        Some(&self.parts.get(part)?.0)
    }

    /// Where they lie.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.parts.iter().map(|(_, path, _)| path.clone()).collect()
    }

    /// Fills in these bytes of parts, each by its number from 0 on.
    ///
    /// # Errors
    /// Where they lie beyond a part's end, there is no room, or the person does not want it any more.
    pub fn fill(&mut self, holder: &mut Holder, wanted: Vec<(usize, Extent)>, session: &Session) -> Result<(), Failure> {
        let mut todo = vec![Vec::new(); self.parts.len()];
        for (n, extent) in wanted {
            if let Some(part) = todo.get_mut(n) {
                part.push(extent);
            }
        }
        let todo: Vec<_> = todo.into_iter().zip(&self.parts).map(|(part, (.., have))| without(joined(part), have)).collect();
        let total = todo.iter().flatten().fold(0, |sum: u64, extent| sum.saturating_add(extent.len));
        room(&self.folder, total)?;
        if let Some((place, ..)) = self.parts.first().filter(|_| total >= TOLD_FROM) {
            let (what, folder) = (holder.shown(place), self.folder.display());
            session.say(&format!("copying {} of `{what}` to `{folder}` meanwhile: wimlib-imagex reads no ISO", size(total)));
        }
        for ((place, path, have), extents) in self.parts.iter_mut().zip(todo) {
            let folder = &self.folder;
            let failed = |error: io::Error| Failure::new(format!("copying to `{}`: {error}", folder.display())).hint(HINT);
            let copied = holder.with(place, |bytes| Ok(copy(bytes, path, &extents)))?;
            copied.map_err(|error| if interrupt::came() { Failure::new("interrupted") } else { failed(error) })?;
            *have = joined(have.drain(..).chain(extents).collect());
        }
        Ok(())
    }
}

const HINT: &str = "the environment's TMPDIR names another folder";

fn copy(from: &mut dyn super::holder::Bytes, to: &Path, extents: &[Extent]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(to)?;
    for extent in extents {
        from.seek(SeekFrom::Start(extent.offset))?;
        file.seek(SeekFrom::Start(extent.offset))?;
        let copied = io::copy(&mut Until(from.take(extent.len)), &mut file)?;
        if copied != extent.len {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, Error::Damaged("a file of the WIM lies beyond its end")));
        }
    }
    file.flush()
}

/// What is wanted and not there yet. Both are in order.
fn without(wanted: Vec<Extent>, have: &[Extent]) -> Vec<Extent> {
    let inside = |one: &Extent| {
        have.iter().any(|there| there.offset <= one.offset && one.offset.saturating_add(one.len) <= there.offset + there.len)
    };
    wanted.into_iter().filter(|one| !inside(one)).collect()
}

#[cfg(serves)]
fn room(folder: &Path, need: u64) -> Result<(), Failure> {
    match pxectl_store::fetch::free(folder) {
        Some(free) if free < need.saturating_add(SPARE) => {
            let text = format!("`{}` has {} free, and {} are needed there meanwhile", folder.display(), size(free), size(need));
            Err(Failure::new(text).hint(HINT))
        }
        _ => Ok(()),
    }
}

#[cfg(not(serves))]
fn room(_: &Path, _: u64) -> Result<(), Failure> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_there_is_copied() {
        let at = |offset, len| Extent { offset, len };
        assert_eq!(without(vec![at(0, 10), at(20, 5), at(40, 1)], &[at(0, 10), at(18, 6)]), [at(20, 5), at(40, 1)]);
        assert_eq!(joined(vec![at(20, 5), at(0, 10), at(5, 10), at(25, 1)]), [at(0, 15), at(20, 6)]);
    }
}
