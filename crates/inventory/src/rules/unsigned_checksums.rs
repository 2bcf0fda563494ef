//! `unsigned-checksums`: a checksum file that nobody signed.

use pxectl_model::diag::Place;
use pxectl_model::evidence::FilePlace;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::note("unsigned-checksums", "a checksum file that nobody signed");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    // Where the inventory has the digest itself, nothing hangs on the checksum file.
    for artifact in draft.artifacts.iter().filter(|artifact| !artifact.flawed && !artifact.has_digest()) {
        let Some(checksums) = artifact.checksums.as_ref().filter(|checksums| checksums.signing().is_none()) else { continue };
        // A file of the lab is as good as the inventory; plain http is worse, and another rule's.
        let FilePlace::Urls(urls) = &checksums.place else { continue };
        let Some(route) = urls.first().filter(|_| !checksums.is_plain()).and_then(|url| url.origin.route.clone()) else {
            continue;
        };
        let message = format!(
            "whoever can write to that server decides what `{}` is: nobody signed its checksum file",
            artifact.name.value
        );
        let help =
            "where its publisher signs, add `signature` and `key`; else compare the digest by another way and add it as `sha256`";
        findings.push(META.at(Place::Route(route), message).help(help));
    }
}
