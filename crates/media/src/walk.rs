//! Everything below a folder, each folder before what it holds.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use crate::entry::{Entry, Kind};
use crate::error::Error;
use crate::image::{Found, Image};
use crate::limits::{DEPTH_MOST, WALK_MOST};

pub(crate) const DEEP: &str = "more than 64 folders lie inside each other";

/// A walk that is under way. The image is lent for each step, so that files can be read between two.
#[derive(Debug)]
pub struct Walk {
    prefix: Vec<Vec<u8>>,
    levels: Vec<std::vec::IntoIter<Entry>>,
    seen: BTreeSet<u64>,
    left: usize,
}

impl Walk {
    /// Below a folder; of a file, only itself is given.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn new<R: Read + Seek>(image: &mut Image<R>, from: &Found) -> Result<Self, Error> {
        let mut prefix = from.path.clone();
        let mut seen = BTreeSet::new();
        let first = if let Kind::Folder { at, .. } = from.entry.kind {
            seen.insert(at);
            image.list(from)?
        } else {
            prefix.pop();
            vec![from.entry.clone()]
        };
        Ok(Self { prefix, levels: vec![first.into_iter()], seen, left: WALK_MOST })
    }

    /// The next entry; none at the end, and after an error.
    ///
    /// # Errors
    /// Where a folder is damaged, lies inside itself, or a bound is reached.
    pub fn step<R: Read + Seek>(&mut self, image: &mut Image<R>) -> Result<Option<Found>, Error> {
        let step = self.next(image);
        if step.is_err() {
            self.levels.clear();
        }
        step
    }

    fn next<R: Read + Seek>(&mut self, image: &mut Image<R>) -> Result<Option<Found>, Error> {
        while let Some(level) = self.levels.last_mut() {
            let Some(entry) = level.next() else {
                self.levels.pop();
                self.prefix.pop();
                continue;
            };
            self.left = self.left.checked_sub(1).ok_or(Error::TooMuch("it has more than 500000 entries"))?;
            let mut path = self.prefix.clone();
            path.push(entry.name.clone());
            if let Kind::Folder { at, len } = entry.kind {
                if !self.seen.insert(at) {
                    return Err(Error::Damaged("a folder lies inside itself, or in two places"));
                }
                if self.levels.len() >= DEPTH_MOST {
                    return Err(Error::TooMuch(DEEP));
                }
                self.levels.push(image.folder(at, len)?.into_iter());
                self.prefix.push(entry.name.clone());
            }
            return Ok(Some(Found { path, entry }));
        }
        Ok(None)
    }
}
