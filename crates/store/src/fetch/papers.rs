//! What a publisher says that an artifact must hash to: the checksum file fetched, its signature checked, its line found.

mod fault;
mod signed;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use pxectl_model::digest::{Hasher, Sha256, Sha512, WideHasher};
use pxectl_model::evidence::{Checksums, FilePlace, Proof};
use pxectl_model::fingerprint::Fingerprint;
use pxectl_model::source::Sourced;
use pxectl_model::url::{Scheme, Url};
use pxectl_model::utc::Utc;
use tokio::sync::OnceCell;

use super::auth::Auth;
use super::refusal::Refusal;
use super::small::{self, Small};
use super::{Client, Watch};
use crate::evidence::{Entry, LARGEST_LIST, Listing, clearsign, release};
use crate::regular::read_regular;
use fault::Trouble;
use fault::Why;
pub use fault::{PaperFault, Remedy};

/// Whose digest is asked for.
#[derive(Debug, Clone)]
pub struct Query {
    /// What the artifact is called in reports.
    pub name: String,
    /// Where it comes from; a checksum file knows it by the end of one of these.
    pub urls: Vec<Url>,
    /// The file of this host that it is, where it is one.
    pub path: Option<PathBuf>,
    /// What one of the servers wants to see.
    pub auth: Option<Auth>,
    /// Whom to ask.
    pub checksums: Checksums,
}

/// What its publisher says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What it must hash to; this, the longer digest, or both.
    pub sha256: Option<Sha256>,
    /// The longer digest.
    pub sha512: Option<Sha512>,
    /// The key that signed it; none where nobody did.
    pub key: Option<Fingerprint>,
    /// Whether the checksum file is one of the lab's own, as good as the inventory.
    pub own: bool,
}

impl Evidence {
    /// Whether somebody vouches whom the lab itself named: its word goes before what was locked.
    pub fn is_firm(&self) -> bool {
        self.key.is_some() || self.own
    }
}

type Cell = Arc<OnceCell<Result<Arc<Vec<u8>>, Refusal>>>;

/// Checksum files, signatures and keys of one run: each is fetched once, whoever asks for it, and none is kept.
pub struct Papers {
    client: Client,
    watch: Arc<dyn Watch>,
    now: Utc,
    loaded: Mutex<HashMap<Url, Cell>>,
}

impl Papers {
    /// For one run. `now` is held against the dates of keys and signatures.
    pub fn new(client: Client, watch: Arc<dyn Watch>, now: Utc) -> Self {
        Self { client, watch, now, loaded: Mutex::default() }
    }

    /// What the publisher says that an artifact must hash to.
    ///
    /// # Errors
    /// Where it cannot be had, or where it is not to be believed.
    pub async fn evidence(&self, query: &Query) -> Result<Evidence, PaperFault> {
        let checksums = &query.checksums;
        match &checksums.proof {
            Proof::Unsigned => self.unsigned(query).await,
            Proof::Signed(signing) => {
                let signed = self.signed(query, &checksums.place, signing, "checksum file", |listing| entry(query, listing));
                Ok(evidence(signed.await?, Some(signing.key.fingerprint.value)))
            }
            Proof::Listed(release) => {
                let key = release.signing.key.fingerprint.value;
                let listed = |listing: &Listing| {
                    release::judge_date(listing, self.now)?;
                    match &release.name {
                        Some(name) => listing.named(&name.value),
                        None => listing.of_urls(&places(&checksums.place)).or_else(|fault| match &checksums.place {
                            FilePlace::Path(path) => listing.of_path(&path.value.to_string_lossy()),
                            FilePlace::Urls(_) => Err(fault),
                        }),
                    }
                };
                let pinned = self.signed(query, &release.place, &release.signing, "release file", listed).await?;
                let found = self.first(query, &checksums.place, |bytes| {
                    if !matches(&pinned, bytes) {
                        return Err(Why::wrong("it is not the one that the signed release file lists"));
                    }
                    crate::evidence::read(bytes).and_then(|listing| entry(query, &listing)).map_err(Why::from)
                });
                Ok(evidence(found.await?, Some(key)))
            }
        }
    }

    async fn unsigned(&self, query: &Query) -> Result<Evidence, PaperFault> {
        let place = match &query.checksums.place {
            FilePlace::Urls(urls) => {
                let safe: Vec<_> = urls.iter().filter(|url| url.value.scheme() != Scheme::Http).cloned().collect();
                if safe.is_empty() {
                    let why = "the checksum file comes over plain http and nobody signed it, so that it proves nothing";
                    return Err(PaperFault::refused(why));
                }
                FilePlace::Urls(safe)
            }
            own => own.clone(),
        };
        let own = matches!(place, FilePlace::Path(_));
        let found = self.first(query, &place, |bytes| {
            crate::evidence::read(bytes).and_then(|listing| entry(query, &listing)).map_err(Why::from)
        });
        Ok(Evidence { own, ..evidence(found.await?, None) })
    }

    /// Of the first mirror that has it, and of which it can be used.
    async fn first<T>(&self, query: &Query, place: &FilePlace, judge: impl Fn(&[u8]) -> Result<T, Why>) -> Result<T, PaperFault> {
        let mut trouble = Trouble::new("checksum file");
        for source in sources(place) {
            match self.read(query, source, LARGEST_LIST).await {
                Err(tried) => trouble.absent(&source, tried),
                Ok(bytes) => match judge(&bytes) {
                    Ok(found) => return Ok(found),
                    Err(why) => trouble.refused(&source, why),
                },
            }
        }
        Err(trouble.into())
    }

    /// The bytes of a file; fetched once.
    async fn read(&self, query: &Query, source: Source<'_>, most: usize) -> Result<Arc<Vec<u8>>, Refusal> {
        let url = match source {
            Source::Path(path) => {
                let bytes = read_regular(&path.value, most as u64).map_err(|error| format!("{source}: {error}"))?;
                return if bytes.len() > most {
                    Err(format!("{source}: it is larger than {most} bytes").into())
                } else {
                    Ok(Arc::new(bytes))
                };
            }
            Source::Url(url) => &url.value,
        };
        let cell = self.loaded.lock().unwrap_or_else(PoisonError::into_inner).entry(url.clone()).or_default().clone();
        let small = Small { name: query.name.clone(), urls: vec![url.clone()], auth: query.auth.clone(), most: most as u64 };
        let load = || async {
            let brought = small::read(&self.client, &small, &self.watch).await;
            brought
                .map(|brought| Arc::new(brought.bytes))
                .map_err(|error| Refusal { why: error.to_string(), advice: error.advice() })
        };
        cell.get_or_init(load).await.clone()
    }
}

/// One place of a file.
#[derive(Clone, Copy)]
enum Source<'s> {
    Path(&'s Sourced<PathBuf>),
    Url(&'s Sourced<Url>),
}

impl std::fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path(path) => write!(f, "`{}`", path.value.display()),
            Self::Url(url) => url.value.fmt(f),
        }
    }
}

fn sources(place: &FilePlace) -> Vec<Source<'_>> {
    match place {
        FilePlace::Path(path) => vec![Source::Path(path)],
        FilePlace::Urls(urls) => urls.iter().map(Source::Url).collect(),
    }
}

fn places(place: &FilePlace) -> Vec<Url> {
    match place {
        FilePlace::Path(_) => Vec::new(),
        FilePlace::Urls(urls) => urls.iter().map(|url| url.value.clone()).collect(),
    }
}

/// What a list says of the artifact.
fn entry(query: &Query, listing: &Listing) -> Result<Entry, crate::evidence::Fault> {
    match (&query.checksums.name, &query.path) {
        (Some(name), _) => listing.named(&name.value),
        (None, Some(path)) => listing.of_path(&path.to_string_lossy()),
        (None, None) => listing.of_urls(&query.urls),
    }
}

fn evidence(entry: Entry, key: Option<Fingerprint>) -> Evidence {
    Evidence { sha256: entry.sha256, sha512: entry.sha512, key, own: false }
}

/// Whether bytes hash to each digest that is known of them.
fn matches(entry: &Entry, bytes: &[u8]) -> bool {
    let short = || {
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        hasher.finish()
    };
    let wide = || {
        let mut hasher = WideHasher::new();
        hasher.update(bytes);
        hasher.finish()
    };
    entry.sha256.is_none_or(|digest| digest == short()) && entry.sha512.is_none_or(|digest| digest == wide())
}

/// What of a file was signed: of a clearsigned one only its inside.
fn inside(bytes: &[u8]) -> Result<Option<clearsign::Clearsigned<'_>>, Why> {
    clearsign::split(bytes).map_err(Why::from)
}
