//! Contents that were made here: written, judged, and published as whatever they hash to.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use pxectl_model::digest::{Hasher, Sha256};

use crate::fetch::publish::into_place;
use crate::images::Store;
use crate::replace::create;

/// A content that is written and not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Of its bytes.
    pub sha256: Sha256,
    /// Bytes.
    pub size: u64,
}

impl Store {
    /// Puts a content there that `write` writes and `check` finds right: read-only and durable, under the name of its digest.
    ///
    /// # Errors
    /// As `write` and `check`, and as the file system's; then nothing is left behind.
    pub fn put<E: From<io::Error>>(
        &self,
        write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
        check: impl FnOnce(&mut File, &Written) -> Result<(), E>,
    ) -> Result<Written, E> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let folder = self.root().join("partial");
        std::fs::create_dir_all(&folder)?;
        let part = folder.join(format!("put-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        drop(create(&part)?);
        let part = Part(part);
        let mut file = File::options().read(true).write(true).open(&part.0)?;
        let mut to = io::BufWriter::new(&file);
        write(&mut to)?;
        to.flush()?;
        drop(to);
        let written = sums(&mut file)?;
        file.rewind()?;
        check(&mut file, &written)?;
        let to = self.file(&written.sha256);
        if self.size(&written.sha256) == Some(written.size) {
            return Ok(written);
        }
        into_place(self, &file, written.size, &part.0, &to)?;
        Ok(written)
    }
}

/// A file that goes when nobody wants it any more; once it was renamed there is nothing to go.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn sums(file: &mut File) -> io::Result<Written> {
    file.rewind()?;
    let (mut hasher, mut size, mut buffer) = (Hasher::new(), 0, vec![0; 128 * 1024]);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Written { sha256: hasher.finish(), size }),
            Ok(count) => {
                hasher.update(&buffer[..count]);
                size += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let put = |bytes: &'static [u8], right: bool| {
            store.put::<io::Error>(
                |to| to.write_all(bytes),
                move |_, _| if right { Ok(()) } else { Err(io::Error::other("wrong")) },
            )
        };
        assert_eq!(put(b"bad", false).unwrap_err().to_string(), "wrong");
        let one = put(b"good", true).unwrap();
        assert_eq!((put(b"good", true).unwrap(), store.size(&one.sha256)), (one, Some(4)));
        assert!(std::fs::metadata(store.file(&one.sha256)).unwrap().permissions().readonly());
        assert_eq!(std::fs::read_dir(folder.path().join("partial")).unwrap().count(), 0, "nothing is left behind");
        assert_eq!(std::fs::read_dir(folder.path().join("sha256")).unwrap().count(), 1);
    }
}
