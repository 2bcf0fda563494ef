//! A content that comes into the store from elsewhere than a server: under the same lock and the same names as one that is fetched.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use pxectl_model::digest::Sha256;
use rustix::fs::{FlockOperation, Mode, OFlags};

use super::BundleError;
use crate::fetch::publish::into_place;
use crate::fetch::room;
use crate::images::Store;
use crate::turn::{is_at, open_lock};

/// A content on its way into the store.
#[derive(Debug)]
pub struct Arrival {
    store: Store,
    digest: Sha256,
    part: PathBuf,
    file: File,
    len: u64,
    _lock: File,
}

impl Arrival {
    /// Begins one of so many bytes; none where it is in the store. Waits while another process brings or fetches the same.
    ///
    /// # Errors
    /// As the file system's.
    pub fn begin(store: &Store, digest: Sha256, size: u64) -> Result<Option<Self>, BundleError> {
        let is_there = || store.size(&digest) == Some(size);
        if is_there() {
            return Ok(None);
        }
        let folder = store.root().join("partial");
        std::fs::create_dir_all(&folder).map_err(BundleError::io("making the folder", &folder))?;
        let (path, part) = (folder.join(format!("{digest}.lock")), folder.join(format!("{digest}.part")));
        let lock = loop {
            let locked = || -> io::Result<File> {
                let file = open_lock(&path, OFlags::CREATE)?;
                rustix::fs::flock(&file, FlockOperation::LockExclusive)?;
                Ok(file)
            };
            let file = locked().map_err(BundleError::io("locking", &path))?;
            if is_at(&file, &path) {
                break file;
            }
        };
        if is_there() {
            return Ok(None);
        }
        // What a server began has another version's record; from here on it is ours.
        let record = folder.join(format!("{digest}.json"));
        match std::fs::remove_file(&record) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(BundleError::io("removing", &record)(error)),
            _ => {}
        }
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::TRUNC | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let file = rustix::fs::open(&part, flags, Mode::from_raw_mode(0o666))
            .map_err(|error| BundleError::io("writing", &part)(error.into()))?;
        let arrival = Self { store: store.clone(), digest, part, file: File::from(file), len: 0, _lock: lock };
        room::reserve(&arrival.file, store.root(), 0, Some(size)).map_err(|error| arrival.full(error, size))?;
        Ok(Some(arrival))
    }

    fn full(&self, error: crate::fetch::FetchError, size: u64) -> BundleError {
        let folder = self.store.root().to_owned();
        match error {
            crate::fetch::FetchError::NoRoom { need, free, .. } => {
                BundleError::NoRoom { need: need.unwrap_or(size), free, folder }
            }
            other => BundleError::Refused(other.to_string()),
        }
    }

    /// Appends.
    ///
    /// # Errors
    /// As write(2).
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), BundleError> {
        self.len += bytes.len() as u64;
        self.file.write_all(bytes).map_err(BundleError::io("writing", &self.part))
    }

    /// Gives it its name: whoever calls has hashed what was written, and it is what it must be.
    ///
    /// # Errors
    /// As the file system's.
    pub fn publish(self) -> Result<(), BundleError> {
        let to = self.store.file(&self.digest);
        into_place(&self.store, &self.file, self.len, &self.part, &to).map_err(BundleError::io("putting into the store", &to))
    }
}
