//! Changing files of people as a careful editor does: each is the old one or the new one at every instant, and stays theirs.
//!
//! A changed file is written beside the old one, made durable and renamed over it. A symlink stays one, its target changes. Mode,
//! owner, group and extended attributes (access lists among them) are those of the old file, or nothing is changed. What somebody
//! else saved meanwhile is not overwritten. Several files are all written before the first is renamed.

mod own;
mod staged;

use std::io;
use std::path::{Path, PathBuf};

use staged::Staged;

/// A file that is to change.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// As the person named it; a symlink leads to the file that is meant.
    pub path: &'a Path,
    /// What it held when it was read.
    pub old: &'a [u8],
    /// What it is to hold.
    pub new: &'a [u8],
}

/// Why a file was left as it was.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// It holds something else than when it was read.
    #[error("`{}` was changed by somebody else meanwhile", .path.display())]
    Meanwhile {
        /// Which file.
        path: PathBuf,
    },
    /// Its mode says so, or the system does.
    #[error("`{}` is read-only", .path.display())]
    ReadOnly {
        /// Which file.
        path: PathBuf,
    },
    /// It has more names than one: a new file would take only this one.
    #[error("`{}` has {names} hard links, which replacing it would part", .path.display())]
    HardLinks {
        /// Which file.
        path: PathBuf,
        /// How many names it has.
        names: u64,
    },
    /// The new file cannot be given to whom the old one belongs.
    #[error("`{}` belongs to another user or group, and a new file cannot be given to them: {source}", .path.display())]
    Owner {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file system's trouble: no room, no right, no such folder.
    #[error("{action} `{}`: {source}", .path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Some files are new already, and this one could not be renamed.
    #[error("`{}` could not be renamed into place after {done} other files were: {source}", .path.display())]
    Halfway {
        /// Which file.
        path: PathBuf,
        /// How many are new.
        done: usize,
        /// What the system said.
        source: io::Error,
    },
}

/// Changes files, all or none as far as a file system can: a crash between two renames leaves the first file new and the second
/// old, each of them whole. Whoever calls holds the [`crate::lock::EditLock`] of the lab, so that only leftovers of the dead are
/// swept away.
///
/// # Errors
/// See [`EditError`]; nothing was changed then, but for `Halfway`.
pub fn edit_files(changes: &[Change<'_>]) -> Result<(), EditError> {
    let mut staged = Vec::new();
    for change in changes {
        staged.push(Staged::write(change)?);
    }
    for (stage, change) in staged.iter().zip(changes) {
        stage.unchanged(change.old)?;
    }
    for (done, stage) in staged.iter_mut().enumerate() {
        stage.publish().map_err(|source| match done {
            0 => EditError::Io { action: "renaming the new content over", path: stage.real().to_owned(), source },
            _ => EditError::Halfway { path: stage.real().to_owned(), done, source },
        })?;
    }
    Ok(())
}

#[cfg(all(test, unix, not(pxectl_no_unix)))]
mod tests;
