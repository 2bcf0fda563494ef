//! What only the serving host knows.

use std::path::Path;

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::inventory::IpxeSource;
use pxectl_model::policy::nbp_files;
use pxectl_model::source::Sourced;

use crate::draft::Draft;
use crate::findings::shown;
use crate::images::IMAGE_TOO_LARGE;
use crate::rules::meta::Meta;

/// A file that is not there.
pub const MISSING_FILE: Meta =
    Meta::error("missing-file", "a file that the inventory names and that is not there (`--here` only)");

/// The rules that look at this host.
pub const ALL: [Meta; 2] = [MISSING_FILE, IMAGE_TOO_LARGE];

/// Findings about files that the inventory names and that are not there. `exists` is asked about each path once.
pub fn here(draft: &Draft, exists: &dyn Fn(&Path) -> bool) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for artifact in &draft.artifacts {
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

fn missing<T>(said: &Sourced<T>, path: &Path, what: &str) -> Option<Diagnostic> {
    let route = said.origin.route.clone()?;
    let message = format!("{what} is not there: `{}`", shown(&path.display().to_string()));
    Some(MISSING_FILE.at(Place::Route(route), message).help("relative paths begin at the inventory's folder"))
}
