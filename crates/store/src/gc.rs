//! Removing from a store what nothing refers to.
//!
//! The order is what keeps it safe beside fetches that run: first the turn, in which nothing gets a name; then who is at work; then
//! what labs refer to, which is for whoever calls; then the contents. A fetch that ended before it was looked for has written its lock
//! file, and what one that still runs brought is younger than its lease.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use pxectl_model::digest::Sha256;
use rustix::fs::{FlockOperation, OFlags};

use crate::contents::{contents, list};
use crate::images::Store;
use crate::turn::{Turn, open_lock};
use crate::users::{self, Moment, Root};

/// How long half a content, or a folder in which something was built, must lie before nobody is expected to go on with it.
pub const UNUSED_AGE: Duration = Duration::from_secs(7 * 86_400);

/// A sweep: while it lives nothing gets a name in the store.
#[derive(Debug)]
pub struct Sweep {
    store: Store,
    roots: Vec<Root>,
    busy: Option<Moment>,
    _turn: Turn,
}

/// Something that nobody needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rubbish {
    /// Its files.
    pub files: Vec<PathBuf>,
    /// Bytes that they take on the disk.
    pub bytes: u64,
    /// The digest of a whole content; none for half a one.
    pub digest: Option<Sha256>,
}

/// What a sweep found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// What nobody needs.
    pub rubbish: Vec<Rubbish>,
    /// Contents that labs refer to, and their bytes.
    pub kept: (usize, u64),
    /// Contents that came while somebody who is still at work was.
    pub fresh: usize,
    /// Half contents that may be gone on with.
    pub partial: usize,
}

impl Sweep {
    /// Takes the turn, and looks who uses the store. A store that is not there is made.
    ///
    /// # Errors
    /// As the file system's; where a file under `roots/` cannot be understood.
    pub fn begin(store: &Store) -> io::Result<Self> {
        let turn = Turn::removing(store)?;
        let busy = users::busy_since(store)?;
        let roots = users::roots(store)?;
        Ok(Self { store: store.clone(), roots, busy, _turn: turn })
    }

    /// The labs that use it.
    pub fn roots(&self) -> &[Root] {
        &self.roots
    }

    /// Whether somebody is at work in the store.
    pub fn is_busy(&self) -> bool {
        self.busy.is_some()
    }

    /// Forgets a lab.
    ///
    /// # Errors
    /// As the file system's.
    pub fn forget(&self, root: &Root) -> io::Result<()> {
        remove(&root.file)
    }

    /// What nobody needs, where these are the contents that labs refer to.
    ///
    /// # Errors
    /// As the file system's.
    pub fn find(&self, needed: &BTreeSet<Sha256>, now: SystemTime) -> io::Result<Found> {
        let mut found = Found::default();
        for content in contents(&self.store)?.files {
            let fresh = self.busy.is_some_and(|since| (content.meta.ctime(), content.meta.ctime_nsec()) >= since);
            if needed.contains(&content.digest) {
                found.kept = (found.kept.0 + 1, found.kept.1 + content.meta.len());
            } else if fresh {
                found.fresh += 1;
            } else {
                let (files, bytes) = (vec![content.path], content.meta.len());
                found.rubbish.push(Rubbish { files, bytes, digest: Some(content.digest) });
            }
        }
        for (key, files) in halves(&self.store)? {
            let path = self.store.root().join("partial").join(format!("{key}.lock"));
            let free = lock(&path)?.is_some();
            let bytes: u64 = files.iter().map(|(_, meta)| meta.blocks() * 512).sum();
            // A clock that was set back leaves files of the future: those are young.
            let old = |meta: &std::fs::Metadata| {
                meta.modified().is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > UNUSED_AGE))
            };
            if free && files.iter().all(|(_, meta)| old(meta)) {
                found.rubbish.push(Rubbish { files: files.into_iter().map(|(path, _)| path).collect(), bytes, digest: None });
            } else if files.iter().any(|(path, _)| path.file_name().is_some_and(|name| name == format!("{key}.part").as_str())) {
                found.partial += 1;
            }
        }
        Ok(found)
    }

    /// Removes something that was found. What somebody went on with meanwhile stays; tells whether it is gone.
    ///
    /// # Errors
    /// As the file system's.
    pub fn remove(&self, rubbish: &Rubbish) -> io::Result<bool> {
        let is_lock = |path: &&PathBuf| path.extension().is_some_and(|kind| kind == "lock");
        let locks: Vec<_> = rubbish.files.iter().filter(is_lock).collect();
        let mut held = Vec::new();
        for path in &locks {
            match lock(path)? {
                Some(lock) => held.push(lock),
                None => return Ok(false),
            }
        }
        // Locks last: whoever waits for one that is gone looks for it again.
        rubbish.files.iter().filter(|path| !is_lock(path)).chain(locks.iter().copied()).try_for_each(|path| remove(path))?;
        Ok(true)
    }
}

/// Files under `partial/` by what they are of.
fn halves(store: &Store) -> io::Result<BTreeMap<String, Vec<(PathBuf, std::fs::Metadata)>>> {
    let mut found: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for path in list(&store.root().join("partial"))? {
        let meta = match std::fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            other => other?,
        };
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // What replaces a record begins with a point, and has the record's name behind it.
        let key = name.trim_start_matches('.').split('.').next().unwrap_or_default().to_owned();
        if meta.is_file() {
            found.entry(key).or_default().push((path, meta));
        }
    }
    Ok(found)
}

/// The lock of half a content; none where somebody has it. What has no lock nobody is at.
fn lock(path: &Path) -> io::Result<Option<Option<File>>> {
    let file = match open_lock(path, OFlags::empty()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(None)),
        other => other?,
    };
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(Some(file))),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &Path, len: usize) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, vec![1; len]).unwrap();
    }

    #[test]
    fn what_is_needed_or_fresh_or_young_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let digests = [Sha256([1; 32]), Sha256([2; 32]), Sha256([3; 32])];
        put(&store.file(&digests[0]), 10);
        put(&store.file(&digests[1]), 20);
        let needed = BTreeSet::from([digests[0]]);
        let lease = users::enter(&store, Some(Path::new("/lab/inventory.yaml"))).unwrap();
        put(&store.file(&digests[2]), 30);
        for (key, age) in [("a", 8), ("b", 6), ("c", 8)] {
            for kind in ["part", "json", "lock"] {
                let path = folder.path().join(format!("partial/{key}.{kind}"));
                put(&path, 5000);
                let at = SystemTime::now() - Duration::from_secs(age * 86_400);
                File::options().write(true).open(path).unwrap().set_modified(at).unwrap();
            }
        }
        // Somebody is at `c`.
        let held = lock(&folder.path().join("partial/c.lock")).unwrap();
        let sweep = Sweep::begin(&store).unwrap();
        assert_eq!(sweep.roots().len(), 1);
        let found = sweep.find(&needed, SystemTime::now()).unwrap();
        assert_eq!((found.kept, found.fresh, found.partial), ((1, 10), 1, 2), "{found:?}");
        assert_eq!(found.rubbish.iter().map(|one| one.digest).collect::<Vec<_>>(), [Some(digests[1]), None]);
        assert!(found.rubbish[1].files.len() == 3 && found.rubbish[1].bytes >= 10_000, "{found:?}");
        assert!(found.rubbish.iter().all(|one| sweep.remove(one).unwrap()));
        drop(sweep);
        drop((lease, held));
        let sweep = Sweep::begin(&store).unwrap();
        let found = sweep.find(&needed, SystemTime::now()).unwrap();
        assert_eq!(found.rubbish.iter().map(|one| one.digest).collect::<Vec<_>>(), [Some(digests[2]), None], "{found:?}");
        let root = sweep.roots()[0].clone();
        sweep.forget(&root).unwrap();
        drop(sweep);
        assert!(Sweep::begin(&store).unwrap().roots().is_empty());
        assert!(folder.path().join("partial/b.part").exists() && !folder.path().join("partial/a.lock").exists());
    }

    #[test]
    fn nothing_gets_a_name_during_a_sweep() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let sweep = Sweep::begin(&store).unwrap();
        let (said, heard) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let turn = Turn::adding(&store).unwrap();
                said.send(()).unwrap();
                drop(turn);
            });
            assert!(heard.try_recv().is_err());
            drop(sweep);
            heard.recv().unwrap();
        });
    }
}
