//! Templates by name, in two layers: the built-in ones, and a lab's own above them.

use std::collections::BTreeMap;
use std::sync::Arc;

use pxectl_model::source::FileId;

/// What stands before a name to reach below a lab's own layer.
pub const BUILT_IN_PREFIX: &str = "builtin/";

/// A template as it was loaded.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its name, as recipes and inventories write it: `linux.ipxe.j2`, `web/preseed.cfg.j2`.
    pub name: String,
    /// Its text.
    pub text: Arc<str>,
    /// By which findings in it are shown.
    pub file: FileId,
}

/// All templates of a lab. `NAME` is the lab's own where it has one, else the built-in; `builtin/NAME` is always the built-in.
#[derive(Debug, Clone, Default)]
pub struct TemplateSet {
    own: BTreeMap<String, Template>,
    built_in: BTreeMap<String, Template>,
}

impl TemplateSet {
    /// Both layers.
    pub fn new(built_in: impl IntoIterator<Item = Template>, own: impl IntoIterator<Item = Template>) -> Self {
        let by_name = |t: Template| (t.name.clone(), t);
        Self { built_in: built_in.into_iter().map(by_name).collect(), own: own.into_iter().map(by_name).collect() }
    }

    /// The template that a name means.
    pub fn get(&self, name: &str) -> Option<&Template> {
        match name.strip_prefix(BUILT_IN_PREFIX) {
            Some(below) => self.built_in.get(below),
            None => self.own.get(name).or_else(|| self.built_in.get(name)),
        }
    }

    /// The lab's own templates.
    pub(crate) fn own(&self) -> impl Iterator<Item = &Template> {
        self.own.values()
    }

    /// Whether a name means a built-in template, and no template of the lab.
    pub(crate) fn is_built_in(&self, name: &str) -> bool {
        !self.own.contains_key(name) && self.built_in(name).is_some()
    }

    /// A built-in template, to start one's own from.
    pub fn built_in(&self, name: &str) -> Option<&Template> {
        self.built_in.get(name.strip_prefix(BUILT_IN_PREFIX).unwrap_or(name))
    }

    /// The names of the built-in templates, sorted.
    pub fn built_in_names(&self) -> impl Iterator<Item = &str> {
        self.built_in.keys().map(String::as_str)
    }

    /// The names that mean a template, sorted, without those that begin with `builtin/`.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.own.keys().chain(self.built_in.keys()).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Each name under which a template is compiled, with the template.
    pub(crate) fn compiled(&self) -> impl Iterator<Item = (String, &Template)> {
        let below = self.built_in.iter().map(|(name, template)| (format!("{BUILT_IN_PREFIX}{name}"), template));
        let above = self.names().into_iter().filter_map(|name| Some((name.to_owned(), self.get(name)?)));
        above.chain(below).collect::<Vec<_>>().into_iter()
    }
}
