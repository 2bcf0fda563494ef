//! Reading a file that a person names: whole, bounded, and never waiting for somebody to write it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The bytes of a regular file, `most + 1` at most: one more than allowed tells that it is too large.
///
/// # Errors
/// As open(2) and read(2); `InvalidInput` for a folder, a FIFO, a device, a socket.
pub fn read_regular(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A regular file, open for reading.
///
/// # Errors
/// As open(2); `InvalidInput` for a folder, a FIFO, a device, a socket.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let file = open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
    }
}

/// A FIFO would block the open until somebody writes; NONBLOCK is without effect on regular files.
#[cfg(all(unix, not(pxectl_no_unix)))]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

/// Elsewhere no FIFO lies among files.
#[cfg(not(all(unix, not(pxectl_no_unix))))]
fn open(path: &Path) -> io::Result<File> {
    if std::fs::metadata(path)?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    File::open(path)
}

#[cfg(all(test, unix, not(pxectl_no_unix)))]
mod tests {
    use super::*;

    #[test]
    fn only_files_and_only_so_much() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "0123456789").unwrap();
        assert_eq!(read_regular(&path, 10).unwrap(), b"0123456789");
        assert_eq!(read_regular(&path, 4).unwrap(), b"01234");
        let fifo = folder.path().join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
        for path in [fifo.as_path(), folder.path(), Path::new("/dev/zero")] {
            assert_eq!(read_regular(path, 10).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{}", path.display());
        }
        assert_eq!(read_regular(Path::new("/nonexistent"), 10).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
