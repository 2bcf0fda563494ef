//! The lock file: what each artifact was when it was fetched, to the byte.

use std::collections::BTreeMap;

use crate::digest::{Sha256, Sha512};
use crate::name::Name;
use crate::url::Url;
use crate::utc::Utc;

/// What the lock file is called, beside its inventory.
pub const FILE_NAME: &str = "pxectl.lock";

/// A lock file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lockfile {
    /// By the name of the artifact.
    pub artifacts: BTreeMap<Name, Locked>,
}

/// What one artifact was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// Where it came from; none for a file of the inventory's `path`.
    pub url: Option<Url>,
    /// Bytes.
    pub size: u64,
    /// Of its content.
    pub sha256: Sha256,
    /// The same, where the inventory asks for it.
    pub sha512: Option<Sha512>,
    /// Why its content was believed.
    pub trust: Trust,
    /// When it was fetched.
    pub fetched: Utc,
}

/// Why a content was believed to be the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trust {
    /// The inventory says what it must hash to.
    Inventory,
    /// Nobody said what it must hash to, so what came first was believed.
    FirstUse,
}

impl Trust {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Inventory, Self::FirstUse];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::FirstUse => "first-use",
        }
    }
}

impl std::str::FromStr for Trust {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|trust| trust.as_str() == text).ok_or(())
    }
}
