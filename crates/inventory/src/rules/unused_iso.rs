//! `unused-iso`: an image from which nothing is taken.

use std::collections::HashSet;

use pxectl_model::diag::Place;
use pxectl_model::source::Route;

use super::boots::with_images;
use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::warning("unused-iso", "an `iso` from which no file is taken");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    // What could not be read may have been a path.
    if findings.errors() > 0 {
        return;
    }
    let users = with_images(draft).into_iter().filter(|settings| !settings.insides().is_empty());
    let used: HashSet<Route> = users.filter_map(|settings| settings.iso?.origin.route).collect();
    for iso in draft.layers().filter_map(|layer| layer.iso.as_ref()) {
        let Some(route) = iso.origin.route.as_ref().filter(|route| !used.contains(*route)) else { continue };
        let help = "name its files by their paths, as in `kernel: /casper/vmlinuz`, or remove it; a whole image is an `image`";
        findings.push(META.at(Place::Route(route.clone()), "nothing is taken out of this image").help(help));
    }
}
