//! Who names profiles and artifacts.

use std::collections::BTreeMap;

use pxectl_model::inventory::{Inventory, IpxeSource};
use pxectl_model::name::Name;

use super::{NOTHING, count};

/// How often a thing is named, and by what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Users {
    /// By profiles: those that extend it, or load it.
    pub profiles: usize,
    /// By hosts, in their own entries.
    pub hosts: usize,
    /// By rules.
    pub rules: usize,
    /// By the lab: `unknown`, `ipxe`.
    pub lab: bool,
}

impl Users {
    /// `12 hosts, 1 rule`; `-` for what nothing names.
    pub fn words(&self) -> String {
        let counts = [(self.hosts, "host"), (self.rules, "rule"), (self.profiles, "profile")];
        let mut words: Vec<String> = counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, one)| count(n, one)).collect();
        words.extend(self.lab.then(|| "the lab".to_owned()));
        if words.is_empty() { NOTHING.to_owned() } else { words.join(", ") }
    }
}

/// The users of every profile that has some.
pub fn of_profiles(inventory: &Inventory) -> BTreeMap<&Name, Users> {
    let parts = inventory.parts();
    let mut users: BTreeMap<&Name, Users> = BTreeMap::new();
    parts.hosts.iter().for_each(|host| users.entry(&host.profile.value).or_default().hosts += 1);
    parts.rules.iter().for_each(|rule| users.entry(&rule.profile.value).or_default().rules += 1);
    let bases = parts.profiles.values().filter_map(|profile| profile.extends.as_ref());
    bases.for_each(|base| users.entry(&base.value).or_default().profiles += 1);
    users.entry(&parts.lab.unknown.value).or_default().lab = true;
    users
}

/// The users of every artifact that has some.
pub fn of_artifacts(inventory: &Inventory) -> BTreeMap<&Name, Users> {
    let parts = inventory.parts();
    let mut users: BTreeMap<&Name, Users> = BTreeMap::new();
    for profile in parts.profiles.values() {
        distinct(profile.settings.artifacts()).for_each(|name| users.entry(name).or_default().profiles += 1);
    }
    for host in &parts.hosts {
        distinct(host.settings.artifacts()).for_each(|name| users.entry(name).or_default().hosts += 1);
    }
    for rule in &parts.rules {
        distinct(rule.settings.artifacts()).for_each(|name| users.entry(name).or_default().rules += 1);
    }
    if let Some(IpxeSource::Artifacts(programs)) = &parts.lab.ipxe {
        programs.values().for_each(|name| users.entry(&name.value).or_default().lab = true);
        parts.lab.loads.values().for_each(|name| users.entry(name).or_default().lab = true);
    }
    users
}

/// A profile that loads one file twice is one user of it.
fn distinct<'n>(names: impl Iterator<Item = &'n Name>) -> impl Iterator<Item = &'n Name> {
    names.collect::<std::collections::BTreeSet<_>>().into_iter()
}
