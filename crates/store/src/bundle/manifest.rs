//! The manifest: `"schema": "pxectl.bundle/1"`. Pure.

use std::collections::BTreeSet;

use pxectl_model::digest::{Hasher, Sha256};
use serde::{Deserialize, Serialize};

use super::{BundleError, MANIFEST_MOST, MEMBERS_MOST};

/// What the manifest is called in the tar file.
pub const MANIFEST: &str = "pxectl-bundle.json";
/// The folder of the lab's files in the tar file, with its slash.
pub const LAB: &str = "lab/";
/// The folder of the store's, with its slash.
const STORE: &str = "store/sha256/";
const SCHEMA: &str = "pxectl.bundle/1";
/// Longest path: what a header of the format holds in name and prefix, if there is a slash to split it at.
const PATH_MOST: usize = 240;

/// What a bundle holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The main file of the inventory: a name in the lab's folder.
    pub inventory: String,
    /// In the order in which they follow: the lab's files, then the store's.
    pub members: Vec<Member>,
}

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its path in the tar file.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Of its content.
    pub sha256: Sha256,
}

/// Where a member belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'m> {
    /// Below the lab's folder, under this path; it has plain names, and `/` between them.
    Lab(&'m str),
    /// Into the store.
    Store,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    schema: String,
    inventory: String,
    files: Vec<WireFile>,
}

#[derive(Serialize, Deserialize)]
struct WireFile {
    path: String,
    size: u64,
    sha256: String,
}

impl Member {
    /// A file of the lab.
    pub fn lab(path: &str, size: u64, sha256: Sha256) -> Self {
        Self { path: format!("{LAB}{path}"), size, sha256 }
    }

    /// A content of the store.
    pub fn stored(sha256: Sha256, size: u64) -> Self {
        Self { path: stored(&sha256), size, sha256 }
    }

    /// Where it belongs.
    pub fn place(&self) -> Place<'_> {
        self.path.strip_prefix(LAB).map_or(Place::Store, Place::Lab)
    }
}

fn stored(sha256: &Sha256) -> String {
    let name = sha256.to_string();
    format!("{STORE}{}/{name}", &name[..2])
}

impl Manifest {
    /// As it stands in the bundle: the same manifest gives the same bytes.
    ///
    /// # Errors
    /// Where it could not be read again: a path that no bundle can hold, or too much of it.
    pub fn write(&self) -> Result<Vec<u8>, BundleError> {
        let file = |m: &Member| WireFile { path: m.path.clone(), size: m.size, sha256: m.sha256.to_string() };
        let (schema, inventory) = (SCHEMA.to_owned(), self.inventory.clone());
        let wire = Wire { schema, inventory, files: self.members.iter().map(file).collect() };
        let mut bytes = serde_json::to_vec_pretty(&wire).map_err(|error| BundleError::Bad(error.to_string()))?;
        bytes.push(b'\n');
        Self::read(&bytes).map(|_| bytes)
    }

    /// Reads one, and holds it against everything that a bundle promises.
    ///
    /// # Errors
    /// Where it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, BundleError> {
        let bad = |why: String| BundleError::Bad(why);
        if bytes.len() as u64 > MANIFEST_MOST {
            return Err(bad(format!("its manifest is longer than {MANIFEST_MOST} bytes")));
        }
        let wire: Wire = serde_json::from_slice(bytes).map_err(|error| bad(format!("its manifest cannot be read: {error}")))?;
        if wire.schema != SCHEMA {
            return Err(bad(format!("this program reads {SCHEMA}, not {:?}", wire.schema)));
        }
        if wire.files.len() > MEMBERS_MOST {
            return Err(bad(format!("it has more than {MEMBERS_MOST} files")));
        }
        let mut members = Vec::with_capacity(wire.files.len());
        for file in wire.files {
            let sha256 = file.sha256.parse().map_err(|why| bad(format!("{:?}: {why}", file.path)))?;
            members.push(Member { path: file.path, size: file.size, sha256 });
        }
        let manifest = Self { inventory: wire.inventory, members };
        manifest.check().map_err(bad)?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), String> {
        let (mut seen, mut folders, mut in_store) = (BTreeSet::new(), BTreeSet::new(), false);
        for member in &self.members {
            let path = member.path.as_str();
            match member.place() {
                Place::Lab(name) => {
                    if in_store {
                        return Err(format!("{path:?} comes after files of the store"));
                    }
                    plain(name).map_err(|why| format!("{path:?} {why}"))?;
                }
                Place::Store => {
                    in_store = true;
                    if path != stored(&member.sha256) {
                        return Err(format!("{path:?} is neither of the lab nor of the store"));
                    }
                }
            }
            // On some systems these would be one file.
            if !seen.insert(path.to_lowercase()) {
                return Err(format!("{path:?} is in it twice"));
            }
            let lower = path.to_lowercase();
            folders.extend(lower.match_indices('/').map(|(at, _)| lower[..at].to_owned()));
        }
        if let Some(both) = seen.intersection(&folders).next() {
            return Err(format!("{both:?} is a file and a folder"));
        }
        let total = self.members.iter().try_fold(0_u64, |sum, member| sum.checked_add(member.size));
        if total.is_none_or(|total| total > i64::MAX as u64) {
            return Err("it claims more bytes than there can be".to_owned());
        }
        let main = format!("{LAB}{}", self.inventory);
        if self.inventory.contains('/') || !self.members.iter().any(|member| member.path == main) {
            return Err(format!("its inventory {:?} is not in it", self.inventory));
        }
        Ok(())
    }

    /// How long the tar file is: each member with its header, in blocks of 512 bytes, and two blocks at the end.
    pub fn tar_len(&self, manifest: u64) -> u64 {
        let member = |size: u64| 512_u64.saturating_add(size.div_ceil(512).saturating_mul(512));
        let sizes = self.members.iter().map(|one| one.size).chain([manifest]);
        sizes.map(member).fold(1024, u64::saturating_add)
    }

    /// What tells this bundle from every other: the digest of its manifest, which has those of all its files.
    pub fn identity(bytes: &[u8]) -> Sha256 {
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        hasher.finish()
    }
}

/// Whether a path stays where it belongs, on every system, and puts nothing into the hands of git or of the journal.
fn plain(path: &str) -> Result<(), &'static str> {
    if path.len() > PATH_MOST {
        return Err("is too long a path for a bundle");
    }
    for name in path.split('/') {
        match name {
            "" | "." | ".." => return Err("is no plain path below the lab's folder"),
            _ if name.chars().any(|c| c.is_control() || matches!(c, '\\' | ':')) => {
                return Err("has a name with a control character, a colon or a backslash");
            }
            _ if [".git", ".pxectl"].iter().any(|own| name.to_lowercase().starts_with(own)) => {
                return Err("is a file of git, or of pxectl's own");
            }
            _ => {}
        }
    }
    Ok(())
}
