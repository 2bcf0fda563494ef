//! What a build is made by, and what became of it: the lock file keeps both, so that the same is not built twice.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use pxectl_model::arch::Firmware;
use pxectl_model::digest::{Hasher, Sha256};
use pxectl_model::lock::{Built, FILE_NAME, Locked, Lockfile, Trust, Version};
use pxectl_model::name::Name;
use pxectl_model::utc::Utc;
use pxectl_store::images::Store;
use pxectl_store::put::Written;
use pxectl_store::regular::{open_regular, read_regular};

use crate::failure::Failure;
use crate::fetching::{lockfile, program};

/// The name of the folder in the store in which this is built. A switch is in a header that every file includes, and the first build
/// for another target touches such headers: each set of switches and each target has a copy of its own, and little is compiled again.
pub fn folder_name(source: &Sha256, goal: &str, with: &[String]) -> String {
    let mut hasher = Hasher::new();
    hasher.update(format!("{source} {goal} {}", with.join(", ")).as_bytes());
    format!("ipxe-{}", &hasher.finish().to_string()[..16])
}

/// What the lock file of a folder says now; whoever was waited for may have written it.
pub fn locked(folder: &Path) -> BTreeMap<Name, Locked> {
    let bytes = read_regular(&folder.join(FILE_NAME), pxectl_inventory::limits::TEXT as u64);
    bytes.ok().and_then(|bytes| pxectl_inventory::lock::read(&bytes)).unwrap_or_default().artifacts
}

/// Whether the same was built before, and is there.
pub fn is_there(locked: Option<&Locked>, built: &Built, store: &Store) -> bool {
    locked.is_some_and(|locked| locked.built.as_ref() == Some(built) && store.size(&locked.sha256) == Some(locked.size))
}

/// Puts what was built into the store.
///
/// # Errors
/// Where it cannot be read or written, or is no program for that firmware.
pub fn keep(path: &Path, firmware: Firmware, store: &Store) -> Result<Written, String> {
    let failed = |error: io::Error| format!("putting `{}` into the store: {error}", path.display());
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut source = open_regular(path).map_err(failed)?;
    let check = |file: &mut File, _: &Written| match program::wrong_for(&name, &[firmware], file)? {
        None => Ok(()),
        Some(why) => Err(io::Error::other(why)),
    };
    store.put(|to| io::copy(&mut source, to).map(drop), check).map_err(failed)
}

/// Writes down what was built.
///
/// # Errors
/// Where the lock file cannot be written.
pub fn write_down(folder: &Path, name: &Name, written: &Written, built: Built) -> Result<(), Failure> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let entry = Locked {
        url: None,
        member: None,
        size: written.size,
        sha256: written.sha256,
        sha512: None,
        trust: Trust::Built,
        key: None,
        version: Version::default(),
        fetched: Utc::of(now),
        built: Some(built),
    };
    let new = Lockfile { artifacts: BTreeMap::from([(name.clone(), entry)]) };
    lockfile::update(folder, &new, None).map(drop)
}
