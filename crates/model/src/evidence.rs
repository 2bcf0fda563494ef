//! Whom a lab believes about what an artifact must hash to: a publisher's checksum file, and the key that signed it.

use std::path::PathBuf;

use crate::fingerprint::Fingerprint;
use crate::source::Sourced;
use crate::url::{Scheme, Url};

/// Where a file that vouches for others is.
#[derive(Debug, Clone)]
pub enum FilePlace {
    /// On this host; relative to the folder of the inventory file that names it, and joined with it already.
    Path(Sourced<PathBuf>),
    /// At one of these: at least one, the first to be tried first.
    Urls(Vec<Sourced<Url>>),
}

/// A checksum file that says what an artifact must hash to.
#[derive(Debug, Clone)]
pub struct Checksums {
    /// Where it is.
    pub place: FilePlace,
    /// What the artifact is called in it; none: as its URL says.
    pub name: Option<Sourced<String>>,
    /// Why it is believed.
    pub proof: Proof,
}

/// Why a checksum file is believed.
#[derive(Debug, Clone)]
pub enum Proof {
    /// By where it comes from alone.
    Unsigned,
    /// Somebody signed it.
    Signed(Signing),
    /// It is listed in another file that somebody signed.
    Listed(Box<Release>),
}

/// Who signed a file.
#[derive(Debug, Clone)]
pub struct Signing {
    /// Where the detached signature is, the first to be tried first; none where the file is signed in itself (clearsigned).
    pub signature: Vec<Sourced<Url>>,
    /// The key.
    pub key: Key,
}

/// A key: known by its fingerprint alone, wherever it comes from.
#[derive(Debug, Clone)]
pub struct Key {
    /// Of the primary key.
    pub fingerprint: Sourced<Fingerprint>,
    /// Where it is.
    pub place: FilePlace,
}

/// A signed file that lists the digests of others, as the Release file of a Debian archive does.
#[derive(Debug, Clone)]
pub struct Release {
    /// Where it is.
    pub place: FilePlace,
    /// What the checksum file is called in it; none: as its URL says.
    pub name: Option<Sourced<String>>,
    /// Who signed it.
    pub signing: Signing,
}

impl Checksums {
    /// Who vouches for it in the end; none where nobody signed anything.
    pub fn signing(&self) -> Option<&Signing> {
        match &self.proof {
            Proof::Unsigned => None,
            Proof::Signed(signing) => Some(signing),
            Proof::Listed(release) => Some(&release.signing),
        }
    }

    /// Whether anybody on the way could have written it: nobody signed it, and it comes over plain http alone.
    pub fn is_plain(&self) -> bool {
        let plain = |urls: &[Sourced<Url>]| urls.iter().all(|url| url.value.scheme() == Scheme::Http);
        self.signing().is_none() && matches!(&self.place, FilePlace::Urls(urls) if plain(urls))
    }
}
