//! `no-digest`: an artifact of which nobody said what it must hash to.

use pxectl_model::diag::{Change, Diagnostic, Fix, Place};
use pxectl_model::lock::{Locked, Trust};
use pxectl_model::source::Route;
use pxectl_model::url::Scheme;

use super::meta::Meta;
use crate::draft::{ArtifactDraft, Draft, LockDraft};
use crate::findings::Findings;

pub(super) const META: Meta = Meta::warning("no-digest", "an artifact of which nobody said what it must hash to");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    for artifact in draft.artifacts.iter().filter(|artifact| !artifact.flawed && !artifact.has_digest()) {
        judge(draft, artifact).into_iter().for_each(|finding| findings.push(finding));
    }
    for artifact in &draft.provided {
        built_in(draft, artifact).into_iter().for_each(|finding| findings.push(finding));
    }
}

fn judge(draft: &Draft, artifact: &ArtifactDraft) -> Option<Diagnostic> {
    let name = &artifact.name.value;
    let entry = artifact.route.clone();
    let place = Place::Route(entry.clone().on_key());
    let Some((locked, route)) = draft.lock.get(name) else { return unlocked(draft, artifact, place) };
    let (message, said) = match locked.trust {
        _ if artifact.checksums.is_some() => return unasked(artifact, locked, place, &route),
        Trust::FirstUse => (format!("nobody vouched for `{name}`: what came first was believed"), "locked here"),
        // A rule of its own: `lock-drift`.
        Trust::Built => return None,
        Trust::Release => (format!("nobody vouches for `{name}` any more"), "it was a release that pxectl knows"),
        Trust::Inventory => {
            (format!("the inventory does not say what `{name}` must hash to any more"), "it did when this was locked")
        }
        Trust::Signed | Trust::Checksums => {
            (format!("the inventory names nobody who vouches for `{name}` any more"), "a checksum file did when this was locked")
        }
    };
    let title = "add the digest from the lock file".to_owned();
    // In quotes: to some readers of YAML 64 digits are a number.
    let text = format!("\"{}\"", locked.sha256);
    let fix = Fix { title, change: Change::Add { to: entry, key: "sha256".to_owned(), text }, safe: true };
    let help = format!("compare it with what its publisher names, then add it: sha256: \"{}\"", locked.sha256);
    Some(META.at(place, message).related(Place::Route(route.key("trust")), said).help(help).fix(fix))
}

/// A built-in artifact of which this program knows no digest.
fn built_in(draft: &Draft, artifact: &ArtifactDraft) -> Option<Diagnostic> {
    let name = &artifact.name.value;
    let (locked, route) = draft.lock.get(name).filter(|(locked, _)| locked.trust == Trust::FirstUse)?;
    let place = artifact.name.origin.route.clone().map_or(Place::Route(route.clone().on_key()), Place::Route);
    let url = locked.url.as_ref().map(|url| format!("url: \"{url}\", ")).unwrap_or_default();
    let help = format!(
        "compare it with what others have, then write it under `artifacts`: {name}: {{{url}sha256: \"{}\"}}",
        locked.sha256
    );
    let message = format!("nobody vouched for `{name}`: what came first was believed");
    Some(META.at(place, message).related(Place::Route(route.key("trust")), "locked here").help(help))
}

/// A checksum file that was not there yet, or not asked, when this was locked. That a signature is missing is `lock-drift`.
fn unasked(artifact: &ArtifactDraft, locked: &Locked, place: Place, route: &Route) -> Option<Diagnostic> {
    let checksums = artifact.checksums.as_ref().filter(|checksums| checksums.signing().is_none());
    if checksums.is_none() || !matches!(locked.trust, Trust::FirstUse | Trust::Inventory) {
        return None;
    }
    let name = &artifact.name.value;
    let finding = META.at(place, format!("the checksum file was not asked yet what `{name}` must hash to"));
    Some(finding.related(Place::Route(route.key("trust")), "locked here").help(format!("run `pxectl fetch {name}`")))
}

/// Plain http is worse, and another rule's; a lab that locks nothing keeps its own files as it likes.
fn unlocked(draft: &Draft, artifact: &ArtifactDraft, place: Place) -> Option<Diagnostic> {
    let name = &artifact.name.value;
    let fetched = !artifact.urls.is_empty();
    let asked = match draft.lock {
        LockDraft::Unknown => false,
        LockDraft::Missing => fetched,
        LockDraft::Read { .. } => true,
    };
    // A checksum file tells; where it is none, another rule does.
    if artifact.checksums.is_some() {
        return None;
    }
    let plain = fetched && artifact.urls.iter().all(|url| url.value.scheme() == Scheme::Http);
    if !asked || plain {
        return None;
    }
    let help = match fetched {
        true => format!("add the `sha256` that its publisher names; `pxectl fetch {name}` alone believes what comes first"),
        false => format!("add its `sha256` as sha256sum prints it, or let `pxectl fetch {name}` write it into the lock file"),
    };
    Some(META.at(place, format!("nothing says what `{name}` must hash to")).help(help))
}
