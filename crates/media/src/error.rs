//! Why an image cannot be read.

use std::io;

/// What is wrong with an image, or with what was asked of it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file itself.
    #[error("reading {len} bytes at byte {at}")]
    Read {
        /// First byte.
        at: u64,
        /// How many.
        len: u64,
        /// The system's word.
        source: io::Error,
    },
    /// Nothing where each install image says what it is.
    #[error("it is no install image: neither ISO 9660 nor UDF begins at byte 32768")]
    NotImage,
    /// Another file, where a WIM was wanted.
    #[error("it is no WIM: it does not begin as one")]
    NotWim,
    /// Whoever wrote a WIM did not finish.
    #[error("the WIM is marked as still being written: whoever wrote it did not finish")]
    InProgress,
    /// Something is said to lie where the image has ended.
    #[error("{what} should lie at byte {at} and take {len} bytes, but the image ends at byte {end}: was it downloaded whole?")]
    Beyond {
        /// What.
        what: &'static str,
        /// First byte.
        at: u64,
        /// How many.
        len: u64,
        /// The image's length.
        end: u64,
    },
    /// Numbers that cannot be.
    #[error("the image is damaged: {0}")]
    Damaged(&'static str),
    /// A way to store files that is not read.
    #[error("it is stored in a way that is not read here: {0}")]
    Unsupported(&'static str),
    /// A bound of [`crate::limits`].
    #[error("the image is refused: {0}, which no real one needs")]
    TooMuch(&'static str),
    /// There is nothing of this name.
    #[error("there is no `{0}` in the image")]
    Missing(String),
    /// A symlink on the way leads to where nothing is.
    #[error("`{0}` leads by a symlink to `{1}`, which is not in the image")]
    Dangling(String, String),
    /// A folder was wanted.
    #[error("`{0}` is no folder")]
    NotFolder(String),
    /// A file was wanted.
    #[error("`{0}` is no file")]
    NotFile(String),
    /// Symlinks that lead to each other.
    #[error("too many symlinks on the way to `{0}`")]
    Links(String),
}

/// Bytes of a name, as far as they are text; nothing in it moves a terminal's cursor.
pub(crate) fn text(name: &[u8]) -> String {
    let clean = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    String::from_utf8_lossy(name).chars().map(clean).collect()
}
