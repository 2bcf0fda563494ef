//! `http-without-digest`: bytes that anybody on the way can change, and that nobody could tell from the right ones.

use pxectl_model::diag::Place;
use pxectl_model::url::Scheme;

use super::meta::Meta;
use crate::draft::{Draft, LockDraft};
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("http-without-digest", "an artifact over plain http that nothing could verify");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    // Whoever did not look at the lock file cannot tell.
    if matches!(draft.lock, LockDraft::Unknown) {
        return;
    }
    for artifact in draft.artifacts.iter().filter(|artifact| !artifact.flawed && !artifact.has_digest()) {
        let name = &artifact.name.value;
        let plain = artifact.urls.iter().all(|url| url.value.scheme() == Scheme::Http);
        let Some(route) = artifact.urls.first().and_then(|url| url.origin.route.clone()) else { continue };
        if plain && draft.lock.get(name).is_none() {
            let message = format!("anybody between here and the server can change what `{name}` is, and nothing would tell");
            findings.push(META.at(Place::Route(route), message).help("add the `sha256` that its publisher names, or use https"));
        }
    }
}
