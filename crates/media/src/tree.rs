//! One face over the file systems that an image may hold.

use std::io::{Read, Seek};

use crate::entry::{Entry, Kind};
use crate::error::Error;
use crate::source::Source;
use crate::{iso, udf};

/// The file system that is read.
#[derive(Debug)]
pub(crate) enum Tree {
    /// UDF.
    Udf(udf::Tree),
    /// ISO 9660.
    Iso(iso::Tree),
}

impl Tree {
    /// The topmost folder.
    pub(crate) fn root(&self) -> Kind {
        match self {
            Self::Udf(tree) => tree.root.clone(),
            Self::Iso(tree) => tree.root.clone(),
        }
    }

    /// What a folder of this tree holds.
    pub(crate) fn list<R: Read + Seek>(&self, source: &mut Source<R>, at: u64, len: u64) -> Result<Vec<Entry>, Error> {
        match self {
            Self::Udf(tree) => tree.list(source, at),
            Self::Iso(tree) => tree.list(source, at, len),
        }
    }

    /// What has a name in a folder; where the case of names is of no matter, one that differs in it stands in for none.
    pub(crate) fn named<R: Read + Seek>(
        &self,
        source: &mut Source<R>,
        (at, len): (u64, u64),
        name: &[u8],
    ) -> Result<Option<Entry>, Error> {
        match self {
            Self::Udf(tree) => tree.named(source, at, name),
            Self::Iso(tree) => {
                let mut entries = tree.list(source, at, len)?;
                let n = position(entries.iter().map(|entry| entry.name.as_slice()), name, tree.names.mind_case());
                Ok(n.map(|n| entries.swap_remove(n)))
            }
        }
    }
}

/// Which of some names is meant.
pub(crate) fn position<'n>(names: impl Iterator<Item = &'n [u8]> + Clone, name: &[u8], mind_case: bool) -> Option<usize> {
    let alike = |one: &[u8]| !mind_case && one.eq_ignore_ascii_case(name);
    names.clone().position(|one| one == name).or_else(|| names.clone().position(alike))
}
