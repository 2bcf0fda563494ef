//! `http-without-digest`: bytes that anybody on the way can change, and that nobody could tell from the right ones.

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::evidence::{Checksums, FilePlace};
use pxectl_model::url::Scheme;

use super::meta::Meta;
use crate::draft::{ArtifactDraft, Draft, LockDraft};
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("http-without-digest", "an artifact over plain http that nothing could verify");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    // Whoever did not look at the lock file cannot tell.
    if matches!(draft.lock, LockDraft::Unknown) {
        return;
    }
    for artifact in draft.artifacts.iter().filter(|artifact| !artifact.flawed && !artifact.has_digest()) {
        let finding = match &artifact.checksums {
            Some(checksums) => plain_checksums(artifact, checksums),
            None => plain(draft, artifact),
        };
        finding.into_iter().for_each(|finding| findings.push(finding));
    }
}

fn plain(draft: &Draft, artifact: &ArtifactDraft) -> Option<Diagnostic> {
    let name = &artifact.name.value;
    let plain = artifact.urls.iter().all(|url| url.value.scheme() == Scheme::Http);
    let route = artifact.urls.first().and_then(|url| url.origin.route.clone())?;
    if !plain || draft.lock.get(name).is_some() {
        return None;
    }
    let message = format!("anybody between here and the server can change what `{name}` is, and nothing would tell");
    Some(META.at(Place::Route(route), message).help("add the `sha256` that its publisher names, or use https"))
}

/// Such a file is no evidence, and never asked.
fn plain_checksums(artifact: &ArtifactDraft, checksums: &Checksums) -> Option<Diagnostic> {
    let FilePlace::Urls(urls) = &checksums.place else { return None };
    let route = urls.first().filter(|_| checksums.is_plain()).and_then(|url| url.origin.route.clone())?;
    let name = &artifact.name.value;
    let message = format!("anybody between here and the server can write this checksum file: it proves nothing of `{name}`");
    Some(META.at(Place::Route(route), message).help("use https, or add the `signature` and `key` of whoever publishes it"))
}
