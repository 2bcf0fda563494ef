//! Whether there is room, said before the first byte where the length is known.

use std::fs::File;
use std::io;
use std::path::Path;

use super::error::FetchError;

/// Reserves room for what is to come, so that files which are fetched at once do not count on the same bytes.
///
/// # Errors
/// Where there is too little. What the file system cannot tell or reserve is no error.
pub(crate) fn reserve(file: &File, folder: &Path, have: u64, total: Option<u64>) -> Result<(), FetchError> {
    let Some(need) = total.and_then(|total| total.checked_sub(have)).filter(|need| *need > 0) else { return Ok(()) };
    if let Some(free) = free(folder)
        && free < need
    {
        return Err(FetchError::NoRoom { need: Some(need), free, folder: folder.to_owned() });
    }
    match allocate(file, have, need) {
        Err(error) if is_full(&error) => Err(full(folder, Some(need))),
        _ => Ok(()),
    }
}

/// The error of a full file system.
pub(super) fn full(folder: &Path, need: Option<u64>) -> FetchError {
    FetchError::NoRoom { need, free: free(folder).unwrap_or(0), folder: folder.to_owned() }
}

/// Whether it is the error of a full file system, or of a user's share of it.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Bytes that this user may still write.
pub fn free(folder: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    stat.f_bavail.checked_mul(stat.f_frsize)
}

/// The file keeps its length, which tells how much of it is here.
#[cfg(target_os = "linux")]
fn allocate(file: &File, have: u64, need: u64) -> io::Result<()> {
    Ok(rustix::fs::fallocate(file, rustix::fs::FallocateFlags::KEEP_SIZE, have, need)?)
}

#[cfg(not(target_os = "linux"))]
fn allocate(_: &File, _: u64, _: u64) -> io::Result<()> {
    Ok(())
}
