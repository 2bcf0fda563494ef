//! What became of each thing that was to come out of an image, told as it happens and in the end.

use std::io;
use std::path::Path;

use pxectl_inventory::findings::whole;
use pxectl_media::{Found, Kind};

use super::extract::Target;
use crate::failure::Answer;
use crate::listing::count;
use crate::session::{Session, warn};

/// What was done so far; what could not be is told as it happens.
#[derive(Default)]
pub struct Count {
    files: usize,
    links: usize,
    not_written: usize,
    /// Bytes of files that were to be written.
    pub bytes: u64,
}

impl Count {
    /// What became of a file.
    pub fn file(&mut self, found: &Found, put: io::Result<Put>) {
        match put {
            Ok(Put::Written) => self.files += 1,
            Ok(Put::Kept) => self.refuse(found, "something of that name is there; --force replaces it"),
            Err(error) => self.refuse(found, &error.to_string()),
        }
    }

    /// Something else than a file: folders are made.
    pub fn other(&mut self, target: &Target, found: &Found) {
        match found.entry.kind {
            Kind::Folder { .. } => {
                if let Err(error) = target.folder(&found.path) {
                    self.refuse(found, &error.to_string());
                }
            }
            Kind::Link(_) => self.links += 1,
            _ => self.refuse(found, "it is a device, a pipe or a socket"),
        }
    }

    /// It is not written.
    pub fn refuse(&mut self, found: &Found, why: &str) {
        self.not_written += 1;
        warn(&format!("not written: `{}`: {}", whole(&found.shown()), whole(why)));
    }

    /// All in all.
    pub fn tell(&self, to: &Path, session: &Session) -> Answer {
        let links = if self.links == 0 { String::new() } else { format!("; left out: {}", count(self.links, "symlink")) };
        session.say(&format!("wrote {} to `{}`{links}", count(self.files, "file"), to.display()));
        if self.not_written == 0 { Answer::Yes } else { Answer::No }
    }
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is there, whole.
    Written,
    /// Something of its name was there, and is as it was.
    Kept,
}
