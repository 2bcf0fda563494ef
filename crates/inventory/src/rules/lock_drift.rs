//! `lock-drift`: the lock file and the inventory contradict each other.

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::lock::{Locked, Trust};
use pxectl_model::source::{Origin, Route};

use super::meta::Meta;
use crate::draft::{ArtifactDraft, Draft};
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("lock-drift", "an artifact whose URL or digest changed since it was locked");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    for artifact in draft.artifacts.iter().filter(|artifact| !artifact.flawed) {
        if let Some((locked, route)) = draft.lock.get(&artifact.name.value) {
            place(artifact, locked, &route).into_iter().for_each(|finding| findings.push(finding));
            member(artifact, locked, &route).into_iter().for_each(|finding| findings.push(finding));
            signer(artifact, locked, &route).into_iter().for_each(|finding| findings.push(finding));
            digests(artifact, locked, &route).into_iter().for_each(|finding| findings.push(finding));
        }
    }
}

/// A finding at what the inventory says, with what the lock file says instead.
fn drifted(artifact: &ArtifactDraft, what: &str, at: &Origin, locked: Route) -> Option<Diagnostic> {
    let name = &artifact.name.value;
    let finding = META.at(Place::Route(at.route.clone()?), format!("the lock file has `{name}` {what}"));
    let help = format!("`pxectl fetch {name}` locks what the inventory says now; if the lock file is right, mend the inventory");
    Some(finding.related(Place::Route(locked), "locked here").help(help))
}

fn place(artifact: &ArtifactDraft, locked: &Locked, route: &Route) -> Option<Diagnostic> {
    match (&locked.url, &artifact.path, artifact.urls.first()) {
        _ if locked.built.is_some() => {
            drifted(artifact, "as something that was built", &artifact.name.origin, route.key("built"))
        }
        (Some(_), Some(path), _) => drifted(artifact, "from a URL, not from a file", &path.origin, route.key("url")),
        (None, _, Some(first)) => drifted(artifact, "from a file, not from a URL", &first.origin, route.clone().on_key()),
        (Some(url), None, Some(first)) if artifact.urls.iter().all(|known| known.value != *url) => {
            drifted(artifact, "from another URL", &first.origin, route.key("url"))
        }
        _ => None,
    }
}

/// Another file of the same archive.
fn member(artifact: &ArtifactDraft, locked: &Locked, route: &Route) -> Option<Diagnostic> {
    let said = artifact.member.as_ref().map(|member| &member.value);
    if locked.member.as_ref() == said {
        return None;
    }
    let origin = artifact.member.as_ref().map_or(&artifact.name.origin, |member| &member.origin);
    drifted(artifact, "as another file of its archive", origin, route.key("member"))
}

/// Who has to have signed it, where the inventory does not say the digest itself.
fn signer(artifact: &ArtifactDraft, locked: &Locked, route: &Route) -> Option<Diagnostic> {
    let signing = artifact.checksums.as_ref().filter(|_| !artifact.has_digest())?.signing()?;
    let pinned = &signing.key.fingerprint;
    match locked.key {
        Some(key) if key == pinned.value && locked.trust == Trust::Signed => None,
        Some(_) => drifted(artifact, "signed by another key", &pinned.origin, route.key("key")),
        None => drifted(artifact, "without this key's signature", &pinned.origin, route.key("trust")),
    }
}

fn digests(artifact: &ArtifactDraft, locked: &Locked, route: &Route) -> Option<Diagnostic> {
    let differs = |digest: &&pxectl_model::source::Sourced<_>| digest.value != locked.sha256;
    if let Some(sha256) = artifact.sha256.as_ref().filter(differs) {
        return drifted(artifact, "with another digest", &sha256.origin, route.key("sha256"));
    }
    let sha512 = artifact.sha512.as_ref().filter(|digest| locked.sha512 != Some(digest.value))?;
    // Where the lock file has none, its entry as a whole is meant: the nearest place that exists.
    let what = if locked.sha512.is_some() { "with another digest" } else { "without this digest" };
    drifted(artifact, what, &sha512.origin, route.key("sha512"))
}
