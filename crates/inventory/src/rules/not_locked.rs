//! `not-locked`: an artifact that the lock file does not know.

use pxectl_model::diag::Place;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::warning("not-locked", "an artifact that is not in the lock file");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    if draft.lock.read().is_none() {
        return;
    }
    // Of one without any digest `no-digest` tells the same and more.
    for artifact in draft.artifacts.iter().filter(|artifact| !artifact.urls.is_empty() && artifact.is_vouched()) {
        let name = &artifact.name.value;
        let Some(route) = artifact.name.origin.route.clone().filter(|_| draft.lock.get(name).is_none()) else { continue };
        let message = format!("`{name}` is not in the lock file");
        findings.push(META.at(Place::Route(route), message).help(format!("run `pxectl fetch {name}`, and commit the lock file")));
    }
}
