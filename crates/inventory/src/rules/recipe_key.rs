//! `recipe-key`: what a recipe needs and nobody gives, and what is given and it does not take.

use std::collections::{BTreeMap, HashMap, HashSet};

use pxectl_model::diag::Place;
use pxectl_model::name::Name;
use pxectl_model::recipe::{Need, Recipe};
use pxectl_model::settings::Settings;
use pxectl_model::source::Route;

use super::chain::{booting, chain, given};
use super::meta::Meta;
use crate::draft::{Draft, HostDraft};
use crate::findings::{Findings, shown};

pub(super) const META: Meta =
    Meta::error("recipe-key", "keys that the recipe needs and lacks, has and does not take, or takes one of");

/// A profile that is sound so far: its recipe, and which keys it and those that it extends give.
struct Judged<'d> {
    recipe: &'d Recipe,
    keys: HashSet<&'static str>,
}

/// A host or a rule.
struct User<'d> {
    settings: &'d Settings,
    route: &'d Route,
    host: Option<&'d HostDraft>,
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
        for (key, route) in chain.members.iter().rev().flat_map(|profile| given(&profile.settings)) {
            keys.insert(key);
            if !takes(recipe, key) && told.insert(route.clone()) {
                refuse(recipe, key, route.clone(), findings);
            }
            for group in crowded(recipe, key, &keys).filter(|_| told.insert(route.clone())) {
                crowd(recipe, group, route.clone(), findings);
            }
        }
        judged.insert(name, Judged { recipe, keys });
    }
    let mut users: HashMap<&Name, Vec<User<'_>>> = HashMap::new();
    for host in &draft.hosts {
        let Some(profile) = &host.profile else { continue };
        let user = User { settings: &host.settings, route: &host.route, host: Some(host), flawed: host.flawed };
        users.entry(&profile.value).or_default().push(user);
    }
    for rule in &draft.rules {
        let Some(profile) = &rule.profile else { continue };
        let user = User { settings: &rule.settings, route: &rule.route, host: None, flawed: rule.flawed };
        users.entry(&profile.value).or_default().push(user);
    }
    for (name, judged) in judged {
        judge(draft, name, &judged, users.remove(name).unwrap_or_default(), findings);
    }
}

fn judge(draft: &Draft, name: &Name, judged: &Judged<'_>, users: Vec<User<'_>>, findings: &mut Findings) {
    let recipe = judged.recipe;
    let needs = lacks(recipe, &judged.keys);
    let mut missing: Vec<(&User<'_>, Vec<String>)> = Vec::new();
    for user in &users {
        let keys = given(user.settings);
        if keys.is_empty() {
            if !needs.is_empty() && !user.flawed {
                missing.push((user, needs.clone()));
            }
            continue;
        }
        let mut all = judged.keys.clone();
        for (key, route) in keys {
            if !takes(recipe, key) {
                refuse(recipe, key, route.clone(), findings);
            }
            if all.insert(key) {
                crowded(recipe, key, &all).for_each(|group| crowd(recipe, group, route.clone(), findings));
            }
        }
        let lacks = lacks(recipe, &all);
        if !lacks.is_empty() && !user.flawed {
            missing.push((user, lacks));
        }
    }
    let unknown = draft.lab.unknown.as_ref().is_some_and(|unknown| unknown.value == *name);
    let nobody_helps = missing.len() == users.len() || unknown;
    if nobody_helps && !needs.is_empty() {
        let Some(route) = draft.profile(name).and_then(|profile| profile.name.origin.route.clone()) else { return };
        lack(recipe, &format!("the profile `{name}`"), &needs, route, findings);
        return;
    }
    for (user, keys) in missing {
        let label = user.host.map_or_else(|| user.route.to_string(), HostDraft::label);
        lack(recipe, &format!("`{}`", shown(&label)), &keys, user.route.clone(), findings);
    }
}

/// Whether a recipe takes a key. What boots anything may be said to install, and what boots files may have them out of an image.
fn takes(recipe: &Recipe, key: &str) -> bool {
    recipe.keys.contains_key(key) || (key == "installs" && recipe.boots()) || (key == "iso" && recipe.takes_files())
}

/// What is still to be given beside `keys`, in words.
fn lacks(recipe: &Recipe, keys: &HashSet<&'static str>) -> Vec<String> {
    let given = |key: &str| keys.contains(key) || (keys.contains("iso") && recipe.in_image.gives(key));
    let needs = recipe.keys.iter().filter(|(key, need)| **need == Need::Required && !given(key));
    let groups = recipe.unsettled(&|key| keys.contains(key)).into_iter().filter(|(_, given)| given.is_empty());
    let alone = needs.map(|(key, _)| format!("`{key}`"));
    alone.chain(groups.map(|(group, _)| listed(group, " or "))).collect()
}

/// The groups of which one is to be given, with this key and another.
fn crowded<'d>(recipe: &'d Recipe, key: &str, keys: &HashSet<&'static str>) -> impl Iterator<Item = &'d [String]> {
    let groups = recipe.unsettled(&|key| keys.contains(key)).into_iter();
    groups
        .filter(move |(_, given)| given.len() > 1 && given.contains(&key))
        .map(|(group, _)| group)
        .collect::<Vec<_>>()
        .into_iter()
}

fn listed(keys: &[String], between: &str) -> String {
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(between)
}

fn crowd(recipe: &Recipe, group: &[String], route: Route, findings: &mut Findings) {
    let message = format!("the recipe `{}` takes only one of {}", recipe.name, listed(group, " and "));
    let help = "remove one of them, here or in a profile that this one builds on";
    findings.push(META.at(Place::Route(route), message).help(help));
}

fn refuse(recipe: &Recipe, key: &str, route: Route, findings: &mut Findings) {
    let more = [recipe.takes_files().then_some("iso"), recipe.boots().then_some("installs")].into_iter().flatten();
    let takes: Vec<&str> = recipe.keys.keys().map(String::as_str).chain(["args", "vars", "secrets"]).chain(more).collect();
    let message = format!("the recipe `{}` does not take `{key}`", recipe.name);
    let help = format!("it takes {}", takes.join(", "));
    findings.push(META.at(Place::Route(route), message).help(help));
}

fn lack(recipe: &Recipe, who: &str, keys: &[String], route: Route, findings: &mut Findings) {
    let message = format!("{who} lacks {}, which the recipe `{}` needs", keys.join(" and "), recipe.name);
    let help = "give it in the profile, in one that it extends, or in the host or rule";
    findings.push(META.at(Place::Route(route), message).help(help));
}
