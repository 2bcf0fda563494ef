//! What lies beside a half content: of what server and which version its bytes are. `"schema": "pxectl.partial/1"`.

use std::path::Path;

use pxectl_model::lock::Version;
use serde::{Deserialize, Serialize};

use super::Got;
use crate::regular::read_regular;

const SCHEMA: &str = "pxectl.partial/1";
/// Longest record that is read; ours are far shorter.
const MOST: u64 = 64 * 1024;

/// The record of a half content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    schema: String,
    pub url: String,
    /// The version, as the server names it (RFC 9110, 8.8.3), in quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// When that version was made, as the server says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// Bytes of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// The run of the system in which it was written: after a power cut the file may hold what was never sent.
    pub boot: String,
}

impl Record {
    pub fn new(url: &str, etag: Option<String>, modified: Option<String>, total: Option<u64>) -> Self {
        Self { schema: SCHEMA.to_owned(), url: url.to_owned(), etag, modified, total, boot: boot() }
    }

    /// The record in a file, if it is one.
    pub fn read(path: &Path) -> Option<Self> {
        let bytes = read_regular(path, MOST).ok()?;
        serde_json::from_slice(&bytes).ok().filter(|record: &Self| record.schema == SCHEMA)
    }

    /// What makes a range of another version fail (If-Range, RFC 9110, 13.1.5): a weak tag may be of other bytes.
    pub fn validator(&self) -> Option<&str> {
        self.strong_tag().or(self.modified.as_deref())
    }

    pub fn strong_tag(&self) -> Option<&str> {
        self.etag.as_deref().filter(|tag| tag.starts_with('"'))
    }

    /// Whether its bytes are believable without a digest: still of this run of the system, and of a version that has a name.
    pub fn believable(&self) -> bool {
        self.boot == boot() && !self.boot.is_empty() && self.validator().is_some()
    }
}

/// What was fetched without a digest: for somebody who waited, and for a later run. `"schema": "pxectl.fetched/1"`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Fetched {
    schema: String,
    pub url: String,
    pub sha256: String,
    pub size: u64,
    /// The version, without quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
}

impl Fetched {
    const SCHEMA: &str = "pxectl.fetched/1";

    pub fn new(got: &Got) -> Self {
        Self {
            schema: Self::SCHEMA.to_owned(),
            url: got.from.as_ref().map(ToString::to_string).unwrap_or_default(),
            sha256: got.sha256.to_string(),
            size: got.size,
            etag: got.version.etag.clone(),
            modified: got.version.modified.clone(),
        }
    }

    /// The same; none where it makes no sense.
    pub fn got(self) -> Option<Got> {
        let tag = self.etag.map(|tag| format!("\"{tag}\""));
        let version = Version::of(tag.as_deref(), self.modified.as_deref());
        Some(Got { sha256: self.sha256.parse().ok()?, sha512: None, size: self.size, from: self.url.parse().ok(), version })
    }

    pub fn read(path: &Path) -> Option<Self> {
        let bytes = read_regular(path, MOST).ok()?;
        serde_json::from_slice(&bytes).ok().filter(|record: &Self| record.schema == Self::SCHEMA)
    }
}

/// The system's run, as Linux names it; empty where nobody does.
fn boot() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|id| id.trim().to_owned()).unwrap_or_default()
}
