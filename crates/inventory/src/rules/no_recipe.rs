//! `no-recipe`: a profile that says what to boot nowhere.

use pxectl_model::diag::Place;

use super::chain::{booting, chain};
use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("no-recipe", "a profile without a recipe, its own or one of what it extends");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    for name in booting(draft) {
        let chain = chain(draft, name);
        let Some(route) = draft.profile(name).and_then(|profile| profile.name.origin.route.clone()) else { continue };
        if chain.whole && chain.recipe.is_none() {
            let names: Vec<&str> = draft.recipes.keys().map(|name| name.as_str()).collect();
            let help = format!("add `recipe:` with one of {}", names.join(", "));
            let message = format!("neither the profile `{name}` nor one that it extends names a recipe");
            findings.push(META.at(Place::Route(route), message).help(help));
        }
    }
}
