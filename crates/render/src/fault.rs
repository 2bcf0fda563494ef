//! What minijinja complains of, as findings at their places.

use std::error::Error as _;

use minijinja::{Error, ErrorKind};
use pxectl_model::diag::{Diagnostic, Place, RuleId};
use pxectl_model::ipxe::Position;
use pxectl_model::name::Name;
use pxectl_model::rule::Meta;
use pxectl_model::source::{Origin, Span};

use crate::context::KNOWN;
use crate::env::RefusedValue;
use crate::templates::{Template, TemplateSet};

/// A template that cannot be read, or fails while it runs.
pub const TEMPLATE_ERROR: RuleId = RuleId("template-error");
/// A name in a template that means nothing.
pub const TEMPLATE_NAME: RuleId = RuleId("template-name");
/// A template that is named and is not there.
pub const TEMPLATE_MISSING: RuleId = RuleId("template-missing");
/// A value that cannot be written where it would land.
pub const VALUE_REFUSED: RuleId = RuleId("value-refused");
/// A rendered script that iPXE would not run.
pub const SCRIPT_INVALID: RuleId = RuleId("script-invalid");
/// A recipe whose data does not make sense.
pub const RECIPE_INVALID: RuleId = RuleId("recipe-invalid");
/// A key that a recipe needs and nobody gives.
pub const KEY_MISSING: RuleId = RuleId("missing-key");
/// What git should not hold; the inventory's rule, too.
pub const SECRET_IN_PLAIN_SIGHT: &str = "secret-in-plain-sight";
/// A boot URL that does not fit into a DHCP answer.
pub const BOOT_URL_LENGTH: RuleId = RuleId("boot-url-length");

/// A secret in a boot script, where it is no secret any more.
pub const SECRET_IN_SCRIPT: Meta = Meta::warning("secret-in-script", "a secret in a boot script, where it is no secret any more");

/// A template of the lab that nothing renders.
pub const UNUSED_TEMPLATE: Meta = Meta::note("unused-template", "a template of the lab that nothing renders");

/// The cards of every rule that is this crate's alone; `missing-key` is the inventory's, too.
pub const RULES: [Meta; 9] = [
    Meta::error(TEMPLATE_ERROR.0, "a template that cannot be read, or fails while it runs"),
    Meta::error(TEMPLATE_NAME.0, "a name in a template that means nothing"),
    Meta::error(TEMPLATE_MISSING.0, "a template that is named and is not there"),
    Meta::error(VALUE_REFUSED.0, "a value that cannot be written where it would land"),
    Meta::error(SCRIPT_INVALID.0, "a rendered script that iPXE would not run"),
    Meta::error(RECIPE_INVALID.0, "a recipe whose data does not make sense"),
    Meta::error(BOOT_URL_LENGTH.0, "a boot file that does not fit into a DHCP answer"),
    SECRET_IN_SCRIPT,
    UNUSED_TEMPLATE,
];

/// What to do about a value that fits nowhere.
const VALUE: &str = "change the value, or let the template quote it with a filter; docs/recipes.md names them";

/// What is known around a rendering, so that its errors become findings at the right places.
pub(crate) struct Around<'a> {
    /// The templates.
    pub set: &'a TemplateSet,
    /// Where a value came from, if a person wrote it.
    pub origin: &'a dyn Fn(&str) -> Option<Origin>,
    /// What to point at where nothing better is known.
    pub fallback: Place,
}

/// An error as a finding.
pub(crate) fn diagnose(error: &Error, around: &Around<'_>) -> Diagnostic {
    let error = innermost(error);
    let template = error.name().and_then(|name| around.set.get(name));
    let at = template.map(|template| place(template, error));
    if let Some(refused) = error.source().and_then(|source| source.downcast_ref::<RefusedValue>()) {
        let written = (around.origin)(&refused.value).and_then(|origin| origin.route).map(Place::Route);
        return refused_value(refused, at, written, around);
    }
    let at = at.unwrap_or_else(|| around.fallback.clone());
    if error.kind() == ErrorKind::UndefinedError {
        return undefined(error, template, at);
    }
    let detail = error.detail().map_or_else(String::new, |detail| format!(": {detail}"));
    let rule = if error.kind() == ErrorKind::TemplateNotFound { TEMPLATE_MISSING } else { TEMPLATE_ERROR };
    let finding = Diagnostic::error(rule, at, format!("{}{detail}", error.kind()));
    finding.help(match rule {
        TEMPLATE_MISSING => format!("there are: {}", around.set.names().join(", ")),
        _ => "mend the template; docs/recipes.md tells what templates may do".to_owned(),
    })
}

fn refused_value(refused: &RefusedValue, template: Option<Place>, written: Option<Place>, around: &Around<'_>) -> Diagnostic {
    let message = refused.to_string();
    let finding = match (written, template) {
        (Some(at), Some(used)) => Diagnostic::error(VALUE_REFUSED, at, message).related(used, "it is put in here"),
        (at, used) => Diagnostic::error(VALUE_REFUSED, at.or(used).unwrap_or_else(|| around.fallback.clone()), message),
    };
    finding.help(VALUE)
}

fn undefined(error: &Error, template: Option<&Template>, at: Place) -> Diagnostic {
    let text = template.zip(error.range()).and_then(|(template, range)| template.text.get(range));
    let name = text.map(|text| text.trim_matches(['{', '}', '-', ' '])).filter(|name| !name.is_empty() && name.len() < 80);
    let message = match name {
        Some(name) => format!("nothing gives `{name}` a value here"),
        None => "a name here has no value".to_owned(),
    };
    Diagnostic::error(TEMPLATE_NAME, at, message).help(format!(
        "names at the top are: {}; what `vars` and `secrets` hold is up to recipe, profile, rule and host",
        KNOWN.join(", ")
    ))
}

/// Where a script that installs starts something unasked, in words.
pub(crate) fn unguarded(at: &Position) -> String {
    let command = if at.command.is_empty() { "what took the script's place" } else { &at.command };
    format!("`{command}` starts something although `booted_url` was not fetched, or was refused")
}

/// The finding for the same.
pub(crate) fn unguarded_script(profile: &Name, template: &Template, at: &Position) -> Diagnostic {
    let message = format!("the profile `{profile}` installs, and in its rendered script {}", unguarded(at));
    Diagnostic::error(SCRIPT_INVALID, Place::File(template.file), message).help(
        "fetch `booted_url` before anything is started and stop where that fails, as the block `beacon` of `builtin/base.ipxe.j2` \
         does: without it the server cannot know, and the machine is installed again at every network boot",
    )
}

/// The finding for a name at the top of a template that no context has.
pub(crate) fn unknown_name(template: &Template, name: &str, known: &[&str]) -> Diagnostic {
    let span = whole_word(&template.text, name).map(|start| Span { file: template.file, start, end: start + name.len() });
    let at = span.map_or(Place::File(template.file), Place::Span);
    Diagnostic::error(TEMPLATE_NAME, at, format!("templates know no `{name}`"))
        .help(format!("names at the top are: {}", known.join(", ")))
}

/// Where a name stands alone within a `{{` or `{%`.
fn whole_word(text: &str, name: &str) -> Option<usize> {
    let inner = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    text.match_indices(name).map(|(at, _)| at).find(|at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        let opened = text[..*at].rfind("{{").max(text[..*at].rfind("{%"));
        let closed = text[..*at].rfind("}}").max(text[..*at].rfind("%}"));
        opened > closed && !before.is_some_and(inner) && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

pub(crate) fn innermost(error: &Error) -> &Error {
    let mut at = error;
    while let Some(inner) = at.source().and_then(|source| source.downcast_ref::<Error>()) {
        at = inner;
    }
    at
}

/// The bytes of the template that an error is about; its line where it knows no better.
pub(crate) fn place(template: &Template, error: &Error) -> Place {
    let text = &template.text;
    let whole_line = || {
        let line = error.line()?;
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let length = text.get(start..)?.lines().next().map_or(0, str::len);
        Some(start..start + length)
    };
    let range = error.range().filter(|range| range.start < range.end && text.get(range.clone()).is_some()).or_else(whole_line);
    match range {
        Some(range) => Place::Span(Span { file: template.file, start: range.start, end: range.end }),
        None => Place::File(template.file),
    }
}

/// Each finding once, in the order in which they came: five hundred hosts share a template and its fault.
pub(crate) fn unique(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut seen = std::collections::HashSet::new();
    findings.into_iter().filter(|d| seen.insert((d.rule, d.at.clone(), d.message.clone()))).collect()
}
