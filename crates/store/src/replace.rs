//! Writing a file so that readers see the old content or the new, never half of it.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes `content` to a new file beside `path`, makes it durable, and renames it into place. A symlink's target is
/// replaced and not the link. An existing file keeps its mode.
///
/// # Errors
/// As the file system's; then the old content is untouched.
pub fn replace_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_owned);
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no file name"))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.part", std::process::id()));
    let part = folder.join(beside);
    let mut file = create(&part)?;
    let written = (|| {
        file.write_all(content)?;
        if let Ok(old) = std::fs::metadata(&path) {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        std::fs::rename(&part, &path)?;
        sync_folder(&folder)
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written
}

/// A name of ours that somebody made a symlink is not followed.
#[cfg(all(unix, not(pxectl_no_unix)))]
pub(crate) fn create(part: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    Ok(File::from(rustix::fs::open(part, flags, Mode::from_raw_mode(0o666))?))
}

#[cfg(not(all(unix, not(pxectl_no_unix))))]
pub(crate) fn create(part: &Path) -> io::Result<File> {
    File::create(part)
}

/// The rename itself is durable when the folder is.
#[cfg(all(unix, not(pxectl_no_unix)))]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Where a folder cannot be opened as a file, the system sees to it.
#[cfg(not(all(unix, not(pxectl_no_unix))))]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix, not(pxectl_no_unix)))]
mod tests {
    use super::replace_file;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn keeps_the_mode_and_follows_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        std::fs::write(&real, "old").unwrap();
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&real, &link).unwrap();
        replace_file(&link, b"new").unwrap();
        assert_eq!(std::fs::read(&real).unwrap(), b"new");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(replace_file(&folder.path().join("none/at/all"), b"x").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left behind");
    }
}
