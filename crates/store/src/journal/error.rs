//! What keeps the journal from being used.

use std::io;
use std::path::PathBuf;

/// Why the journal could not be used. Whoever gets this knows nothing of who was installed.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The folder could not be made.
    #[error("making the state folder `{}`", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file could not be opened.
    #[error("opening the journal `{}`", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file could not be locked, read or written.
    #[error("{operation} the journal `{}`", path.display())]
    Use {
        /// What was tried.
        operation: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A whole line that is no entry of this version.
    #[error("line {line} of the journal `{}` is damaged, or was written by a newer pxectl; it may say that a machine was installed", path.display())]
    NotUnderstood {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// The file is not what it was.
    #[error("the journal `{}` was removed, replaced or shortened while it was in use; restart pxectl to use what is there now", path.display())]
    Replaced {
        /// The file.
        path: PathBuf,
    },
}
