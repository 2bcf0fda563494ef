//! Where bytes go as they arrive: into the file, through the hashes.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use pxectl_model::digest::{Hasher, Sha256, Sha512, WideHasher};

/// The digests of a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sums {
    pub sha256: Sha256,
    /// Where it was asked for.
    pub sha512: Option<Sha512>,
}

/// Where the bytes of a body go.
pub(super) trait Pour {
    /// How many are there.
    fn have(&self) -> u64;

    /// Appends.
    ///
    /// # Errors
    /// As pwrite(2).
    fn take(&mut self, bytes: &[u8]) -> io::Result<()>;
}

impl Pour for Sink {
    fn have(&self) -> u64 {
        self.len
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        Self::take(self, bytes)
    }
}

/// A file that grows, and the hashes of what is in it.
pub(super) struct Sink {
    pub file: File,
    pub len: u64,
    short: Hasher,
    wide: Option<WideHasher>,
}

impl Sink {
    /// Around a file of which nothing counts yet.
    pub fn new(file: File, wide: bool) -> Self {
        Self { file, len: 0, short: Hasher::new(), wide: wide.then(WideHasher::new) }
    }

    /// Appends.
    ///
    /// # Errors
    /// As pwrite(2); the file ends then where the hashes do.
    pub fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all_at(bytes, self.len) {
            let _ = self.file.set_len(self.len);
            return Err(error);
        }
        self.count(bytes);
        Ok(())
    }

    fn count(&mut self, bytes: &[u8]) {
        self.short.update(bytes);
        if let Some(wide) = &mut self.wide {
            wide.update(bytes);
        }
        self.len += bytes.len() as u64;
    }

    /// Takes what is in the file already for its beginning.
    ///
    /// # Errors
    /// As pread(2).
    pub fn catch_up(&mut self) -> io::Result<()> {
        let mut buffer = vec![0; 128 * 1024];
        loop {
            match self.file.read_at(&mut buffer, self.len)? {
                0 => return Ok(()),
                count => self.count(&buffer[..count]),
            }
        }
    }

    /// Throws away what is in the file.
    ///
    /// # Errors
    /// As ftruncate(2).
    pub fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.len = 0;
        self.short = Hasher::new();
        self.wide = self.wide.is_some().then(WideHasher::new);
        Ok(())
    }

    /// Of what is in the file.
    pub fn sums(&self) -> Sums {
        Sums { sha256: self.short.clone().finish(), sha512: self.wide.clone().map(WideHasher::finish) }
    }
}
