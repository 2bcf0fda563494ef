//! Asking for all of them, several at once.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use pxectl_inventory::draft::{ArtifactDraft, Draft, Provided};
use pxectl_inventory::unnamed;
use pxectl_media::tarball::{self, TarError};
use pxectl_model::artifact::Member;
use pxectl_model::digest::{Digest, Hasher, Sha256};
use pxectl_model::lock::Locked;
use pxectl_model::name::Name;
use pxectl_model::url::Url;
use pxectl_model::utc::Utc;
use pxectl_store::fetch::{Auth, Client, Evidence, Limits, Papers, Query, Watch, probe};
use pxectl_store::hash::hash_file;
use pxectl_store::regular::open_regular;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::judge::{Standing, judge};
use crate::failure::Failure;
use crate::fetching::plan::{Task, agrees};
use crate::fetching::proof::Proofs;

/// Of a file of `path`.
const OWN: &str = "it is a file of the lab, and nobody is named who publishes it";
/// Of what was built.
const BUILT: &str = "it was built here: `pxectl ipxe build` builds it anew where its source or the lab's script changed";

/// How many servers are asked at once.
const AT_ONCE: usize = 8;

/// What became of one.
#[derive(Debug, Clone)]
pub struct Found {
    /// The artifact.
    pub name: String,
    /// Who was asked last.
    pub url: Option<Url>,
    /// How it stands.
    pub standing: Standing,
    /// How that is known, in words.
    pub how: String,
}

/// Asks for every artifact of these names, or all of which somebody can be asked; by name.
///
/// # Errors
/// Where the client cannot be built.
pub async fn all(draft: &Draft, names: &[String], folder: PathBuf, watch: Arc<dyn Watch>) -> Result<Vec<Found>, Failure> {
    let client = Client::new(Limits::default()).map_err(|error| Failure::of(&error))?;
    let (turns, proofs) = (Arc::new(Semaphore::new(AT_ONCE)), Arc::new(Proofs::new(folder)));
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let papers = Arc::new(Papers::new(client.clone(), watch, Utc::of(now)));
    let mut running = JoinSet::new();
    let asked = |artifact: &&ArtifactDraft| match names.is_empty() {
        true => !artifact.urls.is_empty() || artifact.checksums.is_some(),
        false => names.iter().any(|one| one == artifact.name.value.as_str()),
    };
    let artifacts: Vec<_> = draft.all_artifacts().filter(asked).collect();
    // Built in, and nothing in the inventory names it.
    let more = names.iter().filter_map(|name| name.parse::<Name>().ok()).filter(|name| draft.artifact(name).is_none());
    let more: Vec<_> = more.filter_map(|name| unnamed(&name, draft)).collect();
    for artifact in artifacts.into_iter().chain(&more) {
        let task = Task::of(artifact, draft);
        let release = known(artifact).cloned();
        let entry = draft.lock.get(&artifact.name.value).map(|(locked, _)| (agrees(artifact, locked), locked.clone()));
        let (client, turns, proofs, papers) = (client.clone(), turns.clone(), proofs.clone(), papers.clone());
        running.spawn(async move {
            // Nobody closes it.
            let _turn = turns.acquire().await;
            one(task, entry, release, &client, &proofs, &papers).await
        });
    }
    let mut found = running.join_all().await;
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// Where this program knows it to be; none where the inventory says that.
fn known(artifact: &ArtifactDraft) -> Option<&Url> {
    match &artifact.provided {
        Some(Provided::Upstream(item)) => Some(&item.url),
        Some(Provided::Built) | None => None,
    }
}

async fn one(
    task: Task,
    entry: Option<(bool, Locked)>,
    release: Option<Url>,
    client: &Client,
    proofs: &Proofs,
    papers: &Papers,
) -> Found {
    let name = task.name.to_string();
    let found = |url: Option<Url>, standing, how: String| Found { name: name.clone(), url, standing, how };
    let locked = match entry {
        None if task.path.is_some() && task.query.is_none() => return found(None, Standing::Unknown, OWN.to_owned()),
        None => return found(None, Standing::Unknown, format!("it is not in the lock file: `pxectl fetch {name}`")),
        Some((false, _)) => {
            let how = format!("the lock file says something else of it than the inventory: `pxectl fetch {name}`");
            return found(None, Standing::Unknown, how);
        }
        Some((true, locked)) => locked,
    };
    if locked.built.is_some() {
        return found(None, Standing::Unknown, BUILT.to_owned());
    }
    // What was locked stays what it is; whoever wants to know what is new wants to know that there is a newer release.
    if let Some(release) = release.filter(|release| locked.url.as_ref() != Some(release)) {
        let old = locked.url.as_ref().map(ToString::to_string).unwrap_or_default();
        let how = format!("what is built in comes from {release} now, and what was locked came from {old}");
        return found(Some(release), Standing::Changed, how);
    }
    let auth = match &task.sealed {
        None => None,
        Some(sealed) => match proofs.read(sealed).await {
            Ok((auth, _)) => Some(auth),
            Err(unread) => return found(None, Standing::Unreachable, format!("{}; {}", unread.why, unread.hint)),
        },
    };
    if let Some(query) = &task.query {
        match papers.evidence(&Query { auth: auth.clone(), ..query.clone() }).await {
            Ok(evidence) => {
                if let Some((standing, how)) = said(&locked, &evidence) {
                    return found(None, standing, how);
                }
            }
            // Whoever is not to be believed tells nothing, and that is worth a person's look.
            Err(fault) if fault.refused => return found(None, Standing::Unreachable, fault.text),
            Err(fault) if task.want.urls.is_empty() => return found(None, Standing::Unreachable, fault.text),
            Err(_) => {}
        }
    }
    // Where it came from first: only that server's versions can be compared.
    let own = |url: &&Url| locked.url.as_ref() == Some(*url);
    let urls = task.want.urls.iter().filter(own).chain(task.want.urls.iter().filter(|url| !own(url)));
    let mut last = match task.path.is_some() && task.query.is_none() {
        true => found(None, Standing::Unknown, OWN.to_owned()),
        false => found(None, Standing::Unknown, "its checksum file says nothing that can be compared".to_owned()),
    };
    for url in urls {
        let (standing, how) = match url.file() {
            Some(path) => file(path, &locked).await,
            None => server(client, url, auth.as_ref(), &locked).await,
        };
        last = found(Some(url.clone()), standing, how);
        if standing != Standing::Unreachable {
            break;
        }
    }
    last
}

/// What the publisher's checksum file says; none where it says nothing that can be compared.
fn said(locked: &Locked, evidence: &Evidence) -> Option<(Standing, String)> {
    let by = if evidence.key.is_some() { "its publisher's signed checksum file" } else { "its publisher's checksum file" };
    let short = evidence.sha256.map(|digest| (digest == locked.sha256, Digest::Sha256(digest)));
    let wide = evidence.sha512.zip(locked.sha512).map(|(digest, known)| (digest == known, Digest::Sha512(digest)));
    let (same, digest) = short.or(wide)?;
    let algorithm = digest.algorithm();
    Some(match same {
        true => (Standing::Current, format!("{by} has the same {algorithm}")),
        false => (Standing::Changed, format!("{by} says {algorithm} {digest}")),
    })
}

async fn server(client: &Client, url: &Url, auth: Option<&Auth>, locked: &Locked) -> (Standing, String) {
    match probe(client, url, auth).await {
        Err(why) => (Standing::Unreachable, why),
        Ok(offer) if offer.page && offer.len != Some(locked.size) => {
            (Standing::Unreachable, "it answers with an HTML page, not with the file".to_owned())
        }
        Ok(offer) => judge(locked, &offer, locked.url.as_ref() == Some(url)),
    }
}

/// A file of this host is as good as read; of an archive the file in it.
async fn file(path: String, locked: &Locked) -> (Standing, String) {
    let member = locked.member.clone();
    let hashed = tokio::task::spawn_blocking(move || match member {
        None => hash_file(path.as_ref(), false, &mut |_| {}).map(|hashed| hashed.sha256).map_err(|error| error.to_string()),
        Some(member) => inside(path.as_ref(), &member).map_err(|error| error.to_string()),
    });
    match hashed.await {
        Ok(Ok(sha256)) if sha256 == locked.sha256 => (Standing::Current, "it has the same sha256 there".to_owned()),
        Ok(Ok(sha256)) => (Standing::Changed, format!("its sha256 is {sha256} there")),
        Ok(Err(why)) => (Standing::Unreachable, why),
        Err(error) => (Standing::Unreachable, error.to_string()),
    }
}

fn inside(path: &Path, member: &Member) -> Result<Sha256, TarError> {
    struct Sink(Hasher);
    impl io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut sink = Sink(Hasher::new());
    tarball::copy(open_regular(path)?, member, tarball::Limits::default(), &mut sink)?;
    Ok(sink.0.finish())
}
