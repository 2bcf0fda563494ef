//! Fetching into the store: mirrors in order, resumed where a try ended, hashed as it arrives, believed only where it matches.
//!
//! A content has its name in the store when all of it is there, verified and on disk; until then it is a file under `partial/`,
//! with a record beside it of what server and which version it came from. One process at a time fetches one content (flock(2)).

mod answer;
mod auth;
mod before;
mod breaks;
mod client;
mod error;
mod judged;
mod lanes;
mod limits;
mod local;
mod papers;
mod partial;
mod pieces;
mod pour;
mod probe;
pub(crate) mod publish;
mod record;
mod refusal;
mod remote;
mod retry;
pub(crate) mod room;
mod sink;
mod small;

use pxectl_model::digest::{Digest, Sha256, Sha512};
use pxectl_model::lock::Version;
use pxectl_model::url::{Scheme, Url};

use crate::hash::{hash_file, now_and_then};
use crate::images::Store;

pub use auth::{Auth, Proof};
pub use client::Client;
pub use error::{FetchError, Tried};
pub use limits::Limits;
pub use papers::{Evidence, PaperFault, Papers, Query, Remedy};
use partial::Partial;
pub use probe::{Offer, probe};
pub use room::free;
use sink::Sums;
pub use small::{Brought, Small, read};

/// What is to be fetched.
#[derive(Debug, Clone)]
pub struct Want {
    /// What it is called in reports.
    pub name: String,
    /// Where from, the first to be tried first.
    pub urls: Vec<Url>,
    /// What it must hash to, where somebody said it.
    pub sha256: Option<Sha256>,
    /// The same by the longer digest.
    pub sha512: Option<Sha512>,
    /// How many bytes it has, where somebody said it.
    pub size: Option<u64>,
    /// What one of the servers wants to see.
    pub auth: Option<Auth>,
    /// A content that may be it, where only its SHA-512 is known: what was locked before.
    pub maybe: Option<Sha256>,
    /// Whether it is an archive, and what is taken out of it will be held against a digest.
    pub checked_inside: bool,
}

impl Want {
    /// Whether anything could tell wrong bytes from the right ones.
    fn pinned(&self) -> bool {
        self.sha256.is_some() || self.sha512.is_some() || self.checked_inside
    }

    /// The first digest that sums contradict: what was expected and what was found.
    fn contradicted(&self, sums: &Sums) -> Option<(Digest, Digest)> {
        let short = self.sha256.filter(|pin| *pin != sums.sha256).map(|pin| (Digest::Sha256(pin), Digest::Sha256(sums.sha256)));
        let wide = self.sha512.zip(sums.sha512).filter(|(pin, found)| pin != found);
        short.or_else(|| wide.map(|(pin, found)| (Digest::Sha512(pin), Digest::Sha512(found))))
    }
}

/// What was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Got {
    /// Of its content; it lies under it.
    pub sha256: Sha256,
    /// The same, where it was asked for.
    pub sha512: Option<Sha512>,
    /// Bytes.
    pub size: u64,
    /// Where it came from; none where it was in the store already.
    pub from: Option<Url>,
    /// Of which version it is, where its server said that.
    pub version: Version,
}

/// What happens to one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Another process fetches the same; it is waited for.
    Waiting,
    /// So many bytes of it are here, of so many where that is known.
    Bytes {
        /// Bytes that are here.
        have: u64,
        /// Bytes of all.
        total: Option<u64>,
    },
    /// Something that a person should know: a mirror that failed, a try that is repeated.
    Note(String),
}

/// Whoever wants to know what happens. It is called often, from any thread, and must not block for long.
pub trait Watch: Send + Sync {
    /// Something happened to the content of this name.
    fn step(&self, name: &str, step: Step);
}

/// What a fetch of one content works with.
struct Job<'j> {
    store: &'j Store,
    client: &'j Client,
    want: &'j Want,
    watch: &'j std::sync::Arc<dyn Watch>,
}

impl Job<'_> {
    fn step(&self, step: Step) {
        self.watch.step(&self.want.name, step);
    }

    fn note(&self, text: impl Into<String>) {
        self.step(Step::Note(text.into()));
    }

    fn stored(&self) -> Option<Got> {
        stored(self.store, self.want)
    }

    /// What is in the store already, where it must fit a SHA-512: hashing it is less than fetching it once more.
    async fn stored_wide(&self) -> Option<Got> {
        let (sha256, wide) = (self.want.sha256.or(self.want.maybe)?, self.want.sha512?);
        let size = self.store.size(&sha256).filter(|size| self.want.size.is_none_or(|known| known == *size))?;
        let (path, watch, name) = (self.store.file(&sha256), self.watch.clone(), self.want.name.clone());
        let moved = move |have| watch.step(&name, Step::Bytes { have, total: Some(size) });
        let hashed = partial::blocking(move || hash_file(&path, true, &mut now_and_then(size, moved))).await.ok()?;
        let same = hashed.sha256 == sha256 && hashed.sha512 == Some(wide);
        same.then(|| Got { sha256, sha512: Some(wide), size, from: None, version: Version::default() })
    }
}

/// What is in the store already, if that is it: nobody need be asked for it.
pub fn stored(store: &Store, want: &Want) -> Option<Got> {
    let sha256 = want.sha256?;
    let size = store.size(&sha256)?;
    // A file that is shorter than it was is no evidence any more.
    let whole = want.size.is_none_or(|known| known == size);
    (whole && want.sha512.is_none()).then_some(Got { sha256, sha512: None, size, from: None, version: Version::default() })
}

/// Fetches one content into the store, unless it is there.
///
/// # Errors
/// Where no mirror gave what was wanted, where there is no room, where the store cannot be written.
pub async fn fetch(store: &Store, client: &Client, want: &Want, watch: &std::sync::Arc<dyn Watch>) -> Result<Got, FetchError> {
    // On the way anybody could change them, and nothing would tell.
    let is_plain = |url: &&Url| !want.pinned() && url.scheme() == Scheme::Http;
    let plain = want.urls.iter().filter(is_plain).map(|url| Tried::new(url, "it is plain http, and no digest is known"));
    let urls: Vec<&Url> = want.urls.iter().filter(|url| !is_plain(url)).collect();
    from_mirrors(&Job { store, client, want, watch }, &urls, plain.collect()).await
}

async fn from_mirrors(job: &Job<'_>, urls: &[&Url], mut tried: Vec<Tried>) -> Result<Got, FetchError> {
    if let Some(got) = job.stored() {
        return Ok(got);
    }
    if let Some(got) = job.stored_wide().await {
        return Ok(got);
    }
    let (mut partial, waited) = Partial::open(job.store, job.want, job.watch).await?;
    // Whoever was waited for may have fetched it.
    if let Some(got) = job.stored().or_else(|| if waited { partial.fetched(job.store) } else { None }) {
        return Ok(got);
    }
    if let Some(got) = before::still(job, urls, &partial).await {
        return Ok(got);
    }
    partial.forget_fetched()?;
    for (n, url) in urls.iter().enumerate() {
        match job.from(url, &mut partial).await {
            Ok(got) => return Ok(got),
            Err(Stop::Next(failed)) => {
                if n + 1 < urls.len() {
                    job.note(format!("{failed}; trying the next mirror"));
                }
                tried.push(failed);
            }
            Err(Stop::All(error)) => return Err(error),
        }
    }
    Err(FetchError::NoMirror { tried })
}

/// Why a mirror gave nothing.
enum Stop {
    /// It is this mirror's fault: the next may do better.
    Next(Tried),
    /// No mirror can help.
    All(FetchError),
}

impl From<FetchError> for Stop {
    fn from(error: FetchError) -> Self {
        Self::All(error)
    }
}

impl Job<'_> {
    /// Fetches from one mirror. A content that does not match is fetched a second time where it was put together from several tries.
    async fn from(&self, url: &Url, partial: &mut Partial) -> Result<Got, Stop> {
        loop {
            match url.file() {
                Some(path) => local::copy(self, url, &path, partial).await?,
                None => remote::load(self, url, partial).await?,
            }
            let sums = partial.sums();
            let Some((expected, found)) = self.want.contradicted(&sums) else {
                let version = partial.version(url).map(|record| Version::of(record.etag.as_deref(), record.modified.as_deref()));
                let (from, version) = (Some(url.clone()), version.unwrap_or_default());
                let got = Got { sha256: sums.sha256, sha512: sums.sha512, size: partial.len(), from, version };
                self.judged(url, partial).await?;
                publish::publish(self.store, partial, &got).await?;
                return Ok(got);
            };
            let pieced = partial.pieced();
            let page = partial.is_page();
            partial.restart()?;
            if !pieced {
                return Err(Stop::Next(Tried::mismatch(url, expected, found, page)));
            }
            partial.never_split();
            self.note(format!("what came in pieces from {url} does not fit together; fetching it anew"));
        }
    }
}

#[cfg(test)]
mod tests;
