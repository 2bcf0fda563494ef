//! The lock file's last word: read anew and written whole while nobody else edits the lab.

use std::collections::BTreeSet;
use std::path::Path;

use pxectl_model::lock::{FILE_NAME, Lockfile};
use pxectl_model::name::Name;
use pxectl_store::lock::EditLock;
use pxectl_store::regular::read_regular;
use pxectl_store::replace::replace_file;

use crate::failure::Failure;
use crate::session::warn;

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    /// How many artifacts it has.
    pub artifacts: usize,
    /// Entries that nobody needs any more and that were taken out.
    pub removed: Vec<Name>,
}

/// Puts new entries into the lock file of a folder, and takes out those whose names are not `known`, where that is given. What
/// somebody else fetched meanwhile stays. None where nothing changed.
///
/// # Errors
/// Where it cannot be read or written; it is untouched then.
pub fn update(folder: &Path, new: &Lockfile, known: Option<&BTreeSet<Name>>) -> Result<Option<Written>, Failure> {
    let path = folder.join(FILE_NAME);
    let failed = |doing: &str, why: &dyn std::fmt::Display| Failure::new(format!("{doing} `{}`: {why}", path.display()));
    let waiting = || warn("another pxectl is editing this lab; waiting for it");
    let _lock = EditLock::take(folder, waiting).map_err(|error| failed("locking the folder of", &error))?;
    let most = pxectl_inventory::limits::TEXT as u64;
    let before = match read_regular(&path, most) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed("reading", &error)),
    };
    let mut lock = match &before {
        None => Lockfile::default(),
        Some(bytes) => pxectl_inventory::lock::read(bytes).ok_or_else(|| {
            failed("reading", &"somebody changed it meanwhile, and now it is no lock file").hint("run `pxectl lint`")
        })?,
    };
    let old = lock.clone();
    let is_unused = |name: &&Name| known.is_some_and(|known| !known.contains(*name));
    let removed: Vec<Name> = lock.artifacts.keys().filter(is_unused).cloned().collect();
    lock.artifacts.retain(|name, _| !removed.contains(name));
    lock.artifacts.extend(new.artifacts.clone());
    let text = pxectl_inventory::lock::write(&lock);
    // What a person merged may say the right thing in the wrong order.
    if lock == old && before.is_none_or(|before| is_same(&before, &text)) {
        return Ok(None);
    }
    let hint = "what came is in the store; where this file can be written, the same command writes it down";
    replace_file(&path, text.as_bytes()).map_err(|error| failed("writing", &error).hint(hint))?;
    Ok(Some(Written { artifacts: lock.artifacts.len(), removed }))
}

/// Whether the lock file of a folder is written as this program would write it; one that cannot be read is for others to judge.
pub fn is_in_order(folder: &Path) -> bool {
    let bytes = read_regular(&folder.join(FILE_NAME), pxectl_inventory::limits::TEXT as u64);
    let written = |bytes: &Vec<u8>| pxectl_inventory::lock::read(bytes).map(|lock| pxectl_inventory::lock::write(&lock));
    bytes.is_ok_and(|bytes| written(&bytes).is_some_and(|text| is_same(&bytes, &text)))
}

/// Whether two lock files are the same but for comments and line ends.
fn is_same(old: &[u8], new: &str) -> bool {
    fn lines(text: &str) -> impl Iterator<Item = &str> {
        text.lines().filter(|line| !line.starts_with('#'))
    }
    lines(&String::from_utf8_lossy(old)).eq(lines(new))
}
