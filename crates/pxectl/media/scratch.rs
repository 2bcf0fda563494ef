//! A private folder for what is only needed meanwhile. It goes with its owner; where that was killed, with the next one beside it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

const PREFIX: &str = ".pxectl-scratch-";
/// Whoever holds a lock of it lives.
const LOCK: &str = "lock";
/// Names that are looked at when what others left is swept.
const SWEPT_MOST: usize = 100_000;

/// The folder; only this user may look into it.
pub struct Scratch {
    dir: TempDir,
    _lock: File,
}

impl Scratch {
    /// Makes one below a folder.
    ///
    /// # Errors
    /// As the file system's.
    pub fn below(folder: &Path) -> io::Result<Self> {
        sweep(folder);
        let dir = tempfile::Builder::new().prefix(PREFIX).tempdir_in(folder)?;
        let lock = File::create_new(dir.path().join(LOCK))?;
        lock.lock()?;
        Ok(Self { dir, _lock: lock })
    }

    /// Where something of a name that this program chose lies.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

/// Takes away what was left by processes that were killed. What is not ours, or in use, stays.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.take(SWEPT_MOST).flatten() {
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        if ours && entry.file_type().is_ok_and(|kind| kind.is_dir()) && is_dead(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Without a lock file it may just be made: it stays until it is empty and nobody's.
fn is_dead(folder: &Path) -> bool {
    File::open(folder.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_dead_left_is_swept_and_what_lives_stays() {
        let folder = tempfile::tempdir().unwrap();
        let living = Scratch::below(folder.path()).unwrap();
        fs::write(living.path("x"), "x").unwrap();
        let left = folder.path().join(format!("{PREFIX}left"));
        let other = folder.path().join(format!("{PREFIX}no-lock"));
        fs::create_dir_all(left.join("deep")).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        fs::create_dir(&other).unwrap();
        let second = Scratch::below(folder.path()).unwrap();
        assert!(living.path("x").exists() && !left.exists() && other.exists());
        let paths = [living.path("."), second.path(".")];
        drop((living, second));
        assert!(paths.iter().all(|path| !path.exists()));
    }
}
