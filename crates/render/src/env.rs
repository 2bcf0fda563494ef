//! The minijinja environment. Nobody outside this crate sees it.

use minijinja::value::{Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};
use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::ipxe::escape;

use crate::fault::{self, Around};
use crate::guard::{self, Language, Refused};
use crate::templates::TemplateSet;

/// What one rendering may cost: instructions, and 64 bytes of text count as one.
pub(crate) const FUEL: u64 = 200_000;
/// How deep templates may include, extend and call each other.
const DEPTH: usize = 60;

/// A value that was refused, and where it would have landed; travels inside minijinja's error.
#[derive(Debug, thiserror::Error)]
#[error("`{value}` cannot stand in {place}: {why}")]
pub(crate) struct RefusedValue {
    pub value: String,
    pub place: &'static str,
    pub why: Refused,
}

/// Compiles every template of the set.
///
/// # Errors
/// What does not compile, each at its place.
pub(crate) fn environment(set: &TemplateSet) -> Result<Environment<'static>, Vec<Diagnostic>> {
    let mut env = Environment::new();
    let syntax = minijinja::syntax::SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .expect("the default delimiters are sound");
    env.set_syntax(syntax);
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_fuel(Some(FUEL));
    env.set_recursion_limit(DEPTH);
    // Without it an error knows its line only; the text is cloned into errors, not into what succeeds.
    env.set_debug(true);
    env.set_auto_escape_callback(|name| match Language::of(name) {
        Language::Json => AutoEscape::Json,
        language => AutoEscape::Custom(language.as_str().into()),
    });
    env.set_formatter(format);
    env.add_filter("shq", |value: String| safe(Language::Shell, &value, guard::shell_quoted(&value)));
    env.add_filter("json", |value: String| safe(Language::Json, &value, guard::json_quoted(&value)));
    env.add_filter("dhcp", |value: String| safe(Language::Dhcp, &value, guard::dhcp_quoted(&value)));
    env.add_filter("toml", |value: String| safe(Language::Toml, &value, guard::toml_quoted(&value)));
    env.add_filter("xml", |value: String| {
        safe(Language::Xml, &value, guard::xml_escaped(&value).map(std::borrow::Cow::into_owned))
    });
    env.add_filter("text", |value: String| Value::from_safe_string(escape::text(&value)));
    env.add_filter("word", |value: String| match guard::word(&value) {
        Ok(_) => Ok(value),
        Err(why) => Err(refused(&value, "a plain word", why)),
    });
    env.add_filter("uri", uri);
    let mut faults = Vec::new();
    for (name, template) in set.compiled() {
        if let Err(error) = env.add_template_owned(name, template.text.to_string()) {
            let fallback = Place::File(template.file);
            faults.push(fault::diagnose(&error, &Around { set, origin: &|_| None, fallback }));
        }
    }
    if faults.is_empty() { Ok(env) } else { Err(fault::unique(faults)) }
}

/// Writes a value in the language of its template. What a filter or a template made safe goes through as it is.
fn format(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_safe() {
        return out.write_str(value.as_str().unwrap_or_default()).map_err(Error::from);
    }
    let language = match state.auto_escape() {
        AutoEscape::Custom(name) => Language::named(name).unwrap_or(Language::Text),
        AutoEscape::Json => {
            check_json(value)?;
            return minijinja::escape_formatter(out, state, value);
        }
        _ => Language::Text,
    };
    let text = match value.kind() {
        ValueKind::String | ValueKind::Number | ValueKind::Bool => value.to_string(),
        ValueKind::None => return Err(refused("none", language.as_str(), Refused("nothing is given here".to_owned()))),
        kind => {
            let why = Refused(format!("it is a {kind}; take its items one by one"));
            return Err(refused(&value.to_string(), language.as_str(), why));
        }
    };
    let fit = guard::fit(language, &text).map_err(|why| refused(&text, language.as_str(), why))?;
    let written = if language == Language::Preseed { out.write_str(&guard::marked(&fit)) } else { out.write_str(&fit) };
    written.map_err(Error::from)
}

/// Renders an answer file or another template of a lab.
pub(crate) fn render(env: &Environment<'_>, template: &str, context: Value) -> Result<String, Error> {
    let text = env.get_template(template)?.render(context)?;
    if Language::of(template) != Language::Preseed {
        return Ok(text);
    }
    guard::settle(&text).map_err(|(value, why)| refused(&value, "a command of a preseed file", why))
}

fn check_json(value: &Value) -> Result<(), Error> {
    if let Some(text) = value.as_str() {
        return guard::json_check(text).map_err(|why| refused(text, Language::Json.as_str(), why));
    }
    match value.kind() {
        ValueKind::Map => value.try_iter()?.try_for_each(|key| {
            check_json(&key)?;
            check_json(&value.get_item(&key)?)
        }),
        ValueKind::Seq => value.try_iter()?.try_for_each(|item| check_json(&item)),
        _ => Ok(()),
    }
}

fn uri(state: &State, value: String) -> Result<String, Error> {
    let in_script = matches!(state.auto_escape(), AutoEscape::Custom(name) if name == Language::Ipxe.as_str());
    if in_script {
        // Old builds decode a URL before they ask, and spoil some of it.
        return escape::path_segment(&value).map_err(|why| refused(&value, "a URL in an iPXE script", Refused(why.to_string())));
    }
    Ok(guard::uri_encoded(&value))
}

fn safe(language: Language, value: &str, escaped: Result<String, Refused>) -> Result<Value, Error> {
    match escaped {
        Ok(text) => Ok(Value::from_safe_string(text)),
        Err(why) => Err(refused(value, language.as_str(), why)),
    }
}

/// The error for a value that cannot stand somewhere.
pub(crate) fn refused(value: &str, place: &'static str, why: Refused) -> Error {
    let source = RefusedValue { value: value.to_owned(), place, why };
    Error::new(ErrorKind::InvalidOperation, source.to_string()).with_source(source)
}
