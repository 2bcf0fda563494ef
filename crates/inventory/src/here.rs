//! What only the serving host knows.

use std::path::Path;

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::digest::Sha256;
use pxectl_model::inventory::IpxeSource;
use pxectl_model::policy::nbp_files;
use pxectl_model::source::Sourced;

use crate::draft::{ArtifactDraft, Draft};
use crate::findings::shown;
use crate::images::IMAGE_TOO_LARGE;
use crate::rules::meta::Meta;

/// A file that is not there.
pub const MISSING_FILE: Meta =
    Meta::error("missing-file", "a file that the inventory names and that is not there (`--here` only)");

/// An image that is not in this host's store.
pub const NOT_FETCHED: Meta = Meta::error("not-fetched", "an artifact that was not fetched into the store (`--here` only)");

/// The rules that look at this host.
pub const ALL: [Meta; 3] = [MISSING_FILE, NOT_FETCHED, IMAGE_TOO_LARGE];

/// What this host is asked about.
pub struct Here<'h> {
    /// Whether a file or folder is there; asked about each path once.
    pub exists: &'h dyn Fn(&Path) -> bool,
    /// Whether the store holds the content with this digest.
    pub stored: &'h dyn Fn(&Sha256) -> bool,
}

/// Findings about files that the inventory names and that are not there.
pub fn here(draft: &Draft, host: &Here<'_>) -> Vec<Diagnostic> {
    let exists = host.exists;
    let mut findings = Vec::new();
    for artifact in &draft.artifacts {
        findings.extend(not_fetched(draft, artifact, host));
        if let Some(path) = &artifact.path
            && !exists(&path.value)
        {
            let what = format!("the file of the artifact `{}`", artifact.name.value);
            findings.extend(missing(path, &path.value, &what));
        }
    }
    if let Some(templates) = &draft.lab.templates
        && !exists(&templates.value)
    {
        findings.extend(missing(templates, &templates.value, "the folder of templates"));
    }
    if let Some(IpxeSource::Dir(dir)) = &draft.lab.ipxe {
        if exists(&dir.value) {
            for firmware in draft.lab.firmware() {
                let files = nbp_files(firmware);
                if !files.iter().any(|file| exists(&dir.value.join(file))) {
                    let path = dir.value.join(files[0]);
                    findings.extend(missing(dir, &path, &format!("the bootstrap program for {firmware}")));
                }
            }
        } else {
            findings.extend(missing(dir, &dir.value, "iPXE's folder"));
        }
    }
    findings
}

fn not_fetched(draft: &Draft, artifact: &ArtifactDraft, host: &Here<'_>) -> Option<Diagnostic> {
    let url = artifact.urls.first()?;
    let name = &artifact.name.value;
    let locked = || draft.lock.get(name).map(|(locked, _)| locked.sha256);
    let digest = artifact.sha256.as_ref().map(|digest| digest.value).or_else(locked);
    if digest.is_some_and(|digest| (host.stored)(&digest)) {
        return None;
    }
    let message = format!("the artifact `{name}` is not in this host's store");
    let place = Place::Route(url.origin.route.clone()?);
    Some(NOT_FETCHED.at(place, message).help(format!("run `pxectl fetch {name}`")))
}

fn missing<T>(said: &Sourced<T>, path: &Path, what: &str) -> Option<Diagnostic> {
    let route = said.origin.route.clone()?;
    let message = format!("{what} is not there: `{}`", shown(&path.display().to_string()));
    Some(MISSING_FILE.at(Place::Route(route), message).help("relative paths begin at the inventory's folder"))
}
