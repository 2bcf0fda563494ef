//! Where a value was written that a template could not put where it belongs.

use pxectl_model::identity::Tag;
use pxectl_model::profile::Host;
use pxectl_model::settings::{Settings, Var};
use pxectl_model::source::{Layer, Origin, Sourced};

use crate::alike::is_plain;

/// The place of a value that was refused: of the text that people wrote exactly so; else, since a template may put several together,
/// of the longest that is a part of it and more than a plain word, for those are refused nowhere.
pub(crate) fn origin(settings: &Settings, host: Option<&Host>, refused: &str) -> Option<Origin> {
    let written: Vec<(&str, Origin)> = vars(settings).chain(others(settings, host)).collect();
    let exact = written.iter().position(|(text, _)| *text == refused);
    let part = || {
        let parts =
            written.iter().enumerate().filter(|(_, (text, _))| !is_plain(text) && !text.is_empty() && refused.contains(text));
        parts.max_by_key(|(_, (text, _))| text.len()).map(|(n, _)| n)
    };
    let found = exact.or_else(part);
    let tag = || tags(host?).find(|(text, _)| text == refused).map(|(_, origin)| origin);
    found.and_then(|n| written.into_iter().nth(n)).map(|(_, origin)| origin).or_else(tag)
}

/// Each text of `vars`, with its own place.
fn vars(settings: &Settings) -> impl Iterator<Item = (&str, Origin)> {
    settings.vars.values().flat_map(|Sourced { value, origin }| -> Vec<(&str, Origin)> {
        let inside = |n: usize, key: Option<&str>| {
            let step = |route: &pxectl_model::source::Route| key.map_or_else(|| route.index(n), |key| route.key(key));
            Origin { layer: origin.layer.clone(), route: origin.route.as_ref().map(step) }
        };
        match value {
            Var::Text(text) => vec![(text, origin.clone())],
            Var::List(items) => items.iter().enumerate().map(|(n, item)| (item.as_str(), inside(n, None))).collect(),
            Var::Map(items) => items.iter().map(|(key, item)| (item.as_str(), inside(0, Some(key)))).collect(),
        }
    })
}

fn others<'s>(settings: &'s Settings, host: Option<&'s Host>) -> impl Iterator<Item = (&'s str, Origin)> {
    let url = settings.url.iter().map(|url| (url.value.as_str(), url.origin.clone()));
    let name = host.and_then(|host| host.name.as_ref()).map(|name| (name.value.as_str(), name.origin.clone()));
    url.chain(name)
}

/// The keys of a host that are texts, as templates show them.
fn tags(host: &Host) -> impl Iterator<Item = (String, Origin)> {
    let id = &host.identity;
    let tags = [("serial", &id.serial), ("asset", &id.asset), ("board_serial", &id.board_serial)];
    let place = |key: &str| Origin { layer: Layer::Host, route: Some(host.route.key(key)) };
    tags.into_iter().filter_map(move |(key, tag)| Some((tag.as_ref().map(Tag::to_string)?, place(key))))
}
