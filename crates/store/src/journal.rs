//! The journal: which machine booted its installer in which arming. Append-only, fsynced, one line an entry.
//!
//! A torn last line (power loss, kill -9, full disk) is not an entry; the next entry begins on a line of its own. Several
//! processes may hold one journal: each operation locks the file, reads what others appended, and then acts.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use pxectl_model::boot::{BootId, Taken};
use pxectl_model::identity::MachineId;
use rustix::fs::{FlockOperation, Mode, OFlags};

use crate::wire::{Line, SCHEMA, What};

/// The journal's file in the state folder.
pub const FILE_NAME: &str = "journal.ndjson";

/// Longest line that is read; ours are far shorter.
const LINE_MAX: usize = 64 * 1024;

/// What follows a torn line.
const TORN: &[u8] = b" torn\n";

/// What keeps the journal from being used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The folder could not be made.
    #[error("making the state folder `{}`", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file could not be opened.
    #[error("opening the journal `{}`", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file could not be locked, read or written.
    #[error("{operation} the journal `{}`", path.display())]
    Use {
        /// What was tried.
        operation: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A machine that used its arming.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The boot that used it, 32 hexadecimal digits.
    pub boot: String,
    /// What it booted.
    pub profile: String,
    /// How people called it then.
    pub label: String,
    /// When, since the Unix epoch.
    pub at: Duration,
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    read_to: u64,
    done: HashMap<String, Done>,
    skipped: usize,
}

impl Journal {
    /// Opens the journal in a state folder, making both where they are missing, and reads it.
    ///
    /// # Errors
    /// As the file system's.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        std::fs::create_dir_all(folder).map_err(|source| JournalError::Folder { path: folder.to_owned(), source })?;
        let path = folder.join(FILE_NAME);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = rustix::fs::open(&path, flags, Mode::from_raw_mode(0o644))
            .map_err(|source| JournalError::Open { path: path.clone(), source: source.into() })?;
        // The name must last as well as the lines: a new file may be lost with its folder's entry (fsync(2)).
        let lasting = File::open(folder).and_then(|folder| folder.sync_all());
        lasting.map_err(|source| JournalError::Folder { path: folder.to_owned(), source })?;
        let mut journal = Self { path, file: File::from(file), read_to: 0, done: HashMap::new(), skipped: 0 };
        journal.locked(|_| Ok(()))?;
        Ok(journal)
    }

    /// Lines that are no entries: torn, or of a newer version. A person should hear of them.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// Whether, and how, a machine used its arming; it is known by any of its keys.
    ///
    /// # Errors
    /// As the file system's.
    pub fn done(&mut self, keys: &[MachineId]) -> Result<Option<Done>, JournalError> {
        let len = self.file.metadata().map_err(|e| self.failed("reading", e))?.len();
        if len != self.read_to {
            self.locked(|_| Ok(()))?;
        }
        Ok(keys.iter().find_map(|key| self.done.get(&key.0)).cloned())
    }

    /// Uses up a machine's arming for a boot. It is on disk before this returns.
    ///
    /// # Errors
    /// Where it could not be written: then nothing was taken.
    pub fn take(&mut self, keys: &[MachineId], boot: BootId, label: &str, profile: &str) -> Result<Taken, JournalError> {
        let boot = boot.to_string();
        self.locked(|journal| {
            if let Some(done) = keys.iter().find_map(|key| journal.done.get(&key.0)) {
                return Ok(if done.boot == boot { Taken::Again } else { Taken::Refused });
            }
            journal.append(What::Booted, keys, label, profile, &boot)?;
            Ok(Taken::Now)
        })
    }

    /// Arms a machine again. Tells whether it had used its arming.
    ///
    /// # Errors
    /// Where it could not be written.
    pub fn rearm(&mut self, keys: &[MachineId], label: &str) -> Result<bool, JournalError> {
        self.locked(|journal| {
            let was = keys.iter().any(|key| journal.done.contains_key(&key.0));
            if was {
                journal.append(What::Rearmed, keys, label, "", "")?;
            }
            Ok(was)
        })
    }

    fn failed(&self, operation: &'static str, source: io::Error) -> JournalError {
        JournalError::Use { operation, path: self.path.clone(), source }
    }

    fn locked<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, JournalError>) -> Result<T, JournalError> {
        rustix::fs::flock(&self.file, FlockOperation::LockExclusive).map_err(|e| self.failed("locking", e.into()))?;
        let result = self.catch_up().map_err(|e| self.failed("reading", e)).and_then(|()| act(self));
        // The lock also ends with the file; there is nothing to do where this fails.
        let _ = rustix::fs::flock(&self.file, FlockOperation::Unlock);
        result
    }

    /// Reads what was appended since; by this process or another.
    fn catch_up(&mut self) -> io::Result<()> {
        let len = self.file.metadata()?.len();
        if len < self.read_to {
            // Somebody emptied or replaced the content: what it says now is what holds.
            self.read_to = 0;
            self.done.clear();
        }
        let mut rest = Vec::new();
        let mut chunk = vec![0; LINE_MAX];
        let mut at = self.read_to;
        while at < len {
            let count = self.file.read_at(&mut chunk, at)?;
            if count == 0 {
                break;
            }
            rest.extend_from_slice(&chunk[..count]);
            at += count as u64;
            while let Some(end) = rest.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = rest.drain(..=end).collect();
                self.fold(&line[..end]);
                self.read_to += line.len() as u64;
            }
            if rest.len() > LINE_MAX {
                self.read_to += rest.len() as u64;
                rest.clear();
                self.skipped += 1;
            }
        }
        Ok(())
    }

    fn fold(&mut self, line: &[u8]) {
        if line.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let Ok(line) = serde_json::from_slice::<Line>(line) else {
            self.skipped += 1;
            return;
        };
        if line.schema != SCHEMA {
            self.skipped += 1;
            return;
        }
        for key in line.keys {
            match line.event {
                What::Booted => {
                    let done = Done {
                        boot: line.boot.clone(),
                        profile: line.profile.clone(),
                        label: line.label.clone(),
                        at: Duration::from_millis(line.at),
                    };
                    self.done.insert(key, done);
                }
                What::Rearmed => {
                    self.done.remove(&key);
                }
            }
        }
    }

    fn append(&mut self, event: What, keys: &[MachineId], label: &str, profile: &str, boot: &str) -> Result<(), JournalError> {
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let line = Line {
            schema: SCHEMA.to_owned(),
            at: u64::try_from(at.as_millis()).unwrap_or(u64::MAX),
            event,
            keys: keys.iter().map(|k| k.0.clone()).collect(),
            label: label.to_owned(),
            profile: profile.to_owned(),
            boot: boot.to_owned(),
        };
        let mut bytes = serde_json::to_vec(&line).map_err(|e| self.failed("writing", e.into()))?;
        bytes.push(b'\n');
        self.write(&bytes).map_err(|e| self.failed("writing", e))?;
        self.fold(&bytes[..bytes.len() - 1]);
        Ok(())
    }

    /// Writes at the end, and takes it back where it did not all fit: half a line is no entry, but no litter either.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let len = self.file.metadata()?.len();
        let mut start = len;
        if len > self.read_to {
            // A torn line lies there. It gets an end of its own, and one that makes it no entry even where only its newline is missing:
            // nobody was told that it was written.
            self.file.write_all_at(TORN, len)?;
            start += TORN.len() as u64;
            self.skipped += 1;
        }
        let written = self.file.write_all_at(bytes, start).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            let _ = self.file.set_len(start);
            return Err(error);
        }
        self.read_to = start + bytes.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
