//! `no-lock-file`: things to fetch, and no lock file.

use pxectl_model::diag::Place;
use pxectl_model::lock::FILE_NAME;

use super::meta::Meta;
use crate::draft::{Draft, LockDraft};
use crate::findings::Findings;

pub(super) const META: Meta = Meta::note("no-lock-file", "artifacts with URLs, and no lock file beside the inventory");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let mut fetched = draft.artifacts.iter().filter(|artifact| !artifact.urls.is_empty());
    let (LockDraft::Missing, Some(first)) = (&draft.lock, fetched.next()) else { return };
    let more = match fetched.count() {
        0 => String::new(),
        1 => " and another one".to_owned(),
        n => format!(" and {n} others"),
    };
    let Some(route) = first.name.origin.route.clone() else { return };
    let message = format!("`{}`{more} would be fetched, but there is no `{FILE_NAME}` yet", first.name.value);
    findings.push(META.at(Place::Route(route), message).help("run `pxectl fetch`, and keep the file that it writes in git"));
}
