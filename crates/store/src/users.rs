//! Who uses a store: the labs that it was told of, and who is at work in it now.
//!
//! A lab is told of once, by a file under `roots/` that names its inventory. Whoever relies on contents, or brings some, before a lock
//! file names them holds a [`Lease`] for as long: a file under `leases/`, locked by flock(2). What came after the oldest lease that is
//! held is nobody's rubbish.

use std::fs::File;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use pxectl_model::digest::Hasher;
use rustix::fs::{FlockOperation, Mode, OFlags};

use crate::contents::list;
use crate::images::Store;
use crate::regular::read_regular;
use crate::replace::replace_file;
use crate::turn::{Turn, open_lock};

/// The first line of a file under `roots/`; the rest of it is the path of an inventory, byte for byte.
const HEAD: &[u8] = b"pxectl.root/1\n";
/// Longest such file that is read; a path has 4096 bytes at most (PATH_MAX).
const MOST: u64 = 64 * 1024;

/// A lab that uses the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The file that tells of it.
    pub file: PathBuf,
    /// Its inventory.
    pub inventory: PathBuf,
}

/// Somebody is at work in the store. Over when it is dropped, or when the process ends in whatever way.
#[derive(Debug)]
pub struct Lease {
    path: PathBuf,
    _held: File,
}

impl Drop for Lease {
    fn drop(&mut self) {
        // What a process that was killed leaves the next sweep removes.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Tells the store of a lab, by the absolute path of its inventory, where there is one already, and begins work in it. To be called
/// before anything is looked up there, and kept until the lock file names what was found or brought.
///
/// # Errors
/// As the file system's.
pub fn enter(store: &Store, inventory: Option<&Path>) -> io::Result<Lease> {
    // While somebody removes, nothing can be relied on.
    let _turn = Turn::adding(store)?;
    inventory.map_or(Ok(()), |inventory| note(store, inventory))?;
    let folder = store.root().join("leases");
    std::fs::create_dir_all(&folder)?;
    static COUNT: AtomicU64 = AtomicU64::new(0);
    loop {
        // Processes of several containers may have one number.
        let path = folder.join(format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        match rustix::fs::open(&path, flags, Mode::from_raw_mode(0o666)) {
            Ok(file) => {
                rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)?;
                return Ok(Lease { path, _held: File::from(file) });
            }
            Err(rustix::io::Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn note(store: &Store, inventory: &Path) -> io::Result<()> {
    let mut hasher = Hasher::new();
    hasher.update(inventory.as_os_str().as_bytes());
    let folder = store.root().join("roots");
    let file = folder.join(hasher.finish().to_string());
    let text = [HEAD, inventory.as_os_str().as_bytes()].concat();
    if read_regular(&file, MOST).is_ok_and(|there| there == text) {
        return Ok(());
    }
    std::fs::create_dir_all(&folder)?;
    replace_file(&file, &text)
}

/// The labs that the store was told of, by their inventories.
///
/// # Errors
/// As the file system's; where a file under `roots/` is none of ours.
pub(crate) fn roots(store: &Store) -> io::Result<Vec<Root>> {
    let mut roots = Vec::new();
    for file in list(&store.root().join("roots"))? {
        // Half of one, which its writer did not live to rename.
        if file.file_name().is_some_and(|name| name.as_bytes().starts_with(b".")) {
            continue;
        }
        let bytes = match read_regular(&file, MOST) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            other => other?,
        };
        let path = bytes.strip_prefix(HEAD).filter(|path| !path.is_empty());
        let path = path.ok_or_else(|| {
            let why = format!("`{}` does not say which lab it is of; remove it if nobody needs it", file.display());
            io::Error::new(io::ErrorKind::InvalidData, why)
        })?;
        roots.push(Root { file, inventory: PathBuf::from(std::ffi::OsString::from_vec(path.to_vec())) });
    }
    roots.sort_by(|one, other| one.inventory.cmp(&other.inventory));
    Ok(roots)
}

/// A moment as the store's file system has it, in seconds and nanoseconds.
pub(crate) type Moment = (i64, i64);

/// Since when somebody is at work in the store; none where nobody is. What the dead left is removed. Whoever asks has the turn.
pub(crate) fn busy_since(store: &Store) -> io::Result<Option<Moment>> {
    let mut oldest: Option<Moment> = None;
    for path in list(&store.root().join("leases"))? {
        let file = match open_lock(&path, OFlags::empty()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            other => other?,
        };
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            // A name that is taken away under somebody's eyes, between its making and its lock, cannot be: they have a turn for that.
            Ok(()) => {
                let _ = std::fs::remove_file(&path);
            }
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let meta = file.metadata()?;
                let since = (meta.ctime(), meta.ctime_nsec());
                oldest = Some(oldest.map_or(since, |oldest| oldest.min(since)));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(oldest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labs_are_noted_once_and_leases_end_with_their_holders() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path().join("store"));
        let odd = PathBuf::from(std::ffi::OsString::from_vec(b"/labs/a\nb \xff/inventory.yaml".to_vec()));
        assert_eq!((roots(&store).unwrap(), busy_since(&store).unwrap()), (Vec::new(), None));
        let first = enter(&store, Some(&odd)).unwrap();
        let second = enter(&store, Some(&odd)).unwrap();
        assert_eq!(roots(&store).unwrap().into_iter().map(|root| root.inventory).collect::<Vec<_>>(), [odd]);
        let since = busy_since(&store).unwrap().expect("two are at work");
        drop(first);
        assert!(busy_since(&store).unwrap().is_some_and(|later| later >= since));
        drop(second);
        // Somebody who was killed.
        std::fs::write(store.root().join("leases/1-1"), "").unwrap();
        assert_eq!(busy_since(&store).unwrap(), None);
        assert_eq!(list(&store.root().join("leases")).unwrap().len(), 0);
        std::fs::write(store.root().join("roots/x"), "something else").unwrap();
        assert!(roots(&store).unwrap_err().to_string().contains("roots/x"));
    }
}
