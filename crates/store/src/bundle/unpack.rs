//! Reading a bundle: a stranger's, until each of its bytes was hashed.

use std::io::Read;

use pxectl_model::digest::Hasher;

use super::{BundleError, MANIFEST, MANIFEST_MOST, Manifest, Member};

/// Whoever takes what is in a bundle. The first error ends the reading.
pub trait Receiver {
    /// The manifest came; it is sound in itself. `text`: its bytes.
    fn manifest(&mut self, manifest: &Manifest, text: &[u8]) -> Result<(), BundleError>;

    /// The next member of the manifest begins.
    fn begin(&mut self, member: &Member) -> Result<(), BundleError>;

    /// More of it; never more than it has.
    fn bytes(&mut self, bytes: &[u8]) -> Result<(), BundleError>;

    /// All of it was here, and its digest is the manifest's.
    fn whole(&mut self) -> Result<(), BundleError>;
}

/// Reads a bundle to its end.
///
/// # Errors
/// At the first thing that is not as it must be, as the receiver's own.
pub fn unpack(mut from: impl Read, to: &mut dyn Receiver) -> Result<(), BundleError> {
    members(&mut from, to)?;
    // Two blocks of zeros end a tar file, and programs fill it up with more; the library has read one or two.
    let mut rest = Vec::new();
    from.take(PADDING_MOST).read_to_end(&mut rest).map_err(BundleError::Stream)?;
    if rest.len() as u64 == PADDING_MOST || rest.iter().any(|byte| *byte != 0) {
        return Err(BundleError::Bad("something follows its last file".to_owned()));
    }
    Ok(())
}

/// Zeros behind the end that are read, bytes: tar(1) fills up to 10 KiB, or to what `--blocking-factor` says.
const PADDING_MOST: u64 = 1 << 20;

fn members(from: &mut impl Read, to: &mut dyn Receiver) -> Result<(), BundleError> {
    let mut archive = tar::Archive::new(from);
    // Raw: no header makes the library read another one, whatever length that claims.
    let mut entries = archive.entries().map_err(BundleError::Stream)?.raw(true);
    let mut next = |expected: &str| match entries.next() {
        None => Err(BundleError::Short(expected.to_owned())),
        Some(Err(error)) => Err(unreadable(error, expected)),
        Some(Ok(entry)) => {
            let (path, kind) = (entry.path_bytes().into_owned(), entry.header().entry_type());
            if kind != tar::EntryType::Regular {
                let path = String::from_utf8_lossy(&path).into_owned();
                return Err(BundleError::Bad(format!("{path:?} is no plain file, where {expected:?} must be")));
            }
            if path != expected.as_bytes() {
                let path = String::from_utf8_lossy(&path).into_owned();
                return Err(BundleError::Bad(format!("{path:?} comes where {expected:?} must be")));
            }
            Ok(entry)
        }
    };
    let first = next(MANIFEST)?;
    let size = first.size();
    if size > MANIFEST_MOST {
        return Err(BundleError::Bad(format!("its manifest claims {size} bytes")));
    }
    let mut text = Vec::new();
    first.take(MANIFEST_MOST).read_to_end(&mut text).map_err(BundleError::Stream)?;
    if (text.len() as u64) < size {
        return Err(BundleError::Short(MANIFEST.to_owned()));
    }
    let manifest = Manifest::read(&text)?;
    to.manifest(&manifest, &text)?;
    let mut buffer = vec![0; 128 * 1024];
    for member in &manifest.members {
        let mut entry = next(&member.path)?;
        if entry.size() != member.size {
            let (path, size) = (&member.path, entry.size());
            return Err(BundleError::Bad(format!("{path:?} has {size} bytes, and the manifest says {}", member.size)));
        }
        to.begin(member)?;
        let (mut hasher, mut left) = (Hasher::new(), member.size);
        while left > 0 {
            let count = match entry.read(&mut buffer) {
                Ok(0) => return Err(BundleError::Short(member.path.clone())),
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(BundleError::Stream(error)),
            };
            hasher.update(&buffer[..count]);
            to.bytes(&buffer[..count])?;
            left -= count as u64;
        }
        let found = hasher.finish();
        if found != member.sha256 {
            let (expected, found) = (member.sha256.to_string(), found.to_string());
            return Err(BundleError::Mismatch { path: member.path.clone(), expected, found });
        }
        to.whole()?;
    }
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(BundleError::Bad("something follows its last file".to_owned())),
    }
}

/// What the library says of a header: of a file that is cut, of one that is no tar file, or of a disk.
fn unreadable(error: std::io::Error, expected: &str) -> BundleError {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => BundleError::Short(expected.to_owned()),
        std::io::ErrorKind::Other | std::io::ErrorKind::InvalidData => {
            // The library's words have the bytes in them that it could not read.
            BundleError::Bad(format!("it is damaged, or no tar file: there is no header where {expected:?} must be"))
        }
        _ => BundleError::Stream(error),
    }
}
