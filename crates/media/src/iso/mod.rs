//! ISO 9660: its tree of folders (ECMA-119) with the names of Rock Ridge or Joliet.

pub(crate) mod descriptors;
mod names;
pub(crate) mod record;
mod rock;
pub(crate) mod torito;

use std::io::{Read, Seek};

use pxectl_model::body::Extent;

use self::descriptors::Descriptors;
use self::record::{Record, SECTOR, flags, records};
use self::rock::Rock;
use crate::entry::{Entry, Kind, Part, Stamp, push};
use crate::error::Error;
use crate::limits::{RECORDS_MOST, folder_len};
use crate::source::Source;
use crate::volume::Names;

/// The types of st_mode that RRIP 4.1.1 takes over from POSIX.
const TYPE: u32 = 0o170_000;
const SPECIAL: [u32; 4] = [0o140_000, 0o060_000, 0o020_000, 0o010_000];

/// The tree of folders that is read: Rock Ridge where there is some, else Joliet, else plain names.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) root: Kind,
    pub(crate) names: Names,
    block_size: u32,
    /// Bytes before Rock Ridge in each system use area.
    skip: usize,
}

impl Tree {
    pub(crate) fn open<R: Read + Seek>(source: &mut Source<R>, read: &Descriptors) -> Result<Self, Error> {
        let mut tree = Self { root: Kind::Special, names: Names::Plain, block_size: read.block_size, skip: 0 };
        tree.root = tree.folder_of(&read.root)?;
        if let Some(skip) = tree.rock(source)? {
            (tree.names, tree.skip) = (Names::RockRidge, skip);
        } else if let Some(root) = &read.joliet {
            (tree.names, tree.root) = (Names::Joliet, tree.folder_of(root)?);
        }
        Ok(tree)
    }

    fn folder_of(&self, root: &[u8]) -> Result<Kind, Error> {
        let record = Record::parse(root)?;
        Ok(Kind::Folder { at: record.offset(self.block_size), len: u64::from(record.len) })
    }

    /// Whether the root's own record speaks Rock Ridge, and how many bytes each area has before it.
    fn rock<R: Read + Seek>(&self, source: &mut Source<R>) -> Result<Option<usize>, Error> {
        let Kind::Folder { at, .. } = self.root else { return Ok(None) };
        let sector = source.read("the root folder", at, SECTOR as u32)?;
        let Some(own) = records(&sector).next().transpose()? else { return Ok(None) };
        let rock = Rock::read(source, own.system_use, self.block_size)?;
        Ok(rock.skip.filter(|_| rock.spoken).map(usize::from))
    }

    /// What a folder holds, in its order.
    pub(crate) fn list<R: Read + Seek>(&self, source: &mut Source<R>, at: u64, len: u64) -> Result<Vec<Entry>, Error> {
        let len = folder_len(len)?;
        let bytes = source.read("a folder", at, len)?;
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
                None => match self.entry(source, &record)? {
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
    fn entry<R: Read + Seek>(&self, source: &mut Source<R>, record: &Record) -> Result<Option<Entry>, Error> {
        let mut rock = Rock::default();
        if self.names == Names::RockRidge {
            let area = record.system_use.get(self.skip..).unwrap_or_default();
            rock = Rock::read(source, area, self.block_size)?;
        }
        if rock.relocated {
            return Ok(None);
        }
        let name = match self.names {
            Names::Joliet => names::joliet(record.name),
            _ => rock.name.take().unwrap_or_else(|| names::plain(record.name)),
        };
        let kind = rock.mode.map(|mode| mode & TYPE);
        let kind = if let Some(block) = rock.child {
            self.elsewhere(source, block)?
        } else if record.flags & flags::FOLDER != 0 {
            Kind::Folder { at: record.offset(self.block_size), len: u64::from(record.len) }
        } else if let Some(target) = rock.link() {
            Kind::Link(target)
        } else if kind.is_some_and(|kind| SPECIAL.contains(&kind)) {
            Kind::Special
        } else {
            let mut file =
                Kind::File { size: 0, parts: Vec::new(), flaw: rock.compressed.then_some("it is compressed by zisofs") };
            self.grow(&mut file, record);
            file
        };
        let mode = rock.mode.map(|mode| mode & 0o7777);
        Ok(Some(Entry { name, kind, mode, modified: Stamp::of(record.stamp) }))
    }

    /// A folder that lies elsewhere says in its own first record how long it is.
    fn elsewhere<R: Read + Seek>(&self, source: &mut Source<R>, block: u32) -> Result<Kind, Error> {
        let at = u64::from(block) * u64::from(self.block_size);
        let sector = source.read("a relocated folder", at, SECTOR as u32)?;
        let own = records(&sector).next().transpose()?.ok_or(Error::Damaged("a relocated folder is empty"))?;
        Ok(Kind::Folder { at, len: u64::from(own.len) })
    }

    /// Adds a part to a file.
    fn grow(&self, file: &mut Kind, record: &Record) {
        let Kind::File { size, parts, flaw } = file else { return };
        let part = Extent { offset: record.offset(self.block_size), len: u64::from(record.len) };
        if record.interleaved {
            *flaw = Some("its bytes are interleaved with another file's");
        }
        *size += part.len;
        push(parts, Part::Bytes(part));
    }
}

/// The flaw of a file until its last part was seen.
const CUT: &str = "its last part is missing";
