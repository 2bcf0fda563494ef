//! An image, opened: its folders, its files, its boot entries.

use std::io::{Read, Seek};

use pxectl_model::body::Extent;

use crate::contents::Contents;
use crate::entry::{Entry, Kind, Stamp};
use crate::error::{Error, text};
use crate::limits::{DEPTH_MOST, FOLDER_MOST, LINKS_MOST, RECORDS_MOST};
use crate::record::{Record, SECTOR, flags, records};
use crate::rock::Rock;
use crate::source::Source;
use crate::torito::{self, BootEntry};
use crate::volume::{self, Names, Volume};
use crate::{names, walk};

/// The types of st_mode that RRIP 4.1.1 takes over from POSIX.
const TYPE: u32 = 0o170_000;
const SPECIAL: [u32; 4] = [0o140_000, 0o060_000, 0o020_000, 0o010_000];

/// An ISO 9660 image.
#[derive(Debug)]
pub struct Iso<R> {
    pub(crate) source: Source<R>,
    volume: Volume,
    root: Kind,
    catalog: Option<u64>,
    /// Bytes before Rock Ridge in each system use area.
    skip: usize,
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

impl<R: Read + Seek> Iso<R> {
    /// Reads what the image says of itself.
    ///
    /// # Errors
    /// Where it is no ISO 9660 image, or its root cannot be read.
    pub fn open(reader: R) -> Result<Self, Error> {
        let mut source = Source::new(reader)?;
        let read = volume::read(&mut source)?;
        let mut iso = Self { source, volume: read.volume, root: Kind::Special, catalog: read.catalog, skip: 0 };
        iso.root = iso.folder_of(&read.root)?;
        if let Some(skip) = iso.rock()? {
            (iso.volume.names, iso.skip) = (Names::RockRidge, skip);
        } else if let Some(root) = read.joliet {
            (iso.volume.names, iso.root) = (Names::Joliet, iso.folder_of(&root)?);
        }
        Ok(iso)
    }

    /// What it says of itself.
    pub fn volume(&self) -> &Volume {
        &self.volume
    }

    /// Its topmost folder.
    pub fn root(&self) -> Found {
        Found { path: Vec::new(), entry: Entry { name: Vec::new(), kind: self.root.clone(), mode: None, modified: None } }
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
    /// Outside Rock Ridge the case of a name is of no matter.
    ///
    /// # Errors
    /// Where there is nothing, or the way there is damaged or too long.
    pub fn find(&mut self, path: &[u8]) -> Result<Found, Error> {
        self.source.begin();
        let parts = |path: &[u8]| path.rsplit(|b| *b == b'/').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let (mut todo, mut links) = (parts(path), 0);
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
            let entry = self.named(*at, *len, &name)?.ok_or_else(|| Error::Missing(text(path)))?;
            if let Kind::Link(target) = &entry.kind {
                links += 1;
                if links > LINKS_MOST {
                    return Err(Error::Links(text(path)));
                }
                if target.starts_with(b"/") {
                    way.truncate(1);
                }
                todo.extend(parts(target));
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

    /// Where a file's bytes lie, in order, every one of them inside the image.
    ///
    /// # Errors
    /// Where it is no file, or its bytes do not lie there as they are.
    pub fn extents<'f>(&self, file: &'f Found) -> Result<&'f [Extent], Error> {
        let Kind::File { extents, flaw, .. } = &file.entry.kind else { return Err(Error::NotFile(file.shown())) };
        if let Some(flaw) = flaw {
            return Err(Error::Unsupported(flaw));
        }
        extents.iter().try_for_each(|extent| self.source.holds("a part of the file", extent.offset, extent.len))?;
        Ok(extents)
    }

    /// A file's bytes.
    ///
    /// # Errors
    /// As for [`Iso::extents`].
    pub fn contents<'f>(&'f mut self, file: &'f Found) -> Result<Contents<'f, R>, Error> {
        let extents = self.extents(file)?;
        Ok(Contents::new(&mut self.source, extents))
    }

    fn named(&mut self, at: u64, len: u32, name: &[u8]) -> Result<Option<Entry>, Error> {
        let mut entries = self.folder(at, len)?;
        let exact = entries.iter().position(|entry| entry.name == name);
        let alike = || entries.iter().position(|entry| entry.name.eq_ignore_ascii_case(name));
        let found = if self.volume.names == Names::RockRidge { exact } else { exact.or_else(alike) };
        Ok(found.map(|n| entries.swap_remove(n)))
    }

    fn folder_of(&self, root: &[u8]) -> Result<Kind, Error> {
        let record = Record::parse(root)?;
        Ok(Kind::Folder { at: record.offset(self.volume.block_size), len: record.len })
    }

    /// Whether the root's own record speaks Rock Ridge, and how many bytes each area has before it.
    fn rock(&mut self) -> Result<Option<usize>, Error> {
        let Kind::Folder { at, .. } = self.root else { return Ok(None) };
        let sector = self.source.read("the root folder", at, SECTOR as u32)?;
        let Some(own) = records(&sector).next().transpose()? else { return Ok(None) };
        let rock = Rock::read(&mut self.source, own.system_use, self.volume.block_size)?;
        Ok(rock.skip.filter(|_| rock.spoken).map(usize::from))
    }

    pub(crate) fn folder(&mut self, at: u64, len: u32) -> Result<Vec<Entry>, Error> {
        if len > FOLDER_MOST {
            return Err(Error::TooMuch("a folder takes more than 16 MiB"));
        }
        let bytes = self.source.read("a folder", at, len)?;
        let mut entries: Vec<Entry> = Vec::new();
        // The recorded name of a file whose next part is to follow (ECMA-119, 6.5.1 and 9.1.6).
        let mut open: Option<&[u8]> = None;
        for (n, record) in records(&bytes).enumerate() {
            let record = record?;
            if n >= RECORDS_MOST {
                return Err(Error::TooMuch("a folder has more than 200000 records"));
            }
            if record.is_dots() || record.flags & flags::ASSOCIATED != 0 {
                continue;
            }
            let goes_on = open.take().is_some_and(|name| name == record.name);
            match entries.last_mut().filter(|_| goes_on) {
                Some(file) => self.grow(&mut file.kind, &record),
                None => match self.entry(&record)? {
                    Some(entry) => entries.push(entry),
                    None => continue,
                },
            }
            let more = record.flags & flags::MORE != 0;
            if let Some(Kind::File { flaw, .. }) = entries.last_mut().map(|entry| &mut entry.kind) {
                // Taken back by the part that follows.
                match (more, *flaw) {
                    (true, None) => *flaw = Some(CUT),
                    (false, Some(CUT)) => *flaw = None,
                    _ => {}
                }
                open = more.then_some(record.name);
            }
        }
        Ok(entries)
    }

    /// One record as what it is; none for what belongs elsewhere.
    fn entry(&mut self, record: &Record) -> Result<Option<Entry>, Error> {
        let mut rock = Rock::default();
        if self.volume.names == Names::RockRidge {
            let area = record.system_use.get(self.skip..).unwrap_or_default();
            rock = Rock::read(&mut self.source, area, self.volume.block_size)?;
        }
        if rock.relocated {
            return Ok(None);
        }
        let name = match self.volume.names {
            Names::Joliet => names::joliet(record.name),
            _ => rock.name.take().unwrap_or_else(|| names::plain(record.name)),
        };
        let kind = rock.mode.map(|mode| mode & TYPE);
        let kind = if let Some(block) = rock.child {
            self.elsewhere(block)?
        } else if record.flags & flags::FOLDER != 0 {
            Kind::Folder { at: record.offset(self.volume.block_size), len: record.len }
        } else if let Some(target) = rock.link() {
            Kind::Link(target)
        } else if kind.is_some_and(|kind| SPECIAL.contains(&kind)) {
            Kind::Special
        } else {
            let mut file =
                Kind::File { size: 0, extents: Vec::new(), flaw: rock.compressed.then_some("it is compressed by zisofs") };
            self.grow(&mut file, record);
            file
        };
        let mode = rock.mode.map(|mode| mode & 0o7777);
        Ok(Some(Entry { name, kind, mode, modified: Stamp::of(record.stamp) }))
    }

    /// A folder that lies elsewhere says in its own first record how long it is.
    fn elsewhere(&mut self, block: u32) -> Result<Kind, Error> {
        let at = u64::from(block) * u64::from(self.volume.block_size);
        let sector = self.source.read("a relocated folder", at, SECTOR as u32)?;
        let own = records(&sector).next().transpose()?.ok_or(Error::Damaged("a relocated folder is empty"))?;
        Ok(Kind::Folder { at, len: own.len })
    }

    /// Adds a part to a file.
    fn grow(&self, file: &mut Kind, record: &Record) {
        let Kind::File { size, extents, flaw } = file else { return };
        let part = Extent { offset: record.offset(self.volume.block_size), len: u64::from(record.len) };
        if record.interleaved {
            *flaw = Some("its bytes are interleaved with another file's");
        }
        *size += part.len;
        match extents.last_mut() {
            _ if part.len == 0 => {}
            Some(last) if last.offset + last.len == part.offset => last.len += part.len,
            _ => extents.push(part),
        }
    }
}

/// The flaw of a file until its last part was seen.
const CUT: &str = "its last part is missing";
