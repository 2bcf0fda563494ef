//! Hashing what is on a disk: the one way for whoever holds a file against its digest.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use pxectl_model::digest::{Hasher, Sha256, Sha512, WideHasher};

use crate::regular::open_regular;

/// Bytes that are read at once: few calls, and they stay in a processor's second cache between the read and the hash. On a file in
/// memory everything from 16 KiB to 4 MiB took the same processor time, within what two runs differ.
const PIECE: usize = 128 * 1024;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashed {
    /// Of its content.
    pub sha256: Sha256,
    /// The same, where it was asked for.
    pub sha512: Option<Sha512>,
    /// Bytes.
    pub size: u64,
}

/// Hashes a regular file from its beginning to its end; `wide`: by SHA-512, too. `moved` hears how many bytes that was so far, after
/// each piece.
///
/// # Errors
/// As open(2) and read(2); `InvalidInput` for a folder, a FIFO, a device, a socket.
pub fn hash_file(path: &Path, wide: bool, moved: &mut dyn FnMut(u64)) -> io::Result<Hashed> {
    let file = open_regular(path)?;
    read_ahead(&file);
    hash(file, wide, moved)
}

/// Hashes whatever comes until its end.
///
/// # Errors
/// As read(2).
pub fn hash(mut from: impl Read, wide: bool, moved: &mut dyn FnMut(u64)) -> io::Result<Hashed> {
    let (mut short, mut long, mut size) = (Hasher::new(), wide.then(WideHasher::new), 0);
    let mut buffer = vec![0; PIECE];
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => return Ok(Hashed { sha256: short.finish(), sha512: long.map(WideHasher::finish), size }),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        short.update(&buffer[..count]);
        if let Some(long) = &mut long {
            long.update(&buffer[..count]);
        }
        size += count as u64;
        moved(size);
    }
}

/// How many bytes go by between two words about a file.
pub const TOLD_EVERY: u64 = 4 << 20;

/// Tells of a file with so many bytes now and then, and at its end: what [`hash_file`] takes.
pub fn now_and_then(size: u64, mut tell: impl FnMut(u64)) -> impl FnMut(u64) {
    let mut told = 0;
    move |have| {
        if have - told >= TOLD_EVERY || have == size {
            told = have;
            tell(have);
        }
    }
}

/// Lets the kernel read further ahead of the hash (posix_fadvise(2)); where it will not, it is slower and no less right.
#[cfg(all(target_os = "linux", not(pxectl_no_unix)))]
pub fn read_ahead(file: &File) {
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::Sequential);
}

/// Elsewhere nobody is told.
#[cfg(not(all(target_os = "linux", not(pxectl_no_unix))))]
pub fn read_ahead(_: &File) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_by_both_digests() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, vec![b'a'; 1_000_000]).unwrap();
        let mut heard = Vec::new();
        let hashed = hash_file(&path, true, &mut |bytes| heard.push(bytes)).unwrap();
        // The standard's third example (FIPS 180-2, B.3 and C.3).
        assert_eq!(hashed.sha256.to_string(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
        let wide = "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb\
                    de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b";
        assert_eq!(hashed.sha512, wide.parse().ok());
        assert!(heard.is_sorted() && heard.last() == Some(&1_000_000));
        let mut now = Vec::new();
        hash_file(&path, false, &mut now_and_then(1_000_000, |bytes| now.push(bytes))).unwrap();
        assert_eq!(now, [1_000_000], "each piece is too much");
        assert_eq!(hash_file(&path, false, &mut |_| {}).unwrap().sha512, None);
        assert_eq!(hash_file(folder.path(), false, &mut |_| {}).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
