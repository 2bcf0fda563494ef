//! Where a WIM lies: on the disk, or inside an ISO; and the other parts of its set.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use pxectl_inventory::findings::whole;
use pxectl_media::{Error, Found, Image, Kind, Wim};
use pxectl_store::regular::open_regular;

use crate::failure::{Failure, chain};

/// Files beside one part of a set that are looked at for the others.
const BESIDE_MOST: usize = 1000;

/// A file that can be read anywhere.
pub trait Bytes: Read + Seek {}
impl<T: Read + Seek> Bytes for T {}

/// One file.
#[derive(Debug, Clone)]
pub enum Place {
    /// On the disk.
    Disk(PathBuf),
    /// In the image.
    Inside(Found),
}

/// What holds them.
pub struct Holder {
    file: PathBuf,
    /// None where WIMs lie on the disk.
    image: Option<Image<File>>,
}

impl Holder {
    /// A WIM that is a file itself.
    pub fn disk(file: &Path) -> Self {
        Self { file: file.to_owned(), image: None }
    }

    /// WIMs inside an image.
    pub fn image(file: &Path, image: Image<File>) -> Self {
        Self { file: file.to_owned(), image: Some(image) }
    }

    /// As people name a file.
    pub fn shown(&self, place: &Place) -> String {
        match place {
            Place::Disk(path) => path.display().to_string(),
            Place::Inside(found) => whole(&format!("{}: {}", self.file.display(), found.shown())),
        }
    }

    /// Works with the bytes of a file.
    ///
    /// # Errors
    /// Where it cannot be opened, or what is done with it fails.
    pub fn with<T>(&mut self, place: &Place, work: impl FnOnce(&mut dyn Bytes) -> Result<T, Error>) -> Result<T, Failure> {
        let shown = self.shown(place);
        let failed = |error: &dyn std::error::Error| Failure::new(format!("`{shown}`: {}", whole(&chain(error))));
        match (place, &mut self.image) {
            (Place::Inside(found), Some(image)) => {
                work(&mut image.contents(found).map_err(|error| failed(&error))?).map_err(|error| failed(&error))
            }
            (Place::Inside(found), None) => Err(failed(&Error::Missing(found.shown()))),
            (Place::Disk(path), _) => {
                let mut file = open_regular(path).map_err(|error| failed(&error))?;
                work(&mut file).map_err(|error| failed(&error))
            }
        }
    }

    /// All parts of the set that a WIM belongs to, in their order: those beside it that say so.
    ///
    /// # Errors
    /// Where one is missing.
    pub fn parts(&mut self, place: &Place) -> Result<Vec<Place>, Failure> {
        let (guid, part, parts) = self.with(place, |bytes| {
            let wim = Wim::open(bytes)?;
            Ok((wim.header().guid, wim.header().part, wim.header().parts))
        })?;
        let mut all: Vec<Option<Place>> = vec![None; usize::from(parts)];
        all[usize::from(part) - 1] = Some(place.clone());
        if parts > 1 {
            for beside in self.beside(place) {
                // Whatever else lies there is none of it.
                let header = self.with(&beside, |bytes| Ok(Wim::open(bytes)?.header().clone()));
                let Ok(header) = header else { continue };
                if header.guid == guid && header.parts == parts {
                    all[usize::from(header.part) - 1].get_or_insert(beside);
                }
            }
        }
        let missing: Vec<_> = (1..).zip(&all).filter(|(_, part)| part.is_none()).map(|(n, _)| format!("{n}")).collect();
        if !missing.is_empty() {
            let (shown, which) = (self.shown(place), missing.join(", "));
            let text = format!("`{shown}` is part {part} of a WIM in {parts} parts, and beside it there is no part {which}");
            return Err(Failure::new(text).hint("its files lie in all of them: have all `.swm` files of the set in one folder"));
        }
        Ok(all.into_iter().flatten().collect())
    }

    /// Files in the same folder whose names end like a set's.
    fn beside(&mut self, place: &Place) -> Vec<Place> {
        let is_part = |name: &[u8]| name.len() > 4 && name[name.len() - 4..].eq_ignore_ascii_case(b".swm");
        match (place, &mut self.image) {
            (Place::Disk(path), _) => {
                let folder = crate::session::folder_of(path);
                let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
                let named = entries.filter(|entry| is_part(entry.file_name().as_encoded_bytes()));
                let mut paths: Vec<_> = named.take(BESIDE_MOST).map(|entry| entry.path()).collect();
                paths.sort();
                paths.into_iter().map(Place::Disk).collect()
            }
            (Place::Inside(found), Some(image)) => {
                let folder = &found.path[..found.path.len().saturating_sub(1)];
                let Ok(at) = image.find(&folder.join(&b'/')) else { return Vec::new() };
                let entries = image.list(&at).unwrap_or_default().into_iter();
                let parts = entries.filter(|entry| is_part(&entry.name) && matches!(entry.kind, Kind::File { .. }));
                let path = |name: &Vec<u8>| folder.iter().chain([name]).cloned().collect();
                parts.take(BESIDE_MOST).map(|entry| Place::Inside(Found { path: path(&entry.name), entry })).collect()
            }
            (Place::Inside(_), None) => Vec::new(),
        }
    }
}
