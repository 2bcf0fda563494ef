//! Images that are too large for the iPXE that reads them; their sizes only the serving host knows.

use std::path::Path;

use pxectl_model::arch::Firmware;
use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::image::FileRef;
use pxectl_model::settings::FileKey;

use crate::draft::Draft;
use crate::rules::meta::Meta;

/// An image that a BIOS cannot read to its end.
pub const IMAGE_TOO_LARGE: Meta =
    Meta::warning("image-too-large", "an image of more than 2 GiB for `sanboot` on a BIOS (`--here` only)");

/// What iPXE's usual BIOS build reads of an image over HTTP: it is a 32-bit program, and writes the range that it asks for as a number
/// with a sign, so that what lies beyond comes out negative (ipxe/ipxe issue 767, seen with an ISO of 2,587,770,880 bytes).
const READ_BY_BIOS: u64 = 1 << 31;

/// Findings about images that are too large. `size` is asked about each of their paths, in bytes; none where it is not known. Of what
/// was fetched the lock file knows it.
pub fn images(draft: &Draft, size: &dyn Fn(&Path) -> Option<u64>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    if !draft.lab.firmware().contains(&Firmware::Bios) {
        return findings;
    }
    let used = draft.layers().filter_map(|settings| settings.files.get(&FileKey::Image)).flat_map(|image| image.value.all());
    let used = used.filter_map(|image| match image {
        FileRef::Artifact(name) => Some(name),
        FileRef::Inside(_) => None,
    });
    let used: std::collections::BTreeSet<_> = used.collect();
    for artifact in draft.artifacts.iter().filter(|artifact| used.contains(&artifact.name.value)) {
        let Some(route) = artifact.name.origin.route.clone() else { continue };
        let locked = || draft.lock.get(&artifact.name.value).map(|(locked, _)| locked.size);
        let bytes = artifact.path.as_ref().and_then(|path| size(&path.value)).or_else(locked);
        let Some(bytes) = bytes.filter(|bytes| *bytes > READ_BY_BIOS) else { continue };
        #[expect(clippy::cast_precision_loss, reason = "for a message, with one digit behind the point")]
        let shown = bytes as f64 / f64::from(1 << 30);
        let message =
            format!("the image `{}` has {shown:.1} GiB; on a BIOS iPXE reads 2 GiB of it and fails", artifact.name.value);
        let help = "boot its kernel and initrd in its place (the recipe `linux`), or use it for UEFI machines alone";
        findings.push(IMAGE_TOO_LARGE.at(Place::Route(route), message).help(help));
    }
    findings
}
