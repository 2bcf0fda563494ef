//! `unknown-profile`: a profile that nobody wrote.

use pxectl_model::diag::Place;
use pxectl_model::profile::BUILT_IN;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("unknown-profile", "a profile that is not among `profiles`");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let extended = draft.profiles.iter().filter_map(|profile| profile.extends.as_ref());
    for used in draft.profile_uses().chain(extended) {
        let name = &used.value;
        if BUILT_IN.contains(&name.as_str()) || draft.profile(name).is_some() {
            continue;
        }
        let Some(route) = &used.origin.route else { continue };
        let names = draft.profiles.iter().map(|profile| profile.name.value.as_str()).chain(BUILT_IN);
        let help = match findings.suggest(name.as_str(), names) {
            Some(close) => format!("did you mean `{close}`?"),
            None => "write it under `profiles`, or name another".to_owned(),
        };
        findings.push(META.at(Place::Route(route.clone()), format!("there is no profile `{name}`")).help(help));
    }
}
