//! Folders in a store in which something is built: `build/NAME`, each with what was compiled in it, so that the next time is short.
//! Whoever is at work in one has the lock on the file `lock` in it, whose time tells when that was last.
//!
//! One that goes is renamed first: nobody finds half of it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{Mode, OFlags};

use crate::contents::list;
use crate::images::Store;
use crate::turn::is_at;

/// How many of them stay where somebody builds in another: iPXE for each firmware, and one more.
const MOST: usize = 6;
/// Folders inside folders that are counted.
const DEPTH_MOST: usize = 64;
/// What the name of one begins with that is being removed.
const GOING: &str = ".gone-";

/// The right to build in a folder: nobody else does, and nobody removes it. Over when it is dropped, or when the process ends.
#[derive(Debug)]
pub struct Place {
    path: PathBuf,
    _lock: File,
}

impl Place {
    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Takes the folder of that name, which is made where it is not there; none where somebody is at work in it.
///
/// # Errors
/// As the file system's.
pub fn try_take(store: &Store, name: &str) -> io::Result<Option<Place>> {
    enter(store, name, |lock| match lock.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    })
}

/// Takes the folder of that name, however long somebody else is at work in it.
///
/// # Errors
/// As the file system's.
pub fn take(store: &Store, name: &str) -> io::Result<Place> {
    let taken = enter(store, name, |lock| lock.lock().map(|()| true))?;
    taken.ok_or_else(|| io::Error::other("it was not waited for"))
}

fn enter(store: &Store, name: &str, lock: impl Fn(&File) -> io::Result<bool>) -> io::Result<Option<Place>> {
    let path = folder(store).join(name);
    let at = path.join("lock");
    loop {
        fs::create_dir_all(&path)?;
        let file = match File::options().create(true).append(true).open(&at) {
            Ok(file) => file,
            // It was removed in between.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if !lock(&file)? {
            return Ok(None);
        }
        if is_at(&file, &at) {
            file.set_modified(SystemTime::now())?;
            return Ok(Some(Place { path, _lock: file }));
        }
    }
}

/// A folder in which something was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// Its name; none where it is left of one that was being removed.
    pub name: Option<String>,
    /// Where it lies.
    pub path: PathBuf,
    /// Bytes that it takes on the disk.
    pub bytes: u64,
    /// When somebody last began to build in it.
    pub used: SystemTime,
}

/// All of them, by their names.
///
/// # Errors
/// As the file system's.
pub fn builds(store: &Store) -> io::Result<Vec<Build>> {
    let mut found = Vec::new();
    for path in list(&folder(store))? {
        let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else { continue };
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_dir() => {
                let used = fs::metadata(path.join("lock")).or(Ok(meta)).and_then(|meta: fs::Metadata| meta.modified())?;
                let name = Some(name).filter(|name| !name.starts_with(GOING));
                found.push(Build { name, bytes: size(&path, 0)?, path, used });
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// Removes one, unless somebody is at work in it; tells whether it is gone.
///
/// # Errors
/// As the file system's.
pub fn remove(build: &Build) -> io::Result<bool> {
    let at = build.path.join("lock");
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let lock = match rustix::fs::open(&at, flags, Mode::empty()) {
        Ok(file) => Some(File::from(file)),
        Err(rustix::io::Errno::NOENT) => None,
        Err(error) => return Err(error.into()),
    };
    match lock.as_ref().map(File::try_lock) {
        Some(Err(TryLockError::WouldBlock)) => return Ok(false),
        Some(Err(TryLockError::Error(error))) => return Err(error),
        Some(Ok(())) | None => {}
    }
    let going = match &build.name {
        None => build.path.clone(),
        Some(name) => build.path.with_file_name(format!("{GOING}{}-{name}", std::process::id())),
    };
    let gone = |result: io::Result<()>| match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(true),
    };
    match fs::rename(&build.path, &going) {
        Ok(()) => gone(fs::remove_dir_all(&going)),
        other => gone(other),
    }
}

/// Removes those that were not used for longest, so that few stay. One that somebody builds in stays, and what cannot be removed is in
/// nobody's way.
pub fn forget_old(store: &Store) {
    let mut all = builds(store).unwrap_or_default();
    all.sort_by_key(|build| std::cmp::Reverse(build.used));
    for build in all.iter().skip(MOST) {
        let _ = remove(build);
    }
}

fn folder(store: &Store) -> PathBuf {
    store.root().join("build")
}

/// What a folder takes on the disk. Links count for themselves.
fn size(folder: &Path, depth: usize) -> io::Result<u64> {
    let mut bytes = 0;
    for path in list(folder)? {
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_dir() && depth < DEPTH_MOST => bytes += size(&path, depth + 1)?,
            Ok(meta) => bytes += meta.blocks() * 512,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        (folder, store)
    }

    #[test]
    fn what_somebody_builds_in_stays() {
        let (_folder, store) = store();
        let place = take(&store, "one").unwrap();
        fs::create_dir(place.path().join("deep")).unwrap();
        fs::write(place.path().join("deep/object.o"), vec![1; 10_000]).unwrap();
        assert!(try_take(&store, "one").unwrap().is_none());
        let found = builds(&store).unwrap();
        assert!(found.len() == 1 && found[0].name.as_deref() == Some("one") && found[0].bytes >= 10_000, "{found:?}");
        assert!(!remove(&found[0]).unwrap());
        drop(place);
        assert!(remove(&found[0]).unwrap());
        assert!(builds(&store).unwrap().is_empty());
        assert!(remove(&found[0]).unwrap(), "it is gone already");
    }

    #[test]
    fn who_waited_for_what_was_removed_makes_it_anew() {
        let (_folder, store) = store();
        let first = take(&store, "one").unwrap();
        fs::write(first.path().join("half"), "").unwrap();
        let (said, heard) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let second = enter(&store, "one", |lock| {
                    said.send(()).unwrap();
                    lock.lock().map(|()| true)
                });
                let second = second.unwrap().unwrap();
                assert!(second.path().join("lock").exists() && !second.path().join("half").exists());
            });
            // It has opened the lock, and waits.
            heard.recv().unwrap();
            fs::rename(first.path(), first.path().with_file_name(".gone-1-one")).unwrap();
            drop(first);
        });
        let found = builds(&store).unwrap();
        assert_eq!(found.iter().map(|build| build.name.as_deref()).collect::<Vec<_>>(), [None, Some("one")]);
        assert!(found.iter().all(|build| remove(build).unwrap()) && builds(&store).unwrap().is_empty());
    }

    #[test]
    fn few_stay() {
        let (_folder, store) = store();
        for n in 0..MOST + 2 {
            let place = take(&store, &format!("b{n}")).unwrap();
            let at = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000 - n as u64);
            place._lock.set_modified(at).unwrap();
        }
        forget_old(&store);
        let names: Vec<_> = builds(&store).unwrap().into_iter().filter_map(|build| build.name).collect();
        assert_eq!(names, (0..MOST).map(|n| format!("b{n}")).collect::<Vec<_>>());
    }
}
