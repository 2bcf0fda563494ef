//! Files that are made, and never overwritten.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Result, Write as _};
use std::path::Path;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// It is there now.
    New,
    /// Something of this name was there already, and is as it was: a file, a folder, a link that leads nowhere.
    Kept,
}

/// Makes a file with its folders, where there is nothing of its name.
///
/// # Errors
/// As the file system's; then the file is not there.
pub fn write_new(path: &Path, text: &str) -> Result<Made> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(Made::Kept),
        Err(error) => return Err(error),
    };
    // Half a file would be kept the next time.
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = std::fs::remove_file(path);
    }
    written.map(|()| Made::New)
}
