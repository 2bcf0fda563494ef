//! Writing what a stranger's image holds, and nowhere else than below one folder.

use std::cell::OnceCell;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::outcome::Put;
use super::scratch::Scratch;
use crate::interrupt::{self, Until};

/// Bytes that come out of any image, however small: only beyond them it may be a bomb.
pub const ALWAYS: u64 = 256 << 20;

/// A folder that files are written below.
pub struct Target {
    root: PathBuf,
    force: bool,
    /// Where files become whole before they get their names; made for the first one.
    scratch: OnceCell<Scratch>,
}

impl Target {
    /// Makes the folder, where it is not there.
    ///
    /// # Errors
    /// As the file system's.
    pub fn new(root: &Path, force: bool) -> io::Result<Self> {
        interrupt::watch();
        match fs::create_dir_all(root) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(io::Error::new(error.kind(), "something that is no folder has that name"));
            }
            made => made?,
        }
        Ok(Self { root: root.to_owned(), force, scratch: OnceCell::new() })
    }

    /// A private folder on the file system of the files, for what becomes some of them.
    ///
    /// # Errors
    /// As the file system's.
    pub fn scratch(&self) -> io::Result<&Scratch> {
        match self.scratch.get() {
            Some(scratch) => Ok(scratch),
            None => {
                let made = Scratch::below(&self.root)?;
                Ok(self.scratch.get_or_init(|| made))
            }
        }
    }

    /// Makes a folder below, with those that it lies in.
    ///
    /// # Errors
    /// Where a name would lead elsewhere, or something else than a folder is in the way: no symlink is followed.
    pub fn folder(&self, path: &[Vec<u8>]) -> io::Result<PathBuf> {
        let mut folder = self.root.clone();
        for name in path {
            folder.push(safe(name)?);
            match fs::symlink_metadata(&folder) {
                Ok(there) if there.is_dir() => {}
                Ok(_) => return Err(io::Error::new(io::ErrorKind::AlreadyExists, "something that is no folder is in the way")),
                Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir(&folder)?,
                Err(error) => return Err(error),
            }
        }
        Ok(folder)
    }

    /// Where a file comes to lie; its folder is made.
    fn place(&self, path: &[Vec<u8>]) -> io::Result<PathBuf> {
        let (name, folders) = path.split_last().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it has no name"))?;
        let name = safe(name)?;
        Ok(self.folder(folders)?.join(name))
    }

    fn takes(&self, to: &Path) -> bool {
        self.force || fs::symlink_metadata(to).is_err()
    }

    /// Whether a file would be written: nothing is there, or it is replaced. Its folder is made.
    ///
    /// # Errors
    /// As for [`Target::folder`].
    pub fn is_free(&self, path: &[Vec<u8>]) -> io::Result<bool> {
        Ok(self.takes(&self.place(path)?))
    }

    /// Writes a file of so many bytes below. It has its name once it is whole and on the disk.
    ///
    /// # Errors
    /// As for [`Target::folder`], and as the file system's; then nothing of the file is there.
    pub fn file(&self, path: &[Vec<u8>], content: impl Read, size: u64) -> io::Result<Put> {
        let to = self.place(path)?;
        if !self.takes(&to) {
            return Ok(Put::Kept);
        }
        let part = self.scratch()?.path("part");
        let mut file = File::create(&part)?;
        let written = io::copy(&mut Until(content), &mut file).and_then(|copied| is_all(copied, size));
        let written = written.and_then(|()| file.sync_all()).and_then(|()| settle(&part, &to));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        written.map(|()| Put::Written)
    }

    /// Takes over a file of so many bytes that was written below a private folder of this file system.
    ///
    /// # Errors
    /// As for [`Target::file`]; and where it is no file of that length.
    pub fn adopt(&self, from: &Path, there: &[Vec<u8>], path: &[Vec<u8>], size: u64) -> io::Result<Put> {
        let mut file = from.to_owned();
        for name in there {
            file.push(safe(name)?);
        }
        let meta = fs::symlink_metadata(&file)?;
        if !meta.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "something else than a file was unpacked"));
        }
        is_all(meta.len(), size)?;
        let to = self.place(path)?;
        if !self.takes(&to) {
            return Ok(Put::Kept);
        }
        File::open(&file)?.sync_all()?;
        settle(&file, &to)?;
        Ok(Put::Written)
    }
}

fn is_all(copied: u64, size: u64) -> io::Result<()> {
    let why = format!("{copied} of its {size} bytes came");
    if copied == size { Ok(()) } else { Err(io::Error::new(io::ErrorKind::UnexpectedEof, why)) }
}

/// Gives a whole file its name, also where another file system begins on the way there.
fn settle(whole: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(whole, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {}
        renamed => return renamed,
    }
    let scratch = Scratch::below(to.parent().unwrap_or(Path::new(".")))?;
    let part = scratch.path("part");
    fs::copy(whole, &part)?;
    File::open(&part)?.sync_all()?;
    fs::rename(&part, to)?;
    fs::remove_file(whole)
}

/// A name that stays in its folder on every system, and moves no terminal's cursor.
fn safe(name: &[u8]) -> io::Result<&OsStr> {
    let bad = |why: &str| Err(io::Error::new(io::ErrorKind::InvalidInput, why.to_owned()));
    match name {
        b"" | b"." | b".." => return bad("the image gives it a name that leads elsewhere"),
        _ if name.iter().any(|b| matches!(b, b'/' | b'\\')) => return bad("the image gives it a name with a slash"),
        _ if name.iter().any(u8::is_ascii_control) => return bad("the image gives it a name with control characters"),
        _ if cfg!(windows) && name.iter().any(|b| matches!(b, b':' | b'<' | b'>' | b'"' | b'|' | b'?' | b'*')) => {
            return bad("the image gives it a name that Windows cannot have");
        }
        _ => {}
    }
    native(name).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the image gives it a name that is not UTF-8"))
}

#[cfg(unix)]
fn native(name: &[u8]) -> Option<&OsStr> {
    Some(std::os::unix::ffi::OsStrExt::from_bytes(name))
}

#[cfg(not(unix))]
fn native(name: &[u8]) -> Option<&OsStr> {
    std::str::from_utf8(name).ok().map(OsStr::new)
}

#[cfg(test)]
mod tests;
