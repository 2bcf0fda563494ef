//! What there is to verify: artifacts where they lie, and what else the store holds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use pxectl_inventory::draft::{ArtifactDraft, Draft};
use pxectl_model::artifact::Member;
use pxectl_model::digest::{Sha256, Sha512};
use pxectl_model::lock::Locked;
use pxectl_model::url::Url;
use pxectl_store::contents::Content;
use pxectl_store::images::Store;

use crate::fetching::plan::agrees;

/// One thing to verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The artifact; none for a file of the store that this lab refers to by nothing.
    pub name: Option<String>,
    /// Where it lies, or would; none where it is to be fetched and nobody knows its digest.
    pub path: Option<PathBuf>,
    /// Whether that is in the store.
    pub stored: bool,
    /// What it must hash to.
    pub sha256: Option<Sha256>,
    /// The same by the longer digest, where only that is known.
    pub sha512: Option<Sha512>,
    /// How many bytes it must have, where the lock file says it.
    pub size: Option<u64>,
    /// The lock file says something else than the inventory.
    pub drifted: bool,
    /// The last part of its URL or path, or of its path in an archive, which promises what it is; empty where nothing does.
    pub promise: String,
}

/// The artifacts of these names, or everything that the lock file or the inventory names, by name.
pub fn artifacts(draft: &Draft, names: &[String], store: &Store) -> Vec<Subject> {
    let meant = |name: &str| names.is_empty() || names.iter().any(|one| one == name);
    let mut found = BTreeMap::new();
    for artifact in draft.all_artifacts().filter(|artifact| meant(artifact.name.value.as_str())) {
        let locked = draft.lock.get(&artifact.name.value).map(|(locked, _)| locked);
        found.insert(artifact.name.value.to_string(), of(artifact, locked, store));
    }
    for (name, locked) in draft.lock.read().into_iter().flat_map(|(_, lock)| &lock.artifacts) {
        // What came from a file of the lab that the inventory does not name any more lies nobody knows where.
        if meant(name.as_str()) && (locked.url.is_some() || locked.built.is_some()) {
            found.entry(name.to_string()).or_insert_with(|| alone(name.to_string(), locked, store));
        }
    }
    found.into_values().collect()
}

fn of(artifact: &ArtifactDraft, entry: Option<&Locked>, store: &Store) -> Subject {
    let locked = entry.filter(|locked| agrees(artifact, locked));
    let sha256 = artifact.sha256.as_ref().map(|digest| digest.value).or(locked.map(|locked| locked.sha256));
    // What was locked with the longer digest was held against it then.
    let sha512 = artifact.sha512.as_ref().map(|digest| digest.value).filter(|_| sha256.is_none());
    let path = artifact.path.as_ref().map(|path| path.value.clone());
    Subject {
        name: Some(artifact.name.value.to_string()),
        stored: path.is_none(),
        path: path.or_else(|| sha256.map(|digest| store.file(&digest))),
        sha256,
        sha512,
        size: locked.map(|locked| locked.size),
        drifted: entry.is_some() && locked.is_none(),
        promise: match (&artifact.path, &artifact.member) {
            (Some(path), _) => path.value.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            (None, Some(member)) => of_member(&member.value),
            // Whatever it is called, it was built as a program of that name.
            (None, None) if artifact.provided.is_some() && artifact.urls.is_empty() => artifact.name.value.to_string(),
            (None, None) => locked
                .and_then(|locked| locked.url.as_ref())
                .or(artifact.urls.first().map(|url| &url.value))
                .map(last)
                .unwrap_or_default(),
        },
    }
}

fn of_member(member: &Member) -> String {
    member.as_str().rsplit('/').next().unwrap_or_default().to_owned()
}

fn last(url: &Url) -> String {
    let path = url.as_str().split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// An entry of the lock file that no artifact of the inventory has.
fn alone(name: String, locked: &Locked, store: &Store) -> Subject {
    Subject {
        name: Some(name),
        path: Some(store.file(&locked.sha256)),
        stored: true,
        sha256: Some(locked.sha256),
        sha512: None,
        size: Some(locked.size),
        drifted: false,
        promise: match &locked.member {
            Some(member) => of_member(member),
            None => locked.url.as_ref().map(last).unwrap_or_default(),
        },
    }
}

/// What else the store holds.
pub fn others(subjects: &[Subject], files: Vec<Content>) -> Vec<Subject> {
    let known: BTreeSet<_> = subjects.iter().filter_map(|subject| subject.path.as_ref()).collect();
    let other = files.into_iter().filter(|file| !known.contains(&file.path)).map(|file| Subject {
        name: None,
        path: Some(file.path),
        stored: true,
        sha256: Some(file.digest),
        sha512: None,
        size: None,
        drifted: false,
        promise: String::new(),
    });
    other.collect()
}

impl Subject {
    /// What it is called where something is said of it.
    pub fn called(&self) -> String {
        let digest = || self.sha256.map(|digest| digest.to_string()[..16].to_owned());
        self.name.clone().or_else(digest).unwrap_or_default()
    }
}
