//! What the rules about files share: what each profile boots, with the files of all its layers.

use std::collections::{HashMap, HashSet};

use pxectl_model::name::Name;
use pxectl_model::recipe::Recipe;
use pxectl_model::settings::Settings;

use super::chain::{booting, chain};
use crate::draft::{Draft, HostDraft, RuleDraft};

/// What a profile boots: the files of all its layers and those that its recipe knows, and the recipe.
pub(crate) struct Boots<'d> {
    pub recipe: &'d Recipe,
    pub settings: Settings,
}

impl Boots<'_> {
    /// With what a host or rule says on top; none where it says nothing of files.
    pub fn over(&self, over: &Settings) -> Option<Self> {
        over.names_files().then(|| {
            let mut settings = self.settings.clone();
            lay(&mut settings, over);
            self.recipe.complete(&mut settings);
            Self { recipe: self.recipe, settings }
        })
    }
}

fn lay(settings: &mut Settings, over: &Settings) {
    settings.files.extend(over.files.iter().map(|(key, file)| (*key, file.clone())));
    settings.inject.extend(over.inject.iter().map(|(name, inject)| (name.clone(), inject.clone())));
    if over.initrds.is_some() {
        settings.initrds.clone_from(&over.initrds);
    }
    if over.iso.is_some() {
        settings.iso.clone_from(&over.iso);
    }
}

/// The profiles that boot something and can be judged, each once.
pub(crate) fn profiles(draft: &Draft) -> Vec<(&Name, Boots<'_>)> {
    let mut seen = HashSet::new();
    let built_in = draft.profile_uses().map(|used| &used.value).filter(|name| draft.profile(name).is_none());
    let names = booting(draft).into_iter().chain(built_in).filter(|name| seen.insert(*name));
    let boots = |name| {
        let chain = chain(draft, name);
        let recipe = chain.recipe.as_ref().filter(|_| chain.whole).and_then(|recipe| draft.recipes.get(recipe))?;
        let mut settings = Settings::default();
        chain.members.iter().rev().for_each(|member| lay(&mut settings, &member.settings));
        recipe.complete(&mut settings);
        Some((name, Boots { recipe, settings }))
    };
    names.filter_map(boots).collect()
}

/// Everything that machines may get, as settings: those of profiles that somebody gets as they are, or that nobody names yet; and those
/// of hosts and rules that say something of files themselves. Empty where nobody takes a file out of an image, as in most labs.
pub(crate) fn with_images(draft: &Draft) -> Vec<Settings> {
    if !draft.layers().any(takes_from_image) {
        return Vec::new();
    }
    let profiles = profiles(draft);
    let known: HashMap<&Name, &Boots<'_>> = profiles.iter().map(|(name, boots)| (*name, boots)).collect();
    let (mut as_they_are, mut named) = (HashSet::new(), HashSet::new());
    let mut own = Vec::new();
    let hosts = draft.hosts.iter().map(|HostDraft { profile, settings, flawed, .. }| (profile, &**settings, *flawed));
    let rules = draft.rules.iter().map(|RuleDraft { profile, settings, flawed, .. }| (profile, settings, *flawed));
    for (profile, settings, flawed) in hosts.chain(rules) {
        let Some(profile) = profile else { continue };
        named.insert(&profile.value);
        match known.get(&profile.value).map(|boots| boots.over(settings)) {
            Some(Some(boots)) if !flawed => own.push(boots.settings),
            Some(None) => {
                as_they_are.insert(&profile.value);
            }
            _ => {}
        }
    }
    as_they_are.extend(draft.lab.unknown.iter().map(|unknown| &unknown.value));
    let alone = |name: &Name| as_they_are.contains(name) || !named.contains(name);
    let profiles = profiles.into_iter().filter(|(name, _)| alone(name)).map(|(_, boots)| boots.settings);
    profiles.chain(own).collect()
}

fn takes_from_image(layer: &Settings) -> bool {
    layer.iso.is_some() || pxectl_model::arch::CpuArch::ALL.into_iter().any(|cpu| layer.takes_from_image(cpu))
}
