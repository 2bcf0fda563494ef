//! Secrets in a rendering: a placeholder everywhere, and the value only in what a booting machine gets.
//!
//! Everything is rendered with placeholders first, and what is wrong then is told as usual. What goes wrong with the values alone is
//! told without them: neither minijinja's words nor a quoted line can then show one.

use std::collections::BTreeMap;
use std::fmt;

use minijinja::Error;
use minijinja::value::Value;
use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::secret::{Secret, SecretSource};
use pxectl_model::source::{Origin, Sourced};

use crate::entry::{Entry, place_of};
use crate::env::RefusedValue;
use crate::fault::{self, SECRET_IN_SCRIPT, VALUE_REFUSED, innermost};
use crate::templates::{Template, TemplateSet};

/// The values that were read, by their source.
pub(crate) type Values = BTreeMap<SecretSource, Secret>;

/// What stands in the place of a secret wherever people read: a plain word, so that it fits wherever a value may stand.
pub fn placeholder(name: &str) -> String {
    format!("SECRET-{name}")
}

/// The secrets of one entry.
pub(crate) struct Sealed {
    names: Vec<(String, Origin)>,
    placeholders: Value,
    values: Option<Value>,
    /// The first for which a value was to be read and is not there.
    unread: Option<String>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("names", &self.names).field("unread", &self.unread).finish_non_exhaustive()
    }
}

impl Sealed {
    /// Of what an entry names. Without `values` there are placeholders alone, for good: what is rendered so is for people, or for
    /// pretend machines.
    pub fn new(secrets: &BTreeMap<String, Sourced<SecretSource>>, values: Option<&Values>) -> Self {
        let names = secrets.iter().map(|(name, source)| (name.clone(), source.origin.clone())).collect();
        let placeholders = Value::from_pairs(secrets.keys().map(|name| (name.as_str(), Value::from(placeholder(name)))));
        let read = |source: &SecretSource| values.and_then(|values| values.get(source));
        let unread = secrets.iter().find(|(_, source)| values.is_some() && read(&source.value).is_none());
        let unread = unread.map(|(name, _)| name.clone());
        let values = (values.is_some() && unread.is_none() && !secrets.is_empty()).then(|| {
            let pairs = secrets.iter().filter_map(|(name, source)| Some((name.as_str(), read(&source.value)?.reveal())));
            Value::from_pairs(pairs.map(|(name, value)| (name, Value::from(value))))
        });
        Self { names, placeholders, values, unread }
    }

    /// For templates.
    pub fn value(&self, revealed: bool) -> Value {
        self.values.as_ref().filter(|_| revealed).unwrap_or(&self.placeholders).clone()
    }

    /// Whether a rendering with values differs from one without.
    pub fn has_values(&self) -> bool {
        self.values.is_some()
    }

    /// A secret without which this entry cannot boot, since nobody has read it.
    pub fn unread(&self) -> Option<&str> {
        self.unread.as_deref()
    }

    /// Each name with the place where it is declared.
    pub fn names(&self) -> impl Iterator<Item = (&str, &Origin)> {
        self.names.iter().map(|(name, origin)| (name.as_str(), origin))
    }

    /// The names in words.
    pub fn listed(&self) -> String {
        self.names.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }

    /// The secret that has exactly this value.
    fn named(&self, value: &str) -> Option<(&str, &Origin)> {
        let values = self.values.as_ref()?;
        self.names().find(|(name, _)| values.get_attr(name).is_ok_and(|held| held.as_str() == Some(value)))
    }
}

/// What went wrong with the values and not with placeholders; nothing of a value is in it.
pub(crate) fn refused(entry: &Entry, error: Option<&Error>, set: &TemplateSet) -> Diagnostic {
    let error = error.map(innermost);
    let refused = error.and_then(|error| std::error::Error::source(error)?.downcast_ref::<RefusedValue>());
    let culprit = refused.and_then(|refused| entry.secrets.named(&refused.value));
    let what = match culprit {
        Some((name, _)) => format!("the value of the secret `{name}`"),
        None => format!("what is made of the secrets {}", entry.secrets.listed()),
    };
    let message = match refused {
        Some(refused) => format!("{what} cannot stand in {}", refused.place),
        None => format!("{what} breaks what is rendered; with placeholders nothing is wrong"),
    };
    let route = culprit.or_else(|| entry.secrets.names().next()).and_then(|(_, origin)| origin.route.as_ref());
    let finding = Diagnostic::error(VALUE_REFUSED, place_of(route.or(entry.route.as_ref())), message).help(
        "take a value of letters, digits, `.`, `_` and `-`, or let the template quote it with a filter; the value is not shown",
    );
    match error.and_then(|error| Some((error, set.get(error.name()?)?))) {
        Some((error, template)) => finding.related(fault::place(template, error), "it is put in here"),
        None => finding,
    }
}

/// The secrets of an entry that a text was rendered with, told by their placeholders.
pub(crate) fn shown_in<'a>(entry: &'a Entry, text: &str) -> Vec<(&'a str, &'a Origin)> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let holds = |name: &str| {
        let wanted = placeholder(name);
        text.match_indices(&wanted).any(|(at, _)| !text[at + wanted.len()..].starts_with(word))
    };
    entry.secrets.names().filter(|(name, _)| holds(name)).collect()
}

/// The warning for one of them in a boot script.
pub(crate) fn in_script(entry: &Entry, name: &str, origin: &Origin, template: &Template) -> Diagnostic {
    let at = place_of(origin.route.as_ref().or(entry.route.as_ref()));
    let message = format!("the secret `{name}` stands in the boot script of the profile `{}`", entry.profile);
    SECRET_IN_SCRIPT.at(at, message).related(Place::File(template.file), "the script's template").help(
        "a script shows on the machine's screen, and arguments of a kernel in /proc/cmdline ever after; put it into an answer file",
    )
}
