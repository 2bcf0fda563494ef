//! Files with the keys that sign checksum files: whether each holds the key that is pinned.

use std::path::Path;

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::evidence::FilePlace;
use pxectl_model::fingerprint::Fingerprint;

use crate::draft::Draft;
use crate::findings::shown;
use crate::rules::meta::Meta;

/// A key file that is not there, or holds another key.
pub const WRONG_KEY: Meta = Meta::error("wrong-key", "a key file that does not hold the key with the pinned fingerprint");

/// Findings about key files. `wrong` is asked about each, and says in words why the key cannot be had from it.
pub fn signing_keys(draft: &Draft, wrong: &dyn Fn(&Path, &Fingerprint) -> Option<String>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let signings = draft.artifacts.iter().filter_map(|artifact| artifact.checksums.as_ref()?.signing());
    for key in signings.map(|signing| &signing.key) {
        let FilePlace::Path(path) = &key.place else { continue };
        let Some((why, route)) = wrong(&path.value, &key.fingerprint.value).zip(path.origin.route.clone()) else { continue };
        let message = format!("the key cannot be had from `{}`: {why}", shown(&path.value.display().to_string()));
        let help = "put the publisher's key there, as `gpg --export --armor FINGERPRINT` writes it, and keep it in git";
        let mut finding = WRONG_KEY.at(Place::Route(route), message).help(help);
        if let Some(pinned) = key.fingerprint.origin.route.clone() {
            finding = finding.related(Place::Route(pinned), "pinned here");
        }
        findings.push(finding);
    }
    findings
}
