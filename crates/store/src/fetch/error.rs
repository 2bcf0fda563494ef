//! Why something could not be fetched.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use pxectl_model::digest::Digest;
use pxectl_model::url::Url;

use super::refusal::Refusal;
use super::room::is_full;

const MAKE_ROOM: &str =
    "make room there, or name another store with --store or PXECTL_STORE; what has arrived is kept and continued";

/// One content could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Each mirror failed.
    #[error("{}", list(.tried))]
    NoMirror {
        /// Each with its reason, in the order in which they were tried.
        tried: Vec<Tried>,
    },
    /// The file system is too full.
    #[error("there is no room for it: {}", room(*.need, *.free, .folder))]
    NoRoom {
        /// Bytes that are still to come, where that is known.
        need: Option<u64>,
        /// Bytes that are free.
        free: u64,
        /// The store.
        folder: PathBuf,
    },
    /// The store cannot be used.
    #[error("{operation} `{}`", .path.display())]
    Store {
        /// What was being done.
        operation: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The client cannot be built.
    #[error("setting up the HTTP client: {0}")]
    Client(String),
}

impl FetchError {
    /// Whether something came, and was not what it must be.
    pub fn is_mismatch(&self) -> bool {
        matches!(self, Self::NoMirror { tried } if tried.iter().any(|one| one.mismatch))
    }

    /// What to do about the first mirror of which that is known.
    pub(super) fn advice(&self) -> Option<&'static str> {
        match self {
            Self::NoMirror { tried } => tried.iter().find_map(|one| one.advice),
            _ => None,
        }
    }

    /// What to do, where there is something that a person may not know.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoMirror { .. } => self.advice().map(str::to_owned),
            Self::NoRoom { .. } => Some(MAKE_ROOM.to_owned()),
            Self::Store { source, .. } if is_full(source) => Some(MAKE_ROOM.to_owned()),
            Self::Store { path, source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Some(format!(
                    "run this as whoever owns the store, or let its group write there (docs/images.md, \"A store for several users\"), \
                     or name another one with --store or PXECTL_STORE; `{}` is in the way",
                    path.display()
                )),
                io::ErrorKind::CrossesDevices => Some(
                    "a store is on one file system: neither `partial` nor `sha256` in it may be a mount of its own".to_owned(),
                ),
                _ => None,
            },
            Self::Client(_) => None,
        }
    }
}

/// A mirror that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Which.
    pub url: Url,
    /// Why, for people.
    pub why: String,
    /// Whether its bytes were the wrong ones.
    pub mismatch: bool,
    /// What to do about it.
    pub advice: Option<&'static str>,
}

impl Tried {
    pub(super) fn new(url: &Url, why: impl Into<String>) -> Self {
        Self { url: url.clone(), why: why.into(), mismatch: false, advice: None }
    }

    pub(super) fn refused(url: &Url, refusal: Refusal) -> Self {
        Self { url: url.clone(), why: refusal.why, mismatch: false, advice: refusal.advice }
    }

    /// Its bytes cannot be what their name promises, whatever they hash to.
    pub(super) fn senseless(url: &Url, why: String) -> Self {
        let advice = Some("where it is right all the same, give its sha256 in the inventory: then that decides");
        Self { url: url.clone(), why, mismatch: true, advice }
    }

    pub(super) fn mismatch(url: &Url, expected: Digest, found: Digest, page: bool) -> Self {
        let what = if page { "what came is an HTML page; " } else { "" };
        let why = format!("{what}it does not match its {}: expected {expected}, found {found}", expected.algorithm());
        Self { url: url.clone(), why, mismatch: true, advice: None }
    }
}

impl std::fmt::Display for Tried {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.url, self.why)
    }
}

fn room(need: Option<u64>, free: u64, folder: &Path) -> String {
    let folder = folder.display();
    match need {
        Some(need) => format!("{need} bytes are to come, and `{folder}` has {free} left"),
        // What is free now is what did not suffice.
        None => format!("`{folder}` is full, and more is to come"),
    }
}

fn list(tried: &[Tried]) -> String {
    if let [one] = tried {
        return one.to_string();
    }
    tried.iter().fold("no mirror has it".to_owned(), |mut text, one| {
        let _ = write!(text, "\n  {one}");
        text
    })
}
