//! Things that machines fetch.

use std::path::PathBuf;
use std::sync::Arc;

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
    /// In the store, once they were built here: the lock file has the recipe, and nobody else's builder gives these very bytes.
    Built,
}

impl ArtifactPlace {
    /// The file of the serving host, where it is one.
    pub fn path(&self) -> Option<&Sourced<PathBuf>> {
        match self {
            Self::Path(path) => Some(path),
            Self::Urls(_) | Self::Built => None,
        }
    }
}

/// A file in an archive: names with `/` between them, as the archive has them. Copies share the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member(Arc<str>);

/// Longest path in an archive, bytes.
const MEMBER_MOST: usize = 255;

/// A text that names no file in an archive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a file in an archive is named by its path there, without `.` and `..`, at most 255 printable ASCII characters without quotes"
)]
pub struct BadMember;

impl Member {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Member {
    type Err = BadMember;

    fn from_str(text: &str) -> Result<Self, BadMember> {
        let fits =
            text.len() <= MEMBER_MOST && text.bytes().all(|b| (b.is_ascii_graphic() || b == b' ') && !matches!(b, b'"' | b'\\'));
        let named = text.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if fits && named { Ok(Self(text.into())) } else { Err(BadMember) }
    }
}
