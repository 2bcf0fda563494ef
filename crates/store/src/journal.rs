//! The journal: which machine booted its installer in which arming. Append-only, fsynced, one line an entry.
//!
//! A torn last line (power loss, kill -9, full disk) is not an entry; the next entry begins on a line of its own. A whole line that
//! is not understood makes the journal unreadable, since it may say that a machine was installed. Several processes may hold one
//! journal: each operation locks the file, reads what others appended, and then acts.

mod armings;
mod error;

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use pxectl_model::boot::{BootId, Machine, Taken};
use pxectl_model::identity::MachineId;
use rustix::fs::{FlockOperation, Mode, OFlags};

use crate::wire::{Line, SCHEMA, What};

pub use armings::{Armings, Done};
pub use error::JournalError;

/// The journal's file in the state folder.
pub const FILE_NAME: &str = "journal.ndjson";

/// Longest line that is read; ours are far shorter.
const LINE_MAX: usize = 64 * 1024;

/// What ends a torn line: it makes it no entry even where only its newline is missing, since nobody was told that it was written.
const TORN: &[u8] = b" torn\n";

/// How long another process may hold the lock.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// Between two tries to lock.
const LOCK_TRY: Duration = Duration::from_millis(5);

/// What tells one state of the file from another: any entry that anybody adds changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    device: u64,
    inode: u64,
    len: u64,
}

impl Position {
    fn of(meta: &Metadata) -> Self {
        Self { device: meta.dev(), inode: meta.ino(), len: meta.len() }
    }

    /// Of the journal at a path; none where there is none. Waits for nobody.
    pub fn at(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|meta| Self::of(&meta))
    }
}

/// What the journal of a state folder adds up to, for who only looks: nothing is made, locked or written, and where there is no
/// journal nobody counts as installed.
///
/// # Errors
/// Where it is there and cannot be read; where a line is not understood.
pub fn look(folder: &Path) -> Result<Armings, JournalError> {
    let path = folder.join(FILE_NAME);
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = match rustix::fs::open(&path, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(rustix::io::Errno::NOENT) => return Ok(Armings::default()),
        Err(source) => return Err(JournalError::Open { path, source: source.into() }),
    };
    let mut journal = Journal { path, file, read_to: 0, lines: 0, armings: Armings::default(), torn: 0, made: false };
    // A line that somebody is writing has no end yet, and is not read.
    journal.catch_up()?;
    Ok(journal.armings)
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes that were read, and lines in them.
    read_to: u64,
    lines: usize,
    armings: Armings,
    torn: usize,
    made: bool,
}

impl Journal {
    /// Opens the journal in a state folder, making both where they are missing, and reads it. A folder that is made here keeps
    /// itself out of git.
    ///
    /// # Errors
    /// As the file system's; where a line is not understood.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        let failed = |source| JournalError::Folder { path: folder.to_owned(), source };
        if !folder.exists() {
            std::fs::create_dir_all(folder).map_err(failed)?;
            std::fs::write(folder.join(".gitignore"), "*\n").map_err(failed)?;
        }
        let path = folder.join(FILE_NAME);
        let made = !path.exists();
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = rustix::fs::open(&path, flags, Mode::from_raw_mode(0o644))
            .map_err(|source| JournalError::Open { path: path.clone(), source: source.into() })?;
        // The name must last as well as the lines: a new file may be lost with its folder's entry (fsync(2)).
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        let armings = Armings::default();
        let mut journal = Self { path, file: File::from(file), read_to: 0, lines: 0, armings, torn: 0, made };
        journal.refresh()?;
        Ok(journal)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it was made just now, so that nobody counts as installed.
    pub fn is_new(&self) -> bool {
        self.made
    }

    /// Lines that were torn and so are no entries. A person should hear of them.
    pub fn torn(&self) -> usize {
        self.torn
    }

    /// Reads what was appended since, by this process or another, and tells what all adds up to and of which state of the file that is.
    ///
    /// # Errors
    /// As the file system's; where a line is not understood; where the file was replaced, emptied or removed.
    pub fn refresh(&mut self) -> Result<(&Armings, Position), JournalError> {
        let position = self.locked(|journal| journal.position())?;
        Ok((&self.armings, position))
    }

    /// Uses up a machine's arming for a boot. It is on disk before this returns.
    ///
    /// # Errors
    /// Where it could not be written: then nothing was taken.
    pub fn take(&mut self, machine: &Machine, boot: BootId, label: &str, profile: &str) -> Result<Taken, JournalError> {
        let boot = boot.to_string();
        self.locked(|journal| {
            if let Some(done) = journal.armings.done(&machine.keys) {
                return Ok(if done.boot == boot { Taken::Again } else { Taken::Refused });
            }
            let texts = |keys: &[MachineId]| keys.iter().map(|key| key.0.clone()).collect();
            let (keys, also) = (texts(&machine.keys), texts(&machine.also));
            let (label, profile) = (label.to_owned(), profile.to_owned());
            journal.append(Line { keys, also, label, profile, boot, ..blank(What::Booted) })?;
            Ok(Taken::Now)
        })
    }

    /// Arms a machine again, under every key that its last installation was written down with. Tells whether it had used its arming.
    ///
    /// # Errors
    /// Where it could not be written.
    pub fn rearm(&mut self, keys: &[MachineId], label: &str) -> Result<bool, JournalError> {
        self.locked(|journal| {
            let keys: Vec<String> = journal.armings.same_boots(keys).into_iter().collect();
            let was = !keys.is_empty();
            if was {
                journal.append(Line { keys, label: label.to_owned(), ..blank(What::Rearmed) })?;
            }
            Ok(was)
        })
    }

    fn failed(&self, operation: &'static str, source: io::Error) -> JournalError {
        JournalError::Use { operation, path: self.path.clone(), source }
    }

    fn position(&self) -> Result<Position, JournalError> {
        let own = Position::of(&self.file.metadata().map_err(|e| self.failed("reading", e))?);
        let same = Position::at(&self.path).is_some_and(|there| (there.device, there.inode) == (own.device, own.inode));
        // Entries are only ever added: whoever took some away may have armed machines that were installed.
        if same && own.len >= self.read_to { Ok(own) } else { Err(JournalError::Replaced { path: self.path.clone() }) }
    }

    fn locked<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, JournalError>) -> Result<T, JournalError> {
        let until = Instant::now() + LOCK_WAIT;
        while let Err(error) = rustix::fs::flock(&self.file, FlockOperation::NonBlockingLockExclusive) {
            if !matches!(error, rustix::io::Errno::WOULDBLOCK | rustix::io::Errno::INTR) || Instant::now() > until {
                return Err(self.failed("locking", error.into()));
            }
            std::thread::sleep(LOCK_TRY);
        }
        let result = self.catch_up().and_then(|()| act(self));
        // The lock also ends with the file; there is nothing to do where this fails.
        let _ = rustix::fs::flock(&self.file, FlockOperation::Unlock);
        result
    }

    /// Reads what was appended since.
    fn catch_up(&mut self) -> Result<(), JournalError> {
        let len = self.position()?.len;
        let mut rest = Vec::new();
        let mut chunk = vec![0; LINE_MAX];
        let mut at = self.read_to;
        while at < len {
            let count = self.file.read_at(&mut chunk, at).map_err(|e| self.failed("reading", e))?;
            if count == 0 {
                break;
            }
            rest.extend_from_slice(&chunk[..count]);
            at += count as u64;
            while let Some(end) = rest.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = rest.drain(..=end).collect();
                self.line(&line)?;
            }
            if rest.len() > LINE_MAX {
                return Err(self.not_understood());
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8]) -> Result<(), JournalError> {
        if line.ends_with(TORN) {
            self.torn += 1;
        } else if !line.iter().all(u8::is_ascii_whitespace) && !self.armings.fold(line) {
            return Err(self.not_understood());
        }
        self.read_to += line.len() as u64;
        self.lines += 1;
        Ok(())
    }

    fn not_understood(&self) -> JournalError {
        JournalError::NotUnderstood { path: self.path.clone(), line: self.lines + 1 }
    }

    fn append(&mut self, line: Line) -> Result<(), JournalError> {
        let mut bytes = serde_json::to_vec(&line).map_err(|e| self.failed("writing", e.into()))?;
        bytes.push(b'\n');
        self.write(&bytes).map_err(|e| self.failed("writing", e))?;
        // What was just serialised is a line of this version.
        let _ = self.armings.fold(&bytes);
        self.lines += 1;
        Ok(())
    }

    /// Writes at the end, and takes it back where it did not all fit: half a line is no entry, but no litter either.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut start = self.file.metadata()?.len();
        if start > self.read_to {
            self.file.write_all_at(TORN, start)?;
            start += TORN.len() as u64;
            self.torn += 1;
            self.lines += 1;
            self.read_to = start;
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

fn blank(event: What) -> Line {
    let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let at = u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
    let empty = String::new;
    Line {
        schema: SCHEMA.to_owned(),
        at,
        event,
        keys: Vec::new(),
        also: Vec::new(),
        label: empty(),
        profile: empty(),
        boot: empty(),
    }
}

#[cfg(test)]
mod tests;
