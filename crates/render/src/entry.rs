//! What a host, a rule or `unknown` gives a machine, merged once when the table is built.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::Environment;
use minijinja::value::Value;
use pxectl_model::arch::Firmware;
use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::identity::Identity;
use pxectl_model::inventory::Inventory;
use pxectl_model::name::Name;
use pxectl_model::recipe::{Kind, Misfit, Need, Recipe};
use pxectl_model::resolve::{Because, set_up};
use pxectl_model::settings::{FileKey, Inject, Settings};
use pxectl_model::source::{Origin, Route};

use crate::context::{self, Facts};
use crate::fault::{KEY_MISSING, RECIPE_INVALID, TEMPLATE_MISSING, VALUE_REFUSED};
use crate::guard;
use crate::sealed::{Sealed, Values};
use crate::templates::TemplateSet;

/// Longest name of an injected file (wimboot 2.9.0: 31 characters and a NUL).
const INJECT_NAME_MAX: usize = 31;

/// What to do about a recipe that makes no sense.
const RECIPE: &str = "this is a fault of the file in templates/recipes; docs/recipes.md shows its shape";

/// One argument of a recipe.
#[derive(Debug, Clone)]
pub(crate) struct Argument {
    /// Its text where that needs no rendering, else the name of its template.
    pub text: Result<String, String>,
    /// What must be given for it to stand there.
    pub when: Option<String>,
}

/// All layers of one host, rule or `unknown`, and what can be prepared of them.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The host's label; a rule's machines have their own.
    pub label: Option<String>,
    /// The profile's name.
    pub profile: Name,
    /// The recipe.
    pub recipe: Arc<Recipe>,
    /// What booting it means.
    pub kind: Kind,
    /// The merged layers.
    pub settings: Settings,
    /// `vars` for templates.
    pub vars: Value,
    /// `secrets` for templates.
    pub secrets: Sealed,
    /// The recipe's arguments.
    pub recipe_args: Vec<Argument>,
    /// The arguments that people gave, checked.
    pub args: Vec<String>,
    /// Whether a host or a rule says so, and not `lab.unknown`.
    pub listed: bool,
    /// Where people wrote it.
    pub route: Option<Route>,
}

impl Entry {
    /// Merges and checks the layers.
    pub fn new(inventory: &Inventory, because: Because<'_>, values: Option<&Values>, faults: &mut Vec<Diagnostic>) -> Self {
        let setup = set_up(inventory, because, &Identity::default());
        let kind = setup.kind();
        let (label, route) = match because {
            Because::Host(_, host, _) => (Some(setup.label), Some(host.route.clone())),
            Because::Rule(_, rule) => (None, Some(rule.route.clone())),
            Because::Unknown => (None, setup.profile.origin.route.clone()),
        };
        let listed = !matches!(because, Because::Unknown);
        let settings = setup.settings;
        let args = settings.args.iter().filter_map(|arg| match guard::argument(&arg.value) {
            Ok(text) => Some(text.to_owned()),
            Err(why) => {
                let message = format!("`{}` cannot be a kernel argument: {why}", arg.value);
                let finding = Diagnostic::error(VALUE_REFUSED, place(&arg.origin, route.as_ref()), message);
                faults.push(finding.help("change it, or let a file that the system reads say it"));
                None
            }
        });
        let args = args.collect();
        let vars = settings.vars.iter().map(|(name, value)| (name.as_str(), context::var(&value.value)));
        let recipe = Arc::clone(setup.recipe);
        let argument = |(n, arg): (usize, &pxectl_model::recipe::RecipeArg)| {
            let rendered = arg.text.contains("{{") || arg.text.contains("{%");
            let text = if rendered { Err(argument_name(&recipe.name, n)) } else { Ok(arg.text.clone()) };
            Argument { text, when: arg.when.clone() }
        };
        let recipe_args = recipe.args.iter().enumerate().map(argument).collect();
        let vars = Value::from_pairs(vars);
        let secrets = Sealed::new(&settings.secrets, values);
        Self { label, profile: setup.profile.value, vars, secrets, recipe_args, args, listed, route, recipe, kind, settings }
    }

    /// The file name of the answer: that of its template, without folders and `.j2`.
    pub fn answer_name(&self) -> Option<&str> {
        let template = self.settings.answer.as_ref()?.value.as_str();
        let file = template.rsplit('/').next().unwrap_or(template);
        Some(file.strip_suffix(".j2").unwrap_or(file))
    }

    /// The templates that are rendered as files for this entry, by the file's name.
    pub fn answers(&self) -> impl Iterator<Item = (&str, &str, &Origin)> {
        let answer = self.answer_name().zip(self.settings.answer.as_ref());
        let answer = answer.map(|(name, template)| (name, template.value.as_str(), &template.origin));
        let injected = self.settings.inject.iter().filter_map(|(name, inject)| match &inject.value {
            Inject::Template(template) => Some((name.as_str(), template.as_str(), &inject.origin)),
            Inject::File(_) => None,
        });
        answer.into_iter().chain(injected)
    }

    /// The names of the answer file and of what is injected.
    fn file_names(&self) -> impl Iterator<Item = (&str, &Origin)> {
        let answer = self.answer_name().zip(self.settings.answer.as_ref()).map(|(name, template)| (name, &template.origin));
        answer.into_iter().chain(self.settings.inject.iter().map(|(name, inject)| (name.as_str(), &inject.origin)))
    }

    /// Whether what an argument of a recipe waits for is given; none where the recipe names something that is nothing.
    pub fn given(&self, when: &str, facts: &Facts) -> Option<bool> {
        let settings = &self.settings;
        Some(match when {
            "name" | "serial" | "uuid" | "mac" | "ip" => facts.has(when),
            "answer" => settings.answer.is_some(),
            "initrds" => settings.initrds.is_some(),
            "inject" => !settings.inject.is_empty(),
            "url" => settings.url.is_some(),
            // A person's own `---` says by itself what goes before it and what after.
            "args" => !self.args.is_empty() && !self.args.iter().any(|arg| arg == "---"),
            _ => match (when.strip_prefix("vars."), when.strip_prefix("secrets.")) {
                (Some(name), _) => settings.vars.contains_key(name),
                (_, Some(name)) => settings.secrets.contains_key(name),
                _ => settings.files.contains_key(&FileKey::ALL.into_iter().find(|key| key.as_str() == when)?),
            },
        })
    }

    /// Why the profile cannot boot on this firmware, if it cannot.
    pub fn misfit(&self, firmware: Firmware) -> Option<String> {
        Some(match self.recipe.misfit(&self.settings, firmware)? {
            Misfit::Recipe => format!("the recipe {} does not boot on {firmware}", self.recipe.name),
            Misfit::Lacks(key) => format!("the profile {} has no {key} for {}", self.profile, firmware.cpu()),
        })
    }

    /// Complains of what a recipe needs and nobody gives, of templates that are not there, and of names that fit nowhere.
    pub fn check(&self, set: &TemplateSet, faults: &mut Vec<Diagnostic>) {
        let here = || place_of(self.route.as_ref());
        for (key, _) in self.recipe.keys.iter().filter(|(_, need)| **need == Need::Required) {
            if self.given(key, &Facts::default()) == Some(false) {
                let message = format!("profile `{}` has no `{key}`, which the recipe {} needs", self.profile, self.recipe.name);
                faults.push(Diagnostic::error(KEY_MISSING, here(), message).help(format!("add `{key}` to the profile")));
            }
        }
        for (group, given) in self.recipe.unsettled(&|key| self.given(key, &Facts::default()) == Some(true)) {
            let (number, group) = (given.len(), group.join(", "));
            let message =
                format!("profile `{}` gives {number} of {group}; the recipe {} takes one", self.profile, self.recipe.name);
            faults.push(Diagnostic::error(KEY_MISSING, here(), message).help("give exactly one of them"));
        }
        for when in self.recipe_args.iter().filter_map(|arg| arg.when.as_deref()) {
            if self.given(when, &Facts::default()).is_none() {
                let message = format!("recipe `{}`: an argument waits for `{when}`, which is no key", self.recipe.name);
                faults.push(Diagnostic::error(RECIPE_INVALID, here(), message).help(RECIPE));
            }
        }
        if set.get(&self.recipe.script).is_none() {
            let message = format!("recipe `{}`: there is no template `{}`", self.recipe.name, self.recipe.script);
            let help = format!("there are: {}", set.names().join(", "));
            faults.push(Diagnostic::error(TEMPLATE_MISSING, here(), message).help(help));
        }
        let mut names = BTreeMap::new();
        for (name, origin) in self.file_names() {
            // Windows takes `A.TXT` and `a.txt` for one file.
            if let Some(first) = names.insert(name.to_ascii_lowercase(), name) {
                let message = match first == name {
                    true => format!("two files of one machine would be called `{name}`"),
                    false => {
                        format!("two files of one machine would be called `{first}` and `{name}`, which differ in case alone")
                    }
                };
                let finding = Diagnostic::error(VALUE_REFUSED, place(origin, self.route.as_ref()), message);
                faults.push(finding.help("give one of them another name"));
            }
        }
        for (name, template, origin) in self.answers() {
            let at = place(origin, self.route.as_ref());
            if set.get(template).is_none() {
                let finding = Diagnostic::error(TEMPLATE_MISSING, at.clone(), format!("there is no template `{template}`"));
                faults.push(finding.help(format!("there are: {}", set.names().join(", "))));
            }
            if let Err(why) = pxectl_model::ipxe::escape::path_segment(name) {
                let finding = Diagnostic::error(VALUE_REFUSED, at, format!("`{name}` cannot be the name of a file: {why}"));
                faults.push(finding.help("rename it: letters, digits, `.`, `_` and `-` fit everywhere"));
            }
        }
        for (name, inject) in &self.settings.inject {
            let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            let fits = (1..=INJECT_NAME_MAX).contains(&name.len()) && name.chars().all(plain) && !name.starts_with(['.', '-']);
            if !fits {
                let message = format!(
                    "`{name}` cannot be injected: wimboot takes names of 1 to {INJECT_NAME_MAX} letters, digits, `.`, `_` and `-`"
                );
                let finding = Diagnostic::error(VALUE_REFUSED, place(&inject.origin, self.route.as_ref()), message);
                faults.push(finding.help("rename it"));
            }
        }
    }
}

/// The name under which an argument of a recipe is compiled.
pub(crate) fn argument_name(recipe: &Name, n: usize) -> String {
    format!("recipe/{recipe}/args/{n}.arg")
}

/// Compiles the arguments of recipes that are templates.
pub(crate) fn compile_arguments(env: &mut Environment<'static>, inventory: &Inventory, faults: &mut Vec<Diagnostic>) {
    for recipe in inventory.parts().recipes.values() {
        for (n, arg) in recipe.args.iter().enumerate() {
            if let Err(error) = env.add_template_owned(argument_name(&recipe.name, n), arg.text.clone()) {
                let at = place_of(None);
                let message = format!("recipe `{}`: the argument `{}` is no template: {error}", recipe.name, arg.text);
                faults.push(Diagnostic::error(RECIPE_INVALID, at, message).help(RECIPE));
            }
        }
    }
}

fn place(origin: &Origin, otherwise: Option<&Route>) -> Place {
    place_of(origin.route.as_ref().or(otherwise))
}

/// A route as a place; the inventory itself, which is the first text that is loaded, where there is none.
pub(crate) fn place_of(route: Option<&Route>) -> Place {
    route.map_or(Place::File(pxectl_model::source::FileId(0)), |route| Place::Route(route.clone()))
}
