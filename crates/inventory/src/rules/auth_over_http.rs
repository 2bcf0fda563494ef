//! `auth-over-http`: a token or password that everybody on the way can read.

use pxectl_model::diag::Place;
use pxectl_model::url::Scheme;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::warning("auth-over-http", "a token or password that goes to its server over plain http");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    for artifact in draft.artifacts.iter().filter(|artifact| artifact.auth.is_some()) {
        let plain = artifact.server().filter(|url| url.value.scheme() == Scheme::Http);
        let Some(route) = plain.and_then(|url| url.origin.route.clone()) else { continue };
        let message =
            format!("whoever is between here and the server can read what `auth` of `{}` shows it", artifact.name.value);
        findings.push(META.at(Place::Route(route), message).help("use https"));
    }
}
