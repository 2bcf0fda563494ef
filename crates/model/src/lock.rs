//! The lock file: what each artifact was when it was fetched, to the byte.

use std::collections::BTreeMap;

use crate::artifact::Member;
use crate::digest::{Sha256, Sha512};
use crate::fingerprint::Fingerprint;
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
    /// The file that it is in the archive that came from there.
    pub member: Option<Member>,
    /// Bytes.
    pub size: u64,
    /// Of its content.
    pub sha256: Sha256,
    /// The same, where the inventory asks for it.
    pub sha512: Option<Sha512>,
    /// Why its content was believed.
    pub trust: Trust,
    /// The key that signed the digest, where its content was believed for that.
    pub key: Option<Fingerprint>,
    /// Of which version it was, where its server said that.
    pub version: Version,
    /// When it was fetched, or built.
    pub fetched: Utc,
    /// How it was built, where it was.
    pub built: Option<Built>,
}

/// How iPXE was built: whoever builds by the same recipe need not build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// What `make` was asked for.
    pub target: String,
    /// The release archive, or the names and contents of all files of the source folder.
    pub source: Sha256,
    /// The commit that the source says it is.
    pub commit: Option<String>,
    /// The switches, by their names here, sorted.
    pub with: Vec<String>,
    /// Of the script that is compiled in.
    pub script: Sha256,
    /// Of the certificates that are trusted.
    pub trust: Option<Sha256>,
    /// The compiler, by what it calls itself.
    pub compiler: String,
}

/// How a server names the version of a file, to know it again. Servers of one name may differ in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Version {
    /// A strong entity tag (RFC 9110, 8.8.3), without its quotes.
    pub etag: Option<String>,
    /// When it was changed (Last-Modified, RFC 9110, 8.8.2), as the server writes it.
    pub modified: Option<String>,
}

impl Version {
    /// By the two headers. A weak tag may be of other bytes, and what is long or not of plain characters is left out.
    pub fn of(etag: Option<&str>, modified: Option<&str>) -> Self {
        let etag = etag.and_then(|etag| etag.strip_prefix('"')?.strip_suffix('"'));
        let kept = |text: Option<&str>| text.filter(|text| Self::is_plain(text)).map(str::to_owned);
        Self { etag: kept(etag), modified: kept(modified) }
    }

    /// Whether a text is one that the lock file holds: visible ASCII and blanks, no quote, no backslash, 200 at most.
    pub fn is_plain(text: &str) -> bool {
        let plain = |byte: u8| (byte.is_ascii_graphic() || byte == b' ') && !matches!(byte, b'"' | b'\\');
        (1..=200).contains(&text.len()) && text.bytes().all(plain)
    }
}

/// Why a content was believed to be the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trust {
    /// The inventory says what it must hash to.
    Inventory,
    /// The publisher's checksum file says it, and was signed by the key that the inventory names.
    Signed,
    /// The publisher's checksum file says it, and nobody signed that.
    Checksums,
    /// Nobody said what it must hash to, so what came first was believed.
    FirstUse,
    /// It is a publisher's release, of which this program knows what it must hash to.
    Release,
    /// It was built here.
    Built,
}

impl Trust {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Inventory, Self::Signed, Self::Checksums, Self::FirstUse, Self::Release, Self::Built];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Signed => "signed",
            Self::Checksums => "checksums",
            Self::FirstUse => "first-use",
            Self::Release => "release",
            Self::Built => "built",
        }
    }
}

impl std::str::FromStr for Trust {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|trust| trust.as_str() == text).ok_or(())
    }
}
