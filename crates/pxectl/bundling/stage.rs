//! The lab of a bundle while it arrives: a folder of its own, in the folder that it is for, whose files get their places in the end.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use pxectl_store::lock::EditLock;

use super::gather::rank;
use crate::session::warn;

/// The beginning of such a folder's name.
const PREFIX: &str = ".pxectl-bundle-";

/// A lab that arrives. What is not in place when it is dropped is removed.
pub struct Stage {
    dir: PathBuf,
    /// Where its files are until they are in place.
    pub folder: PathBuf,
    _held: File,
}

impl Stage {
    /// Begins one for a folder, which is made where it is not there. What imports that were killed left is removed.
    ///
    /// # Errors
    /// As the file system's.
    pub fn begin(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // Nobody begins while somebody sweeps.
        let _lock = EditLock::take(dir, || warn("another pxectl is editing this lab; waiting for it"))?;
        sweep(dir)?;
        loop {
            let n = COUNT.fetch_add(1, Ordering::Relaxed);
            let folder = dir.join(format!("{PREFIX}{}-{n}", std::process::id()));
            match DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => {
                    let held = File::open(&folder)?;
                    held.try_lock().map_err(io::Error::from)?;
                    return Ok(Self { dir: dir.to_owned(), folder, _held: held });
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// A new file in it, by its path of plain names.
    ///
    /// # Errors
    /// As the file system's.
    pub fn create(&self, name: &str) -> io::Result<File> {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&self.folder))?;
        File::create_new(path)
    }

    /// Gives each file its place: each is the old one or the new one at every instant, and the inventory is the last. Files that are
    /// there and are not `same` are replaced with `force` only.
    ///
    /// # Errors
    /// Where something is in the way, and as the file system's.
    pub fn place(self, names: &[String], inventory: &str, force: bool, same: &dyn Fn(&Path, &str) -> bool) -> io::Result<()> {
        let _lock = EditLock::take(&self.dir, || warn("another pxectl is editing this lab; waiting for it"))?;
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_by_key(|name| (rank(name, inventory), *name));
        for name in &sorted {
            let to = self.dir.join(name);
            if !force && fs::symlink_metadata(&to).is_ok() && !same(&to, name) {
                let why = format!("somebody put another `{}` there meanwhile", to.display());
                return Err(io::Error::new(ErrorKind::AlreadyExists, why));
            }
        }
        for name in sorted {
            let folder = self.folder_for(name)?;
            let to = self.dir.join(name);
            if fs::symlink_metadata(&to).is_ok_and(|meta| meta.is_dir()) {
                return Err(io::Error::new(ErrorKind::AlreadyExists, format!("`{}` is a folder", to.display())));
            }
            fs::rename(self.folder.join(name), &to)?;
            File::open(&folder)?.sync_all()?;
        }
        Ok(())
    }

    /// The folder that a file is for, made where it is not there. No symlink on the way is followed.
    fn folder_for(&self, name: &str) -> io::Result<PathBuf> {
        let mut folder = self.dir.clone();
        let names: Vec<&str> = name.split('/').collect();
        for part in names.iter().take(names.len() - 1) {
            folder.push(part);
            match fs::symlink_metadata(&folder) {
                Ok(meta) if meta.is_dir() => {}
                Ok(_) => {
                    let why = format!("`{}` is no folder, and is in the way", folder.display());
                    return Err(io::Error::new(ErrorKind::AlreadyExists, why));
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    fs::create_dir(&folder)?;
                    File::open(folder.parent().unwrap_or(&self.dir))?.sync_all()?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(folder)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Removes what imports left that did not live to do it.
fn sweep(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let is_ours = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PREFIX));
        if !is_ours || !fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir()) {
            continue;
        }
        if File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}
