//! The keys that profiles, rules and hosts have alike.

use std::collections::BTreeMap;

use pxectl_model::arch::CpuArch;
use pxectl_model::diag::Place;
use pxectl_model::image::FileRef;
use pxectl_model::name::Name;
use pxectl_model::settings::{FileKey, Inject, PerArch, Settings, Var};
use pxectl_model::source::{Layer, Sourced};

use super::lab::sourced;
use super::secrets;
use super::spelling;
use crate::findings::shown;
use crate::keys;
use crate::rules::structure::{EMPTY_VALUE, INVALID_VALUE, WRONG_TYPE};
use crate::tree::Kind;
use crate::walk::{At, Table, Walk};

pub(super) fn settings(walk: &mut Walk<'_>, table: &Table<'_>, layer: &Layer) -> Settings {
    let mut settings = Settings::default();
    for key in FileKey::ALL {
        let Some(at) = table.get(key.as_str()) else { continue };
        if let Some(value) = per_arch(walk, &at, file) {
            settings.files.insert(key, sourced(&at, value, layer.clone()));
        }
    }
    if let Some(at) = table.get("iso") {
        settings.iso = per_arch(walk, &at, image).map(|value| sourced(&at, value, layer.clone()));
    }
    if let Some(at) = table.get("initrds") {
        settings.initrds = per_arch(walk, &at, initrds).map(|value| sourced(&at, value, layer.clone()));
    }
    if let Some(at) = table.get("inject") {
        for (name, at) in walk.named(&at) {
            if let Some(value) = inject(walk, name, &at) {
                settings.inject.insert(name.to_owned(), sourced(&at, value, layer.clone()));
            }
        }
    }
    settings.answer = table.get("answer").and_then(|at| Some(sourced(&at, template(walk, &at)?, layer.clone())));
    settings.url = table.get("url").and_then(|at| Some(sourced(&at, url(walk, &at)?, layer.clone())));
    settings.args = table.get("args").map(|at| args(walk, &at, layer)).unwrap_or_default();
    if let Some(at) = table.get("vars") {
        settings.vars = vars(walk, &at, layer);
    }
    if let Some(at) = table.get("secrets") {
        settings.secrets = secrets::secrets(walk, &at, layer);
    }
    settings
}

/// One value, or a mapping of architectures to values.
fn per_arch<T>(
    walk: &mut Walk<'_>,
    at: &At<'_>,
    mut read: impl FnMut(&mut Walk<'_>, &At<'_>) -> Option<T>,
) -> Option<PerArch<T>> {
    if !matches!(&at.node.real().kind, Kind::Map(_)) {
        return read(walk, at).map(PerArch::Any);
    }
    let table = walk.table(at, &keys::PER_ARCH)?;
    let mut values = BTreeMap::new();
    for arch in CpuArch::ALL {
        if let Some(value) = table.get(arch.as_str()).and_then(|at| read(walk, &at)) {
            values.insert(arch, value);
        }
    }
    if values.is_empty() {
        let given = CpuArch::ALL.into_iter().any(|arch| table.has(arch.as_str()));
        if !given {
            walk.push(EMPTY_VALUE.at(at.place(), "no architecture is given a value").help("as in `{x64: NAME, arm64: NAME}`"));
        }
        return None;
    }
    Some(PerArch::By(values))
}

/// The name of an artifact, or a path inside the image that `iso` names.
fn file(walk: &mut Walk<'_>, at: &At<'_>) -> Option<FileRef> {
    if walk.text(at)?.starts_with('/') {
        return walk.parse(at).map(FileRef::Inside);
    }
    walk.parse(at).map(FileRef::Artifact)
}

/// The name of an artifact that is an image.
fn image(walk: &mut Walk<'_>, at: &At<'_>) -> Option<Name> {
    let text = walk.text(at)?;
    if text.contains('/') {
        let message = format!("`iso` takes the name of an artifact, and `{}` is a path", shown(text));
        let help = "write the file under `artifacts`, as in {path: /srv/iso/ubuntu.iso}, and name that here";
        walk.push(INVALID_VALUE.at(at.place(), message).help(help));
        return None;
    }
    walk.parse(at)
}

fn initrds(walk: &mut Walk<'_>, at: &At<'_>) -> Option<Vec<FileRef>> {
    if let Kind::Text { .. } = &at.node.real().kind {
        let message = "a list of artifacts belongs here, not a text";
        walk.push(WRONG_TYPE.at(at.place(), message).help("put it into brackets: [name]"));
        return None;
    }
    let items = walk.list(at);
    let files: Vec<FileRef> = items.iter().filter_map(|item| file(walk, item)).collect();
    (files.len() == items.len()).then_some(files)
}

/// The name of a template: a path below the folder of templates.
fn template(walk: &mut Walk<'_>, at: &At<'_>) -> Option<String> {
    let text = walk.text(at)?;
    let step = |step: &str| !matches!(step, "" | "." | "..") && !step.chars().any(|c| c.is_control() || c == '\\');
    if text.split('/').all(step) {
        return Some(text.to_owned());
    }
    walk.invalid(at, format!("`{}` is not the name of a template, as in preseed.cfg.j2", shown(text)));
    None
}

fn inject(walk: &mut Walk<'_>, name: &str, at: &At<'_>) -> Option<Inject> {
    if name.parse::<Name>().is_err() {
        let place = Place::Route(at.route.clone().on_key());
        let message = format!("`{}` is not a file name of letters, digits, `.`, `_` and `-`", shown(name));
        walk.push(INVALID_VALUE.at(place, message).help("name the file as Windows PE is to see it, as in `unattend.xml`"));
        return None;
    }
    if walk.text(at)?.ends_with(".j2") {
        return template(walk, at).map(Inject::Template);
    }
    file(walk, at).map(Inject::File)
}

/// What iPXE can be sent to, in printable ASCII.
fn url(walk: &mut Walk<'_>, at: &At<'_>) -> Option<String> {
    let text = walk.text(at)?;
    let rest = ["http://", "https://", "tftp://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    let printable = text.bytes().all(|b| b.is_ascii_graphic()) && text.len() <= 2048;
    if printable && rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')) {
        return Some(text.to_owned());
    }
    walk.invalid(at, format!("`{}` is not an http, https or tftp URL", shown(text)));
    None
}

fn args(walk: &mut Walk<'_>, at: &At<'_>, layer: &Layer) -> Vec<Sourced<String>> {
    let mut args = Vec::new();
    for item in walk.list(at) {
        match walk.text(&item) {
            Some(text) if text.trim().is_empty() => walk.invalid(&item, "an argument cannot be blank"),
            Some(text) => args.push(sourced(&item, text.to_owned(), layer.clone())),
            None => {}
        }
    }
    args
}

fn vars(walk: &mut Walk<'_>, at: &At<'_>, layer: &Layer) -> BTreeMap<String, Sourced<Var>> {
    let mut vars = BTreeMap::new();
    for (name, at) in walk.named(at) {
        if says(walk, name, &at)
            && let Some(value) = var(walk, &at)
        {
            vars.insert(name.to_owned(), sourced(&at, value, layer.clone()));
        }
    }
    vars
}

/// Whether a template can say this name, after `vars.` or `secrets.`; a finding where it cannot.
pub(super) fn says(walk: &mut Walk<'_>, name: &str, at: &At<'_>) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let fits = !name.is_empty() && name.chars().all(word) && !name.starts_with(|c: char| c.is_ascii_digit());
    if !fits {
        let place = Place::Route(at.route.clone().on_key());
        let message = format!("`{}` is not a name that a template can say", shown(name));
        walk.push(INVALID_VALUE.at(place, message).help("letters, digits and `_`, no digit first"));
    }
    fits
}

fn var(walk: &mut Walk<'_>, at: &At<'_>) -> Option<Var> {
    match &at.node.real().kind {
        Kind::List(_) => {
            let items = walk.list(at);
            Some(Var::List(items.iter().filter_map(|item| var_text(walk, item)).collect()))
        }
        Kind::Map(_) => {
            let entries = walk.named(at);
            let texts = entries.iter().filter_map(|(key, at)| Some(((*key).to_owned(), var_text(walk, at)?)));
            Some(Var::Map(texts.collect()))
        }
        _ => var_text(walk, at).map(Var::Text),
    }
}

fn var_text(walk: &mut Walk<'_>, at: &At<'_>) -> Option<String> {
    let text = walk.text(at)?.to_owned();
    spelling::value(walk, at);
    Some(text)
}
