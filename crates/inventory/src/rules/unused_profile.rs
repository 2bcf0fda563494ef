//! `unused-profile`: a profile that no machine gets.

use std::collections::HashSet;

use pxectl_model::diag::Place;
use pxectl_model::name::Name;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::note("unused-profile", "a profile that no host, no rule and no other profile names");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    // A lab that has no machines yet has nothing but unused profiles.
    let fresh = draft.hosts.is_empty() && draft.rules.is_empty();
    let unread = draft.hosts.iter().any(|host| host.profile.is_none()) || draft.rules.iter().any(|rule| rule.profile.is_none());
    if fresh || unread {
        return;
    }
    let mut used: HashSet<&Name> = draft.profile_uses().map(|used| &used.value).collect();
    used.extend(draft.profiles.iter().filter_map(|profile| profile.extends.as_ref()).map(|base| &base.value));
    for name in draft.profiles.iter().map(|profile| &profile.name).filter(|name| !used.contains(&name.value)) {
        let Some(route) = &name.origin.route else { continue };
        let message = format!("no host, no rule and no other profile names the profile `{}`", name.value);
        let help = "leave it for later, or remove it; if a machine was to get it, look for its name there";
        findings.push(META.at(Place::Route(route.clone()), message).help(help));
    }
}
