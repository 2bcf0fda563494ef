//! `unknown-recipe`: a recipe that this program does not bring.

use pxectl_model::diag::Place;
use pxectl_model::name::Name;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("unknown-recipe", "a recipe that there is not");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    for recipe in draft.profiles.iter().filter_map(|profile| profile.settings.recipe.as_ref()) {
        let name = &recipe.value;
        let Some(route) = recipe.origin.route.as_ref().filter(|_| !draft.recipes.contains_key(name)) else { continue };
        let names: Vec<&str> = draft.recipes.keys().map(Name::as_str).collect();
        let help = match findings.suggest(name.as_str(), names.iter().copied()) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!("there are {}", names.join(", ")),
        };
        findings.push(META.at(Place::Route(route.clone()), format!("there is no recipe `{name}`")).help(help));
    }
}
