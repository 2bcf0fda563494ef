//! Templates of a lab that nothing renders.

use std::collections::HashSet;

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::inventory::Parts;
use pxectl_model::settings::{Inject, Settings};

use crate::fault::UNUSED_TEMPLATE;
use crate::templates::{Template, TemplateSet};

/// A finding for each of the lab's own templates that has no built-in one's name, that no profile, rule or host names, and whose name
/// stands in no other template. None where a template names others by a variable: nobody can tell which.
pub(crate) fn templates(parts: &Parts, set: &TemplateSet) -> Vec<Diagnostic> {
    let own: Vec<&Template> = set.own().filter(|template| set.built_in(&template.name).is_none()).collect();
    let varies = |text: &str| {
        let tags = ["include", "extends", "import", "from"];
        let after =
            |tag: &str| text.split(tag).skip(1).any(|rest| rest.starts_with(' ') && !rest.trim_start().starts_with(['"', '\'']));
        text.contains("{%") && tags.into_iter().any(after)
    };
    if own.is_empty() || set.own().any(|template| varies(&template.text)) {
        return Vec::new();
    }
    let layers = parts.profiles.values().map(|profile| &profile.settings);
    let layers =
        layers.chain(parts.rules.iter().map(|rule| &rule.settings)).chain(parts.hosts.iter().map(|host| &*host.settings));
    let mut named: HashSet<&str> = layers.flat_map(names).collect();
    named.extend(parts.recipes.values().map(|recipe| recipe.script.as_str()));
    let unused = own.into_iter().filter(|template| {
        let mentioned = || set.own().any(|other| other.name != template.name && other.text.contains(&template.name));
        !named.contains(template.name.as_str()) && !mentioned()
    });
    let finding = |template: &Template| {
        let message = format!("nothing renders the template `{}`", template.name);
        let help = "name it in `answer` or `inject`, or remove it; a built-in one is replaced by a file of its very name";
        UNUSED_TEMPLATE.at(Place::File(template.file), message).help(help)
    };
    unused.map(finding).collect()
}

fn names(settings: &Settings) -> impl Iterator<Item = &str> {
    let injected = settings.inject.values().filter_map(|inject| match &inject.value {
        Inject::Template(template) => Some(template.as_str()),
        Inject::File(_) => None,
    });
    settings.answer.iter().map(|answer| answer.value.as_str()).chain(injected)
}
