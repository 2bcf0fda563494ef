//! Things that machines fetch.

use std::path::PathBuf;

use crate::digest::Sha256;
use crate::name::Name;
use crate::source::Sourced;

/// A file that machines fetch, by name.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// Its name, and its place in URLs.
    pub name: Sourced<Name>,
    /// Where it lies; relative to the folder of the inventory file that names it, and joined with it already.
    pub path: Sourced<PathBuf>,
    /// What its content must hash to.
    pub sha256: Option<Sourced<Sha256>>,
}
