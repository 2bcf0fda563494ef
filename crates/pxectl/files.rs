//! Where a lab's texts come from: folders on this host, or a revision in git.

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

use pxectl_store::regular::read_regular;

use crate::watch::Stamps;

/// Gives the files that an inventory is made of. Paths are the person's own, relative to where the command runs.
pub trait Files {
    /// A file's bytes; one more than `most` where it is larger than that.
    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>>;

    /// The files below a folder that fit a pattern, sorted.
    ///
    /// # Errors
    /// A sentence that says why the pattern cannot be followed.
    fn matching(&self, folder: &Path, pattern: &str) -> Result<Vec<PathBuf>, String>;

    /// What lies in a folder, sorted, and whether it is a folder itself. Nothing, where there is no such folder.
    fn list(&self, folder: &Path) -> Vec<(PathBuf, bool)>;

    /// What a file is called in messages.
    fn name(&self, path: &Path) -> String {
        path.display().to_string()
    }
}

/// Files on this host; what they were when they were read is kept.
#[derive(Default)]
pub struct DiskFiles {
    stamps: RefCell<Stamps>,
}

impl DiskFiles {
    /// What every file was when it was read.
    pub fn into_stamps(self) -> Stamps {
        self.stamps.into_inner()
    }

    fn note(&self, path: &Path) {
        self.stamps.borrow_mut().note(path);
    }

    /// A file that is added later changes the folder that it lies in, and a folder that is added the one above it.
    fn note_folders(&self, pattern: &Path) {
        for level in pattern.ancestors().skip(1) {
            let text = level.to_string_lossy();
            if !text.contains(['*', '?', '[']) {
                self.note(level);
                break;
            }
            for path in glob::glob(&text).into_iter().flatten().flatten() {
                self.note(&path);
            }
        }
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        self.note(path);
        read_regular(path, most)
    }

    fn matching(&self, folder: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
        let base = glob::Pattern::escape(&folder.display().to_string());
        let pattern = Path::new(&base).join(pattern);
        self.note_folders(&pattern);
        let paths = glob::glob(&pattern.display().to_string()).map_err(|e| e.msg.to_owned())?;
        paths.map(|path| path.map_err(|e| e.error().to_string())).collect()
    }

    fn list(&self, folder: &Path) -> Vec<(PathBuf, bool)> {
        self.note(folder);
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        paths.into_iter().map(|path| (path.is_dir(), path)).map(|(folder, path)| (path, folder)).collect()
    }
}
