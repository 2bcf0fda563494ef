//! An image, opened: its folders, its files, its boot entries, whatever file system it has.

use std::io::{Read, Seek};

use pxectl_model::body::Extent;

use crate::contents::Contents;
use crate::entry::{Entry, Kind, Part};
use crate::error::{Error, text};
use crate::iso::descriptors;
use crate::iso::record::SECTOR;
use crate::iso::torito::{self, BootEntry};
use crate::limits::{DEPTH_MOST, LINKS_MOST};
use crate::source::Source;
use crate::tree::Tree;
use crate::volume::{Names, Udf, Volume};
use crate::{iso, udf, walk};

/// An install image. Where it has UDF that is read, else ISO 9660.
#[derive(Debug)]
pub struct Image<R> {
    pub(crate) source: Source<R>,
    volume: Volume,
    tree: Tree,
    catalog: Option<u64>,
    primary: Option<(u64, u64)>,
}

/// An entry, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Names from the root on, the entry's own last; empty for the root.
    pub path: Vec<Vec<u8>>,
    /// What is there.
    pub entry: Entry,
}

impl Found {
    /// The path with slashes, as far as its bytes are text.
    pub fn shown(&self) -> String {
        self.path.iter().map(|name| String::from_utf8_lossy(name)).collect::<Vec<_>>().join("/")
    }
}

impl<R: Read + Seek> Image<R> {
    /// Reads what the image says of itself.
    ///
    /// # Errors
    /// Where it has no file system that is read here, or its root cannot be read.
    pub fn open(reader: R) -> Result<Self, Error> {
        Self::with(Source::new(reader)?)
    }

    pub(crate) fn with(mut source: Source<R>) -> Result<Self, Error> {
        let seen = descriptors::read(&mut source)?;
        let udf = seen.udf.then(|| udf::Tree::open(&mut source)).transpose();
        // Where both are there, what UDF lacks ISO 9660 may still have.
        let (udf, why) = match (udf, &seen.iso) {
            (Ok(udf), _) => (udf, None),
            (Err(error), Some(_)) => (None, Some(error)),
            (Err(error), None) => return Err(error),
        };
        let primary = seen.iso.as_ref().map(|read| (read.at, read.size));
        let size = |udf: u64| primary.map_or(udf, |(_, iso)| iso.max(udf));
        let image = source.len;
        if let Some(tree) = udf {
            let (label, size, udf) = (tree.label.clone(), size(tree.end()), Udf::Read(tree.revision));
            let volume = Volume { label, size, image, names: Names::Udf, udf };
            return Ok(Self { source, volume, tree: Tree::Udf(tree), catalog: seen.catalog, primary });
        }
        let read = seen.iso.ok_or(Error::NotImage)?;
        let tree = iso::Tree::open(&mut source, &read)?;
        let udf = why.map_or(Udf::None, |error| Udf::Unread(error.to_string()));
        let volume = Volume { label: read.label, size: size(0), image, names: tree.names, udf };
        Ok(Self { source, volume, tree: Tree::Iso(tree), catalog: seen.catalog, primary })
    }

    /// What it says of itself.
    pub fn volume(&self) -> &Volume {
        &self.volume
    }

    /// Its topmost folder.
    pub fn root(&self) -> Found {
        Found { path: Vec::new(), entry: Entry { name: Vec::new(), kind: self.tree.root(), mode: None, modified: None } }
    }

    /// What firmware can start from it; empty where it is no boot medium.
    ///
    /// # Errors
    /// Where the boot catalog lies outside the image or does not prove itself.
    pub fn boot(&mut self) -> Result<Vec<BootEntry>, Error> {
        self.source.begin();
        let Some(at) = self.catalog else { return Ok(Vec::new()) };
        torito::catalog(&self.source.read("the boot catalog", at, SECTOR as u32)?)
    }

    /// What a folder holds, in the image's order.
    ///
    /// # Errors
    /// Where it is no folder, is damaged, or goes beyond a bound.
    pub fn list(&mut self, folder: &Found) -> Result<Vec<Entry>, Error> {
        self.source.begin();
        match folder.entry.kind {
            Kind::Folder { at, len } => self.folder(at, len),
            _ => Err(Error::NotFolder(folder.shown())),
        }
    }

    /// What lies at a path, with slashes between names. Symlinks are followed inside the image, and `..` of the root is the root.
    /// Outside Rock Ridge the case of a name is of no matter, where none is written as asked.
    ///
    /// # Errors
    /// Where there is nothing, or the way there is damaged or too long.
    pub fn find(&mut self, path: &[u8]) -> Result<Found, Error> {
        self.source.begin();
        let parts = |path: &[u8]| path.rsplit(|b| *b == b'/').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let (mut todo, mut links, mut led) = (parts(path), 0, Vec::new());
        let mut way = vec![self.root().entry];
        while let Some(name) = todo.pop() {
            match name.as_slice() {
                b"" | b"." => continue,
                b".." => {
                    way.truncate(way.len().saturating_sub(1).max(1));
                    continue;
                }
                _ => {}
            }
            let Some(Kind::Folder { at, len }) = way.last().map(|entry| &entry.kind) else {
                return Err(Error::NotFolder(text(path)));
            };
            let entry = self.tree.named(&mut self.source, (*at, *len), &name)?.ok_or_else(|| match links {
                0 => Error::Missing(text(path)),
                _ => Error::Dangling(text(path), text(&led)),
            })?;
            if let Kind::Link(target) = &entry.kind {
                links += 1;
                if links > LINKS_MOST {
                    return Err(Error::Links(text(path)));
                }
                if target.starts_with(b"/") {
                    way.truncate(1);
                }
                todo.extend(parts(target));
                led.clone_from(target);
                continue;
            }
            if way.len() > DEPTH_MOST {
                return Err(Error::TooMuch(walk::DEEP));
            }
            way.push(entry);
        }
        let path = way.iter().skip(1).map(|entry| entry.name.clone()).collect();
        // There is always the root.
        way.pop().map(|entry| Found { path, entry }).ok_or(Error::Damaged("it has no root"))
    }

    /// Where a file's bytes lie, in order, every one of them inside the image: whoever sends these extents of the image sends the file.
    /// Their lengths add up to its size; an empty file has none.
    ///
    /// # Errors
    /// Where it is no file, or its bytes do not lie there as they are ([`Error::Unsupported`] has the reason, [`Error::Beyond`] tells
    /// that the image is cut off).
    pub fn extents(&self, file: &Found) -> Result<Vec<Extent>, Error> {
        let bytes = |part: &Part| match part {
            Part::Bytes(extent) => Ok(*extent),
            Part::Zeros(_) => Err(Error::Unsupported("it has holes, which lie nowhere in the image")),
        };
        self.parts(file)?.iter().map(bytes).collect()
    }

    /// A file's bytes; they can be sought in.
    ///
    /// # Errors
    /// Where it is no file, or its bytes cannot be had from the image. Holes are read as zeros.
    pub fn contents<'f>(&'f mut self, file: &'f Found) -> Result<Contents<'f, R>, Error> {
        let parts = self.parts(file)?;
        Ok(Contents::new(&mut self.source, parts))
    }

    /// The parts of a file, those that take bytes of the image held against its length.
    fn parts<'f>(&self, file: &'f Found) -> Result<&'f [Part], Error> {
        let Kind::File { parts, flaw, .. } = &file.entry.kind else { return Err(Error::NotFile(file.shown())) };
        if let Some(flaw) = flaw {
            return Err(Error::Unsupported(flaw));
        }
        for part in parts {
            if let Part::Bytes(extent) = part {
                self.source.holds("a part of the file", extent.offset, extent.len)?;
            }
        }
        Ok(parts)
    }

    /// Where ISO 9660's primary volume descriptor lies, and the volume's bytes that it tells.
    pub(crate) fn primary(&self) -> Option<(u64, u64)> {
        self.primary
    }

    pub(crate) fn folder(&mut self, at: u64, len: u64) -> Result<Vec<Entry>, Error> {
        self.tree.list(&mut self.source, at, len)
    }
}
