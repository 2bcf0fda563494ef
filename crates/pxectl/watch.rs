//! Whether files changed: their stamps, taken when they were read and compared at each request. No watcher, so no race.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A file touched so recently may be written again within one tick of the file system's clock, or be half written now.
const SETTLING: Duration = Duration::from_millis(25);

/// What tells one state of a path from another; none where there is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    len: u64,
    modified: Option<SystemTime>,
    own: Own,
}

/// What only this kind of system tells: on a Unix which file it is, and when its inode changed; that time nobody sets back.
#[cfg(serves)]
type Own = (u64, u64, (i64, i64));
#[cfg(not(serves))]
type Own = ();

#[cfg(serves)]
fn own(meta: &Metadata) -> Own {
    use std::os::unix::fs::MetadataExt;
    (meta.dev(), meta.ino(), (meta.ctime(), meta.ctime_nsec()))
}

#[cfg(not(serves))]
fn own(_: &Metadata) -> Own {}

impl Stamp {
    #[cfg(serves)]
    fn changed(&self) -> Option<SystemTime> {
        let (seconds, nanoseconds) = self.own.2;
        Some(SystemTime::UNIX_EPOCH + Duration::new(u64::try_from(seconds).ok()?, u32::try_from(nanoseconds).ok()?))
    }

    #[cfg(not(serves))]
    fn changed(&self) -> Option<SystemTime> {
        self.modified
    }

    fn is_fresh(&self) -> bool {
        // A clock that was set back leaves stamps in the future: those count as old, or nothing would ever settle.
        self.changed().and_then(|changed| SystemTime::now().duration_since(changed).ok()).is_some_and(|age| age <= SETTLING)
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let meta = std::fs::metadata(path).ok()?;
    Some(Stamp { len: meta.len(), modified: meta.modified().ok(), own: own(&meta) })
}

/// The states of some files and folders at one instant. A folder's stamp changes when a file in it comes, goes or is renamed.
#[derive(Debug, Clone, Default)]
pub struct Stamps {
    paths: Vec<(PathBuf, Option<Stamp>)>,
    /// Whether one of them had just been changed when its stamp was taken.
    fresh: bool,
}

impl Stamps {
    /// Takes one more. To be taken before the file is read: then an edit in between is seen by the next comparison.
    pub fn note(&mut self, path: &Path) {
        let stamp = stamp(path);
        self.fresh |= stamp.as_ref().is_some_and(Stamp::is_fresh);
        self.paths.push((path.to_owned(), stamp));
    }

    /// Those of the same paths now.
    pub fn again(&self) -> Self {
        let mut stamps = Self::default();
        self.paths.iter().for_each(|(path, _)| stamps.note(path));
        stamps
    }

    /// What differs now: the files; where only folders do, something came, went or was renamed in those.
    pub fn changed(&self) -> BTreeSet<&Path> {
        let changed = self.paths.iter().filter(|(path, then)| stamp(path) != *then).map(|(path, _)| path.as_path());
        let (folders, files): (BTreeSet<_>, BTreeSet<_>) = changed.partition(|path| path.is_dir());
        if files.is_empty() { folders } else { files }
    }

    /// Whether nothing differs now.
    pub fn hold(&self) -> bool {
        self.paths.iter().all(|(path, then)| stamp(path) == *then)
    }

    /// Whether every change lay far enough in the past, when the stamps were taken, for them to tell every later edit.
    pub fn settled(&self) -> bool {
        !self.fresh
    }
}

/// How long to wait before looking again at files that have not settled.
pub const SETTLE_WAIT: Duration = SETTLING;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_saving_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("inventory.yaml");
        let take = || {
            let mut stamps = Stamps::default();
            stamps.note(folder.path());
            stamps.note(&file);
            stamps
        };
        let absent = take();
        std::fs::write(&file, "one").unwrap();
        assert!(!absent.hold(), "it came into being");
        assert_eq!(absent.changed(), [file.as_path()].into(), "and not the folder that it is in");
        let first = take();
        assert!(first.hold() && first.changed().is_empty());
        std::fs::write(&file, "three").unwrap();
        assert!(!first.hold(), "written in place");
        let second = take();
        std::fs::write(folder.path().join("new"), "three").unwrap();
        std::fs::rename(folder.path().join("new"), &file).unwrap();
        assert!(!second.hold(), "renamed over");
    }
}
