//! Writing a bundle.

use std::io::{Read, Write};

use pxectl_model::digest::Hasher;

use super::{BundleError, MANIFEST, Manifest, Member};

/// What times members have, in seconds since the epoch: 1980-01-01, which no program finds implausible.
const MODIFIED: u64 = 315_532_800;

/// Writes the manifest and what `open` gives for each of its members; `moved` hears how many bytes were written so far. The same lab
/// and contents give the same bytes.
///
/// # Errors
/// Where a member is not what the manifest says, or cannot be opened, read or written.
pub fn pack<R: Read>(
    mut out: impl Write,
    manifest: &Manifest,
    mut open: impl FnMut(&Member) -> Result<R, BundleError>,
    moved: &mut dyn FnMut(u64),
) -> Result<(), BundleError> {
    let text = manifest.write()?;
    let mut written = 0;
    let mut put = |bytes: &[u8]| -> Result<(), BundleError> {
        out.write_all(bytes).map_err(BundleError::Stream)?;
        written += bytes.len() as u64;
        moved(written);
        Ok(())
    };
    put(&header(MANIFEST, text.len() as u64)?)?;
    put(&text)?;
    put(padding(text.len() as u64))?;
    let mut buffer = vec![0; 128 * 1024];
    for member in &manifest.members {
        put(&header(&member.path, member.size)?)?;
        let mut from = open(member)?.take(member.size);
        let (mut hasher, mut left) = (Hasher::new(), member.size);
        while left > 0 {
            let count = match from.read(&mut buffer) {
                Ok(0) => return Err(BundleError::Short(member.path.clone())),
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(BundleError::io("reading", member.path.as_ref())(error)),
            };
            hasher.update(&buffer[..count]);
            put(&buffer[..count])?;
            left -= count as u64;
        }
        let found = hasher.finish();
        if found != member.sha256 {
            let (expected, found) = (member.sha256.to_string(), found.to_string());
            return Err(BundleError::Mismatch { path: member.path.clone(), expected, found });
        }
        put(padding(member.size))?;
    }
    put(&[0; 1024])?;
    out.flush().map_err(BundleError::Stream)
}

fn header(path: &str, size: u64) -> Result<[u8; 512], BundleError> {
    let mut header = tar::Header::new_ustar();
    header.set_path(path).map_err(|why| BundleError::Bad(format!("{path:?} is no path for a tar file: {why}")))?;
    header.set_entry_type(tar::EntryType::Regular);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(MODIFIED);
    header.set_cksum();
    Ok(*header.as_bytes())
}

/// What fills the last block of a member.
fn padding(size: u64) -> &'static [u8] {
    static ZEROS: [u8; 512] = [0; 512];
    &ZEROS[..(size.next_multiple_of(512) - size) as usize]
}
