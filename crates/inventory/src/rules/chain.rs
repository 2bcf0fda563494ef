//! What the rules about recipes share: a profile with everything that it extends.

use std::collections::HashSet;

use pxectl_model::name::Name;
use pxectl_model::settings::Settings;
use pxectl_model::source::Route;

use super::cyclic_extends::CHAIN;
use crate::draft::{Draft, ProfileDraft};

/// A profile and what it is made of, itself first.
pub(super) struct Chain<'d> {
    pub members: Vec<&'d ProfileDraft>,
    /// The recipe; none where no member names one.
    pub recipe: Option<Name>,
    /// Everything is there to be judged: readable, no circle, no name that leads nowhere.
    pub whole: bool,
}

pub(super) fn chain<'d>(draft: &'d Draft, name: &Name) -> Chain<'d> {
    let mut chain = Chain { members: Vec::new(), recipe: None, whole: true };
    let mut at = name.clone();
    loop {
        let Some(profile) = draft.profile(&at) else {
            // A built-in profile is its own recipe.
            chain.whole &= pxectl_model::profile::BUILT_IN.contains(&at.as_str());
            chain.recipe.get_or_insert(at);
            return chain;
        };
        chain.whole &= !profile.flawed && chain.members.len() < CHAIN;
        if !chain.whole {
            return chain;
        }
        chain.members.push(profile);
        if let Some(recipe) = &profile.settings.recipe {
            chain.recipe.get_or_insert_with(|| recipe.value.clone());
        }
        match &profile.extends {
            Some(base) => at = base.value.clone(),
            None => return chain,
        }
    }
}

/// The profiles that boot something: those that a host, a rule or `unknown` names, and those that nobody extends.
pub(super) fn booting(draft: &Draft) -> Vec<&Name> {
    let used: HashSet<&Name> = draft.profile_uses().map(|used| &used.value).collect();
    let extended: HashSet<&Name> = draft.profiles.iter().filter_map(|p| p.extends.as_ref()).map(|base| &base.value).collect();
    let names = draft.profiles.iter().map(|profile| &profile.name.value);
    names.filter(|name| used.contains(*name) || !extended.contains(*name)).collect()
}

/// The keys of a layer that a recipe may take or not, each with its place. `args`, `vars` and `secrets` every recipe takes.
pub(super) fn given(settings: &Settings) -> Vec<(&'static str, Route)> {
    let mut keys: Vec<(&'static str, Option<Route>)> = Vec::new();
    if let Some(iso) = &settings.iso {
        keys.push(("iso", iso.origin.route.clone()));
    }
    for (key, file) in &settings.files {
        keys.push((key.as_str(), file.origin.route.clone()));
    }
    if let Some(initrds) = &settings.initrds {
        keys.push(("initrds", initrds.origin.route.clone()));
    }
    if let Some(inject) = settings.inject.values().next() {
        keys.push(("inject", inject.origin.route.as_ref().map(Route::above)));
    }
    if let Some(answer) = &settings.answer {
        keys.push(("answer", answer.origin.route.clone()));
    }
    if let Some(url) = &settings.url {
        keys.push(("url", url.origin.route.clone()));
    }
    if let Some(installs) = &settings.installs {
        keys.push(("installs", installs.origin.route.clone()));
    }
    keys.into_iter().filter_map(|(key, route)| Some((key, route?.on_key()))).collect()
}
