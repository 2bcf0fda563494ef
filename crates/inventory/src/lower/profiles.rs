//! `profiles`.

use pxectl_model::diag::Place;
use pxectl_model::name::Name;
use pxectl_model::profile::BUILT_IN;
use pxectl_model::source::{Layer, Sourced};

use super::lab::{name_key, sourced};
use super::settings::settings;
use crate::draft::{Draft, ProfileDraft};
use crate::keys;
use crate::rules::structure::INVALID_VALUE;
use crate::walk::{At, Walk};

pub(super) fn profiles(walk: &mut Walk<'_>, draft: &mut Draft, at: &At<'_>) {
    for (key, at) in walk.named(at) {
        let Some(name) = name_key(walk, key, &at) else { continue };
        let place = Place::Route(at.route.clone().on_key());
        if BUILT_IN.contains(&name.as_str()) {
            let message = format!("the profile `{name}` always exists and cannot be written anew");
            walk.push(INVALID_VALUE.at(place, message).help("give yours another name; it may extend this one"));
        }
        let before = walk.findings.errors();
        let layer = Layer::Profile(name.to_string());
        let mut profile = ProfileDraft {
            name: Sourced::new(name.clone(), layer.clone(), at.route.clone().on_key()),
            extends: None,
            settings: Default::default(),
            flawed: false,
        };
        if let Some(table) = walk.table(&at, &keys::PROFILE) {
            profile.settings = settings(walk, &table, &layer);
            profile.extends = table.get("extends").and_then(|at| Some(sourced(&at, walk.parse::<Name>(&at)?, layer.clone())));
            profile.settings.recipe =
                table.get("recipe").and_then(|at| Some(sourced(&at, walk.parse::<Name>(&at)?, layer.clone())));
            profile.settings.installs = table.get("installs").and_then(|at| installs(walk, &at, &layer));
        }
        profile.flawed = walk.findings.errors() > before;
        draft.profile_index.insert(name, draft.profiles.len());
        draft.profiles.push(profile);
    }
}

/// A profile can say that it installs where its recipe does not know. The other way round it would take a guard away.
fn installs(walk: &mut Walk<'_>, at: &At<'_>, layer: &Layer) -> Option<Sourced<()>> {
    if walk.word::<bool>(at, &["true", "false"])? {
        return Some(sourced(at, (), layer.clone()));
    }
    let message = "`installs` can only be true: what a recipe installs stays guarded";
    walk.push(INVALID_VALUE.at(at.place(), message).help("leave the key out; the recipe says whether it installs"));
    None
}
