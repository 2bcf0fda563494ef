//! `recipe-key`: what a recipe needs and nobody gives, and what is given and it does not take.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use pxectl_model::diag::Place;
use pxectl_model::name::Name;
use pxectl_model::recipe::{Need, Recipe};
use pxectl_model::settings::Settings;
use pxectl_model::source::Route;

use super::chain::{booting, chain, given};
use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::{Findings, shown};

pub(super) const META: Meta = Meta::error("recipe-key", "a key that the recipe needs and lacks, or has and does not take");

/// A profile that is sound so far: its recipe and what that still needs.
struct Judged<'d> {
    recipe: &'d Recipe,
    lacks: BTreeSet<&'d str>,
}

/// A host or a rule.
struct User<'d> {
    settings: &'d Settings,
    route: &'d Route,
    label: String,
    flawed: bool,
}

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let mut judged: BTreeMap<&Name, Judged<'_>> = BTreeMap::new();
    let mut told = HashSet::new();
    let built_in = draft.profile_uses().map(|used| &used.value).filter(|name| draft.profile(name).is_none());
    for name in booting(draft).into_iter().chain(built_in) {
        if judged.contains_key(name) {
            continue;
        }
        let chain = chain(draft, name);
        let Some(recipe) = chain.recipe.as_ref().filter(|_| chain.whole).and_then(|recipe| draft.recipes.get(recipe)) else {
            continue;
        };
        let mut keys = HashSet::new();
        for (key, route) in chain.members.iter().flat_map(|profile| given(&profile.settings)) {
            keys.insert(key);
            if !recipe.keys.contains_key(key) && told.insert(route.clone()) {
                refuse(recipe, key, route, findings);
            }
        }
        let needs = recipe.keys.iter().filter(|(_, need)| **need == Need::Required).map(|(key, _)| key.as_str());
        judged.insert(name, Judged { recipe, lacks: needs.filter(|key| !keys.contains(key)).collect() });
    }
    let mut users: HashMap<&Name, Vec<User<'_>>> = HashMap::new();
    for host in &draft.hosts {
        let Some(profile) = &host.profile else { continue };
        let user = User { settings: &host.settings, route: &host.route, label: host.label(), flawed: host.flawed };
        users.entry(&profile.value).or_default().push(user);
    }
    for rule in &draft.rules {
        let Some(profile) = &rule.profile else { continue };
        let label = rule.route.to_string();
        let user = User { settings: &rule.settings, route: &rule.route, label, flawed: rule.flawed };
        users.entry(&profile.value).or_default().push(user);
    }
    for (name, judged) in judged {
        judge(draft, name, &judged, users.remove(name).unwrap_or_default(), findings);
    }
}

fn judge(draft: &Draft, name: &Name, judged: &Judged<'_>, users: Vec<User<'_>>, findings: &mut Findings) {
    let recipe = judged.recipe;
    let mut missing: Vec<(&User<'_>, Vec<&str>)> = Vec::new();
    for user in &users {
        let keys = given(user.settings);
        for (key, route) in keys.iter().filter(|(key, _)| !recipe.keys.contains_key(*key)) {
            refuse(recipe, key, route.clone(), findings);
        }
        let lacks = judged.lacks.iter().filter(|key| !keys.iter().any(|(given, _)| given == *key));
        let lacks: Vec<&str> = lacks.copied().collect();
        if !lacks.is_empty() && !user.flawed {
            missing.push((user, lacks));
        }
    }
    let unknown = draft.lab.unknown.as_ref().is_some_and(|unknown| unknown.value == *name);
    let nobody_helps = missing.len() == users.len() || unknown;
    if nobody_helps && !judged.lacks.is_empty() {
        let Some(route) = draft.profile(name).and_then(|profile| profile.name.origin.route.clone()) else { return };
        let keys: Vec<&str> = judged.lacks.iter().copied().collect();
        lack(recipe, &format!("the profile `{name}`"), &keys, route, findings);
        return;
    }
    for (user, keys) in missing {
        lack(recipe, &format!("`{}`", shown(&user.label)), &keys, user.route.clone(), findings);
    }
}

fn refuse(recipe: &Recipe, key: &str, route: Route, findings: &mut Findings) {
    let takes: Vec<&str> = recipe.keys.keys().map(String::as_str).chain(["args", "vars"]).collect();
    let message = format!("the recipe `{}` does not take `{key}`", recipe.name);
    let help = format!("it takes {}", takes.join(", "));
    findings.push(META.at(Place::Route(route), message).help(help));
}

fn lack(recipe: &Recipe, who: &str, keys: &[&str], route: Route, findings: &mut Findings) {
    let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let message = format!("{who} lacks {}, which the recipe `{}` needs", keys.join(" and "), recipe.name);
    let help = "give it in the profile, in one that it extends, or in the host or rule";
    findings.push(META.at(Place::Route(route), message).help(help));
}
