//! UDF, as far as install images have it (ECMA-167, third edition; OSTA UDF 1.02 to 2.01): physical partitions, short, long and
//! embedded allocation descriptors. The metadata partitions of revision 2.50 are refused by name.

mod names;
mod node;
mod sequence;
mod space;
mod tag;

use std::io::{Read, Seek};

use self::space::{Address, Space};
use self::tag::{Tag, id};
use crate::bytes::u16_le;
use crate::entry::{Entry, Kind};
use crate::error::Error;
use crate::limits::{RECORDS_MOST, folder_len};
use crate::source::Source;
use crate::tree::position;

/// A UDF file system.
#[derive(Debug)]
pub(crate) struct Tree {
    space: Space,
    pub(crate) root: Kind,
    pub(crate) label: String,
    /// Of OSTA UDF, as BCD: 0x0102 is 1.02.
    pub(crate) revision: u16,
}

/// A File Identifier Descriptor (ECMA-167, 4/14.4): a name in a folder, and where its entry is.
struct Identifier {
    name: Vec<u8>,
    entry: Address,
}

/// File characteristics (ECMA-167, 4/14.4.3).
const DELETED: u8 = 0x04;
const PARENT: u8 = 0x08;

impl Tree {
    pub(crate) fn open<R: Read + Seek>(source: &mut Source<R>) -> Result<Self, Error> {
        let logical = sequence::read(source)?;
        let space = logical.space;
        let at = space.byte(Address { len: space.block, ..logical.file_set })?;
        let set = source.read("the UDF file set", at, space.block)?;
        Tag::expect(&set, id::FILE_SET, "there is no UDF file set where one should be")?;
        let at = space.byte(Address { len: space.block, ..Address::long(&set[400..416]) })?;
        let root = node::read(source, &space, at)?.kind;
        if !matches!(root, Kind::Folder { .. }) {
            return Err(Error::Damaged("UDF's root is no folder"));
        }
        Ok(Self { space, root, label: logical.label, revision: logical.revision })
    }

    /// Where its last partition ends, byte of the image.
    pub(crate) fn end(&self) -> u64 {
        self.space.end()
    }

    /// What a folder holds, in its order.
    pub(crate) fn list<R: Read + Seek>(&self, source: &mut Source<R>, at: u64) -> Result<Vec<Entry>, Error> {
        let identifiers = self.identifiers(source, at)?;
        identifiers.into_iter().map(|identifier| self.entry(source, identifier)).collect()
    }

    /// What has a name in a folder; where nothing is written so, what differs in the case of letters.
    pub(crate) fn named<R: Read + Seek>(&self, source: &mut Source<R>, at: u64, name: &[u8]) -> Result<Option<Entry>, Error> {
        let mut identifiers = self.identifiers(source, at)?;
        let n = position(identifiers.iter().map(|one| one.name.as_slice()), name, false);
        n.map(|n| self.entry(source, identifiers.swap_remove(n))).transpose()
    }

    fn entry<R: Read + Seek>(&self, source: &mut Source<R>, identifier: Identifier) -> Result<Entry, Error> {
        let at = self.space.byte(Address { len: self.space.block, ..identifier.entry })?;
        let node = node::read(source, &self.space, at)?;
        Ok(Entry { name: identifier.name, kind: node.kind, mode: Some(node.mode), modified: node.modified })
    }

    fn identifiers<R: Read + Seek>(&self, source: &mut Source<R>, at: u64) -> Result<Vec<Identifier>, Error> {
        let data = node::data(source, &self.space, at)?;
        folder_len(data.size)?;
        let bytes = node::whole(source, &data)?;
        let (mut rest, mut all) = (bytes.as_slice(), Vec::new());
        while rest.len() >= 38 {
            Tag::expect(rest, id::FILE_IDENTIFIER, "a UDF folder holds something that is no file identifier")?;
            let (characteristics, name_len) = (rest[18], usize::from(rest[19]));
            // Something of the writer's own stands before the name; the whole is padded to a multiple of four.
            let from = 38 + usize::from(u16_le(rest, 36));
            let name = rest.get(from..from + name_len).ok_or(Error::Damaged("a name does not fit into its UDF folder"))?;
            if characteristics & (DELETED | PARENT) == 0 {
                all.push(Identifier { name: names::dchars(name), entry: Address::long(&rest[20..36]) });
            }
            if all.len() > RECORDS_MOST {
                return Err(Error::TooMuch("a folder has more than 200000 records"));
            }
            rest = rest.get((from + name_len).next_multiple_of(4)..).unwrap_or_default();
        }
        Ok(all)
    }
}
