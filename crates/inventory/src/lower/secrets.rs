//! `secrets`: where values come from that stand in no file.

use std::collections::BTreeMap;

use pxectl_model::diag::Place;
use pxectl_model::secret::SecretSource;
use pxectl_model::source::{Layer, Sourced};

use super::lab::sourced;
use super::settings::says;
use crate::findings::shown;
use crate::keys;
use crate::rules::structure::{CONFLICTING_KEYS, INVALID_VALUE, MISSING_KEY, WRONG_TYPE};
use crate::tree::Kind;
use crate::walk::{At, Walk};

/// What to write in place of a value.
const FORM: &str = "name its source: {env: NAME}, {file: PATH} or {command: [program, argument]}";

pub(super) fn secrets(walk: &mut Walk<'_>, at: &At<'_>, layer: &Layer) -> BTreeMap<String, Sourced<SecretSource>> {
    let mut secrets = BTreeMap::new();
    for (name, at) in walk.named(at) {
        if says(walk, name, &at)
            && let Some(source) = source(walk, name, &at)
        {
            secrets.insert(name.to_owned(), sourced(&at, source, layer.clone()));
        }
    }
    secrets
}

/// Where the value called `name` comes from.
pub(super) fn source(walk: &mut Walk<'_>, name: &str, at: &At<'_>) -> Option<SecretSource> {
    if let Kind::Text { .. } | Kind::List(_) = &at.node.real().kind {
        // Whatever stands there may be the value itself: neither the message nor the underline shows it.
        let place = Place::Route(at.route.clone().on_key());
        let message = format!("the secret `{name}` is a mapping that says where its value comes from, never the value");
        walk.push(WRONG_TYPE.at(place, message).help(FORM).conceal(at.place()));
        return None;
    }
    let table = walk.table(at, &keys::SECRET)?;
    let keys = ["env", "file", "command"];
    walk.exclusive(&CONFLICTING_KEYS, &table, &keys, FORM);
    if !keys.into_iter().any(|key| table.has(key)) {
        walk.push(MISSING_KEY.at(at.place(), format!("the secret `{name}` has no source")).help(FORM));
    }
    let env = table.get("env").and_then(|at| Some(SecretSource::Env(env(walk, &at)?)));
    let file = table.get("file").and_then(|at| Some(SecretSource::File(walk.path(&at)?)));
    let command = table.get("command").and_then(|at| Some(SecretSource::Command(command(walk, &at)?)));
    env.or(file).or(command)
}

/// The name of an environment variable: what a shell can set (POSIX 1003.1, 8.1).
fn env(walk: &mut Walk<'_>, at: &At<'_>) -> Option<String> {
    let text = walk.text(at)?;
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !text.is_empty() && text.chars().all(word) && !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(text.to_owned());
    }
    let message = format!("`{}` is not the name of an environment variable", shown(text));
    walk.push(INVALID_VALUE.at(at.place(), message).help("letters, digits and `_`, no digit first; without a `$`"));
    None
}

fn command(walk: &mut Walk<'_>, at: &At<'_>) -> Option<Vec<String>> {
    if let Kind::Text { .. } = &at.node.real().kind {
        let message = "a list of a program and its arguments belongs here, not a text: no shell reads it";
        walk.push(WRONG_TYPE.at(at.place(), message).help("write [program, argument, argument]"));
        return None;
    }
    let items = walk.list(at);
    let words: Vec<String> = items.iter().filter_map(|item| walk.text(item).map(str::to_owned)).collect();
    if words.len() < items.len() {
        return None;
    }
    let wrong = match words.first() {
        None => "a command names at least its program",
        Some(program) if program.trim().is_empty() => "a command begins with the name of a program",
        _ if words.iter().any(|word| word.contains('\0')) => "no argument of a program can hold a NUL",
        _ => return Some(words),
    };
    walk.invalid(at, wrong);
    None
}
