//! What a lab needs of the store.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use pxectl_inventory::limits;
use pxectl_inventory::rules::meta::Meta;
use pxectl_inventory::rules::structure;
use pxectl_model::diag::{Diagnostic, Severity};
use pxectl_model::digest::Sha256;
use pxectl_model::lock::{FILE_NAME, Lockfile};
use pxectl_store::regular::read_regular;

use crate::building::recipe::folder_name;
use crate::lab;
use crate::session::folder_of;

/// What a lab refers to.
#[derive(Debug, Default)]
pub struct Needs {
    /// Contents by their digests, each with the artifacts that it is.
    pub contents: BTreeMap<Sha256, Vec<String>>,
    /// Names of the folders in which artifacts of the lock file were built, each with those artifacts.
    pub builds: BTreeMap<String, Vec<String>>,
}

/// Findings that leave out what an artifact is.
const BLIND: [Meta; 12] = [
    structure::ENCODING,
    structure::SYNTAX,
    structure::MERGE_CONFLICT,
    structure::YAML_FEATURE,
    structure::TOO_LARGE,
    structure::DUPLICATE_KEY,
    structure::UNKNOWN_KEY,
    structure::NOT_YET,
    structure::WRONG_TYPE,
    structure::INVALID_VALUE,
    structure::VERSION,
    structure::INCLUDE,
];

/// What the lock file and the inventory of a lab refer to; none where neither of them is there any more.
///
/// # Errors
/// Where one of them is there and cannot be read or understood, in words: nobody knows then what the lab needs.
pub fn of(inventory: &Path) -> Result<Option<Needs>, String> {
    let lock = locked(&folder_of(inventory).join(FILE_NAME))?;
    let named = named(inventory)?;
    if lock.is_none() && named.is_none() {
        return Ok(None);
    }
    let mut needs = Needs::default();
    let locked = lock.map(|lock| lock.artifacts).unwrap_or_default();
    for (name, built) in locked.iter().filter_map(|(name, locked)| Some((name, locked.built.as_ref()?))) {
        needs.builds.entry(folder_name(&built.source, &built.target, &built.with)).or_default().push(name.to_string());
    }
    let locked = locked.into_iter().map(|(name, locked)| (locked.sha256, name.to_string()));
    for (digest, name) in locked.chain(named.into_iter().flatten()) {
        let names = needs.contents.entry(digest).or_default();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(Some(needs))
}

type Named = Vec<(Sha256, String)>;

fn locked(path: &Path) -> Result<Option<Lockfile>, String> {
    let bytes = match read_regular(path, limits::TEXT as u64) {
        Ok(bytes) => bytes,
        Err(error) if is_gone(&error) => return Ok(None),
        Err(error) => return Err(format!("reading `{}`: {error}", path.display())),
    };
    pxectl_inventory::lock::read(&bytes).ok_or_else(|| format!("`{}` is no sound lock file", path.display())).map(Some)
}

fn named(inventory: &Path) -> Result<Option<Named>, String> {
    match std::fs::metadata(inventory) {
        Err(error) if is_gone(&error) => return Ok(None),
        Err(error) => return Err(format!("reading `{}`: {error}", inventory.display())),
        Ok(_) => {}
    }
    let found = lab::read(inventory).map_err(|failure| failure.text().trim_start_matches("error: ").trim_end().to_owned())?;
    let blind = |d: &&Diagnostic| d.severity == Severity::Error && BLIND.iter().any(|meta| meta.id == d.rule);
    if let Some(why) = found.reading.diagnostics.iter().find(blind) {
        return Err(format!("`{}` cannot be read to its end ({})", inventory.display(), why.rule.0));
    }
    let artifacts = found.reading.draft.artifacts.iter();
    Ok(Some(artifacts.filter_map(|a| Some((a.sha256.as_ref()?.value, a.name.value.to_string()))).collect()))
}

fn is_gone(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}
