//! `no-iso`: a path inside an image, and no image.

use std::collections::HashSet;

use pxectl_model::arch::CpuArch;
use pxectl_model::diag::Place;
use pxectl_model::image::FileRef;

use super::boots::with_images;
use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::{Findings, shown};

pub(super) const META: Meta = Meta::error("no-iso", "a path inside an image where no `iso` says which image");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let mut told = HashSet::new();
    for settings in with_images(draft) {
        for named in settings.named() {
            let FileRef::Inside(path) = named.file else { continue };
            let mut machines = CpuArch::ALL.into_iter().filter(|cpu| named.is_for(*cpu));
            let has = machines.any(|cpu| settings.locate(named.file, cpu).is_some());
            let Some(route) = named.route.filter(|route| !has && told.insert(route.clone())) else { continue };
            let whose = named.arch.filter(|_| settings.iso.is_some()).map_or_else(String::new, |arch| format!(" for {arch}"));
            let message =
                format!("`{}` is a path inside an image, and there is no `iso`{whose} that says which", shown(path.as_str()));
            let help = "add `iso: NAME`, the artifact that is the image; or name an artifact here, without a `/`";
            findings.push(META.at(Place::Route(route), message).help(help));
        }
    }
}
