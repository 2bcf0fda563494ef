//! Why a checksum file says nothing of a file.

/// Why a checksum file says nothing of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// More than is read.
    #[error("it has more than {most} bytes, and no checksum file is that long")]
    TooLarge {
        /// Bytes that are read.
        most: usize,
    },
    /// An HTML page.
    #[error("it is an HTML page, not a checksum file")]
    Page,
    /// Not a digest in it.
    #[error("there is no checksum in it that is known here")]
    Nothing,
    /// It contradicts itself.
    #[error("it has two digests for `{name}`, so that it proves none")]
    Two {
        /// Which file.
        name: String,
    },
    /// Broken JSON.
    #[error("it begins as JSON does, and is none: {0}")]
    Json(String),
    /// A clearsigned text that is not put together as one.
    #[error("it is not a sound clearsigned text: {0}")]
    Clearsigned(&'static str),
    /// Nothing about this file.
    #[error(
        "it does not list `{name}`{}; where it has it under another name, say so with `name`",
        .close.as_ref().map(|close| format!(", but `{close}`")).unwrap_or_default()
    )]
    Absent {
        /// What was looked for.
        name: String,
        /// A name in it that ends alike.
        close: Option<String>,
    },
    /// Several that could be meant.
    #[error("it lists several files that could be `{name}`: {}; say which with `name`", .several.join(", "))]
    Ambiguous {
        /// What was looked for.
        name: String,
        /// Some of the names.
        several: Vec<String>,
    },
    /// Only digests that prove nothing.
    #[error(
        "it has only {algorithm} for `{name}`, which is no evidence: name a checksum file with SHA-256 or SHA-512, or give the sha256 in the inventory"
    )]
    Weak {
        /// Of which file.
        name: String,
        /// Its name, as people write it.
        algorithm: &'static str,
    },
    /// A list by name in the place of a file with one digest and no name.
    #[error("it holds a single digest without a name, so that `name` cannot be found in it: leave `name` out")]
    Nameless,
    /// It says until when it holds.
    #[error("it was valid until {0} and is not any more: the mirror is stale, or somebody shows an old one")]
    Outdated(String),
    /// A date that cannot be read.
    #[error("it says until when it is valid, and that cannot be read")]
    Date,
}

impl Fault {
    /// Whether the text says what to do.
    pub fn is_told(&self) -> bool {
        matches!(self, Self::Absent { .. } | Self::Ambiguous { .. } | Self::Nameless | Self::Weak { .. })
    }
}
