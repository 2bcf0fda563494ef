//! Things that machines fetch.

use std::path::PathBuf;

use crate::digest::{Sha256, Sha512};
use crate::name::Name;
use crate::source::Sourced;
use crate::url::Url;

/// A file that machines fetch, by name.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// Its name, and its place in URLs.
    pub name: Sourced<Name>,
    /// Where its bytes are.
    pub place: ArtifactPlace,
    /// What its content must hash to: as the inventory says, else as the lock file does. What was fetched lies under it in the store.
    pub sha256: Option<Sourced<Sha256>>,
    /// The same, where the inventory says it.
    pub sha512: Option<Sourced<Sha512>>,
    /// Bytes, where the lock file says it.
    pub size: Option<u64>,
}

/// Where an artifact's bytes are.
#[derive(Debug, Clone)]
pub enum ArtifactPlace {
    /// In a file of the serving host; relative to the folder of the inventory file that names it, and joined with it already.
    Path(Sourced<PathBuf>),
    /// In the store, once they were fetched from one of these: at least one, the first to be tried first.
    Urls(Vec<Sourced<Url>>),
}

impl ArtifactPlace {
    /// The file of the serving host, where it is one.
    pub fn path(&self) -> Option<&Sourced<PathBuf>> {
        match self {
            Self::Path(path) => Some(path),
            Self::Urls(_) => None,
        }
    }
}
