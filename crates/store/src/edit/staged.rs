//! New content beside the file that it is for.

use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::own::{self, Unlike};
use super::{Change, EditError};
use crate::regular::read_regular;
use crate::replace::{create, sync_folder};

/// New content beside its file; removed again where it is not published.
pub(super) struct Staged {
    real: PathBuf,
    folder: PathBuf,
    part: PathBuf,
    published: bool,
}

impl Staged {
    pub(super) fn write(change: &Change<'_>) -> Result<Self, EditError> {
        let failed = |action, path: &Path| {
            let path = path.to_owned();
            move |source| EditError::Io { action, path, source }
        };
        let real = std::fs::canonicalize(change.path).map_err(failed("finding", change.path))?;
        let meta = std::fs::metadata(&real).map_err(failed("looking at", &real))?;
        may_replace(&real, &meta)?;
        let folder = real.parent().map_or_else(|| PathBuf::from("."), Path::to_owned);
        let name = real.file_name().unwrap_or_default();
        sweep(&folder, &prefix(name));
        let mut part = prefix(name);
        part.push(format!("{}{SUFFIX}", std::process::id()));
        let part = folder.join(part);
        let mut file = create(&part).map_err(failed("writing the new content beside", &real))?;
        let staged = Self { real, folder, part, published: false };
        own::take_over(&staged.real, &meta, &file).map_err(|unlike| match unlike {
            Unlike::Owner(source) => EditError::Owner { path: staged.real.clone(), source },
            Unlike::Io(source) => {
                EditError::Io { action: "giving the new content the rights of", path: staged.real.clone(), source }
            }
        })?;
        // Not before the file is as closed to others as the old one.
        file.write_all(change.new).map_err(failed("writing the new content beside", &staged.real))?;
        file.sync_all().map_err(failed("writing the new content beside", &staged.real))?;
        Ok(staged)
    }

    /// The file itself, behind whatever links.
    pub(super) fn real(&self) -> &Path {
        &self.real
    }

    /// Looks whether the file still holds what it held.
    pub(super) fn unchanged(&self, old: &[u8]) -> Result<(), EditError> {
        match read_regular(&self.real, old.len() as u64) {
            Ok(now) if now == old => Ok(()),
            Ok(_) => Err(EditError::Meanwhile { path: self.real.clone() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(EditError::Meanwhile { path: self.real.clone() }),
            Err(source) => Err(EditError::Io { action: "reading again", path: self.real.clone(), source }),
        }
    }

    pub(super) fn publish(&mut self) -> io::Result<()> {
        std::fs::rename(&self.part, &self.real)?;
        self.published = true;
        sync_folder(&self.folder)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.published {
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

/// The end of the names of new content that is not in place yet.
const SUFFIX: &str = ".pxectl-edit";

/// The beginning of such a name.
fn prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    prefix
}

/// Removes what an edit that was killed left for the same file.
fn sweep(folder: &Path, prefix: &OsString) {
    let prefix = prefix.as_encoded_bytes();
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let middle = name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(SUFFIX.as_bytes()));
        if middle.is_some_and(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Whether a careful editor would replace the file. Root could write into a file without a write bit; its owner did not want that.
fn may_replace(real: &Path, meta: &Metadata) -> Result<(), EditError> {
    let path = || real.to_owned();
    if !meta.is_file() {
        let source = io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file");
        return Err(EditError::Io { action: "changing", path: path(), source });
    }
    if meta.permissions().readonly() || !own::writable(real) {
        return Err(EditError::ReadOnly { path: path() });
    }
    match own::names(meta) {
        0 | 1 => Ok(()),
        names => Err(EditError::HardLinks { path: path(), names }),
    }
}
