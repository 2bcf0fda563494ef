//! What each artifact must be, by the inventory, else by the lock file, else by whatever comes first.

use std::path::PathBuf;

use pxectl_inventory::draft::{ArtifactDraft, Draft, Provided};
use pxectl_model::artifact::Member;
use pxectl_model::digest::Sha256;
use pxectl_model::fingerprint::Fingerprint;
use pxectl_model::lock::{Locked, Trust};
use pxectl_model::name::Name;
use pxectl_model::stock::StockItem;
use pxectl_store::fetch::{Query, Want};

use super::proof::Sealed;

/// One artifact to get.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its name.
    pub name: Name,
    /// The file of the lab that it is; none for one that is fetched into the store.
    pub path: Option<PathBuf>,
    /// Where from, and what it must be.
    pub want: Want,
    /// What its server wants to see.
    pub sealed: Option<Sealed>,
    /// The file that it is in the archive that comes from there.
    pub member: Option<Member>,
    /// What that archive must hash to, where this program knows it.
    pub archive: Option<Sha256>,
    /// Why its content will be believed.
    pub trust: Trust,
    /// The key by which it is, where that is `signed`.
    pub key: Option<Fingerprint>,
    /// Whom to ask what it must be; none where the inventory says it.
    pub query: Option<Query>,
    /// Whether somebody was asked.
    pub asked: bool,
    /// Its entry of the lock file, where that says nothing else than the inventory.
    pub locked: Option<Locked>,
}

impl Task {
    /// Whether nobody has it for us: it was built here.
    pub fn is_built(&self) -> bool {
        self.locked.as_ref().is_some_and(|locked| locked.built.is_some())
    }

    /// Whether its content is what the lock file says, and no matter of its own any more.
    pub fn of(artifact: &ArtifactDraft, draft: &Draft) -> Self {
        let name = &artifact.name.value;
        let locked = draft.lock.get(name).map(|(locked, _)| locked).filter(|locked| agrees(artifact, locked)).cloned();
        let (sha256, sha512) =
            (artifact.sha256.as_ref().map(|digest| digest.value), artifact.sha512.as_ref().map(|digest| digest.value));
        let trust = match &locked {
            _ if artifact.has_digest() && artifact.provided.is_none() => Trust::Inventory,
            // Whoever vouched for it before still does.
            Some(locked) => locked.trust,
            None if release(artifact).is_some_and(|item| item.pin.is_some()) => Trust::Release,
            None => Trust::FirstUse,
        };
        let urls: Vec<_> = artifact.urls.iter().map(|url| url.value.clone()).collect();
        let path = artifact.path.as_ref().map(|path| path.value.clone());
        let query = artifact.checksums.clone().filter(|_| !artifact.has_digest());
        let query = query.map(|checksums| Query {
            name: name.to_string(),
            urls: urls.clone(),
            path: path.clone(),
            auth: None,
            checksums,
        });
        let key = locked.as_ref().and_then(|locked| locked.key).filter(|_| trust == Trust::Signed);
        let want = Want {
            name: name.to_string(),
            urls,
            sha256: sha256.or(locked.as_ref().map(|locked| locked.sha256)),
            // What was locked with it was verified then.
            sha512: sha512.filter(|_| locked.is_none()),
            size: locked.as_ref().map(|locked| locked.size),
            auth: None,
            maybe: draft.lock.get(name).map(|(locked, _)| locked.sha256),
            checked_inside: false,
        };
        let member = artifact.member.as_ref().map(|member| member.value.clone());
        let known = release(artifact).filter(|item| item.member.is_some() && want.urls.first() == Some(&item.url));
        let archive = known.and_then(|item| item.pin);
        let sealed = Sealed::of(artifact);
        Self { name: name.clone(), path, want, sealed, member, archive, trust, key, query, asked: false, locked }
    }
}

/// The release that it is of, where it has no entry.
fn release(artifact: &ArtifactDraft) -> Option<&StockItem> {
    match &artifact.provided {
        Some(Provided::Upstream(item)) => Some(item),
        Some(Provided::Built) | None => None,
    }
}

/// Whether the lock file's entry says nothing else than the inventory; see the rule `lock-drift`.
pub fn agrees(artifact: &ArtifactDraft, locked: &Locked) -> bool {
    // Of what has no entry the lock file has the last word.
    if artifact.provided.is_some() {
        return true;
    }
    if locked.built.is_some() || locked.member.as_ref() != artifact.member.as_ref().map(|member| &member.value) {
        return false;
    }
    let place = match &locked.url {
        Some(url) => artifact.urls.iter().any(|known| known.value == *url),
        None => artifact.path.is_some(),
    };
    let short = artifact.sha256.as_ref().is_none_or(|digest| digest.value == locked.sha256);
    let wide = artifact.sha512.as_ref().is_none_or(|digest| locked.sha512 == Some(digest.value));
    let signer = artifact.checksums.as_ref().filter(|_| !artifact.has_digest()).and_then(|checksums| checksums.signing());
    let signed = signer.is_none_or(|signing| locked.trust == Trust::Signed && locked.key == Some(signing.key.fingerprint.value));
    place && short && wide && signed
}

/// Who vouches for it by the inventory alone; none where only the lock file, or a publisher's word, tells.
fn vouches(task: &Task) -> Option<Trust> {
    match &task.query {
        Some(query) if query.checksums.signing().is_none() => Some(Trust::Checksums),
        Some(_) => Some(Trust::Signed),
        None => (task.trust == Trust::Inventory).then_some(Trust::Inventory),
    }
}

/// What `--locked` refuses: everything that would change the lock file, in sentences.
pub fn refused(tasks: &[Task], draft: &Draft, all: bool) -> Vec<String> {
    let mut refused = Vec::new();
    for task in tasks.iter().filter(|task| task.locked.is_none()) {
        refused.push(match draft.lock.get(&task.name) {
            Some(_) => format!("the lock file says something else of `{}` than the inventory", task.name),
            None => format!("`{}` is not in the lock file", task.name),
        });
    }
    let vouched = tasks.iter().filter_map(|task| Some((task, task.locked.as_ref()?)));
    refused.extend(vouched.filter(|(task, locked)| vouches(task).is_some_and(|trust| trust != locked.trust)).map(
        |(task, locked)| {
            let old = locked.trust.as_str();
            format!("`{}` was locked as `trust: {old}`, and by the inventory that would change", task.name)
        },
    ));
    if let Some((_, lock)) = draft.lock.read().filter(|_| all) {
        let unused = lock.artifacts.keys().filter(|name| draft.artifact(name).is_none());
        refused.extend(unused.map(|name| format!("`{name}` is in the lock file and not in the inventory")));
    }
    refused
}
