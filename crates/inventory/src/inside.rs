//! Files that are to be taken out of images; what images hold only the serving host knows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::digest::Sha256;
use pxectl_model::image::{ImagePath, Inside};
use pxectl_model::name::Name;
use pxectl_model::source::{FileId, Route};

use crate::draft::Draft;
use crate::findings::whole;
use crate::here::Here;
use crate::rules::boots::with_images;
use crate::rules::meta::Meta;

/// A path that an image does not have.
pub const NOT_IN_ISO: Meta =
    Meta::error("not-in-iso", "a path that the image of `iso` does not have (`--here`, and at the start of `serve`)");

/// Where an image lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageAt<'a> {
    /// In a file of the host's own.
    File(&'a Path),
    /// In the store, under this digest.
    Stored(&'a Sha256),
}

/// Why a file cannot be taken out of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// The reason, as a sentence of its own without a full stop.
    pub why: String,
    /// The path that was probably meant.
    pub near: Option<String>,
}

/// The finding for a file that cannot be taken out of its image.
pub fn not_in_image(inside: &Inside, route: Option<Route>, absent: &Absent) -> Diagnostic {
    let place = route.map_or(Place::File(FileId(0)), Place::Route);
    let (path, image) = (whole(inside.path.as_str()), &inside.image);
    let message = format!("`{path}` cannot be taken out of the image `{image}`: {}", whole(&absent.why));
    let help = match &absent.near {
        Some(near) => format!("did you mean `{}`?", whole(near)),
        None => "`pxectl media ls FILE` shows what an image holds".to_owned(),
    };
    NOT_IN_ISO.at(place, message).help(help)
}

/// Findings about paths inside of images that are there. Each image is asked about once.
pub(crate) fn insides(draft: &Draft, host: &dyn Here) -> Vec<Diagnostic> {
    let mut images: BTreeMap<Name, BTreeMap<ImagePath, Option<Route>>> = BTreeMap::new();
    for (inside, route) in with_images(draft).iter().flat_map(|settings| settings.insides()) {
        images.entry(inside.image).or_default().entry(inside.path).or_insert(route);
    }
    let mut findings = Vec::new();
    for artifact in &draft.artifacts {
        let Some(paths) = images.get(&artifact.name.value) else { continue };
        let locked = || draft.lock.get(&artifact.name.value).map(|(locked, _)| locked.sha256);
        let digest = artifact.sha256.as_ref().map(|digest| digest.value).or_else(locked);
        // What is not there is another finding.
        let at = match (&artifact.path, &digest) {
            (Some(path), _) if host.exists(&path.value) => ImageAt::File(&path.value),
            (None, Some(digest)) if host.stored(digest) => ImageAt::Stored(digest),
            _ => continue,
        };
        let asked: BTreeSet<ImagePath> = paths.keys().cloned().collect();
        for (path, absent) in host.inside(at, &asked) {
            let route = paths.get(&path).cloned().flatten();
            findings.push(not_in_image(&Inside { image: artifact.name.value.clone(), path }, route, &absent));
        }
    }
    findings
}
