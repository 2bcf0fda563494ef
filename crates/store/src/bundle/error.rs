//! Why a bundle was not written, or not taken.

use std::io;
use std::path::{Path, PathBuf};

/// A bundle was not written, or not taken.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It is no bundle, or a damaged or hostile one.
    #[error("it is no sound bundle: {0}")]
    Bad(String),
    /// It ends before its last byte.
    #[error("it ends in the middle of `{0}`: it was not copied to its end")]
    Short(String),
    /// A member is not what the manifest says.
    #[error("`{path}` does not match its sha256: expected {expected}, found {found}")]
    Mismatch {
        /// Which member.
        path: String,
        /// As the manifest has it.
        expected: String,
        /// As the bytes are.
        found: String,
    },
    /// Whoever takes it does not want it, in words.
    #[error("{0}")]
    Refused(String),
    /// The file system is too full.
    #[error("there is no room for it: {need} bytes are to come, and `{}` has {free} left", .folder.display())]
    NoRoom {
        /// Bytes that are to come.
        need: u64,
        /// Bytes that are free.
        free: u64,
        /// Where.
        folder: PathBuf,
    },
    /// The system's trouble.
    #[error("{operation} `{}`", .path.display())]
    Io {
        /// What was being done.
        operation: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The bundle itself could not be read or written.
    #[error("{0}")]
    Stream(io::Error),
}

impl BundleError {
    /// For `map_err`.
    pub fn io(operation: &'static str, path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { operation, path: path.clone(), source }
    }

    /// Whether the bundle is at fault, and not this host.
    pub fn is_mismatch(&self) -> bool {
        matches!(self, Self::Bad(_) | Self::Short(_) | Self::Mismatch { .. } | Self::Refused(_))
    }
}
