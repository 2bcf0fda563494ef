//! The changes of one host's entry.

use pxectl_model::mac::Mac;

use super::assign::Wanted;
use super::change::Change;
use super::scalar::{Quote, scalar};
use super::shape::Hop;
use super::value::{self, Value};
use crate::tree::{Kind, Map, Node};

/// The network card that a MAC or an address is for.
pub(super) struct Card {
    /// Its item of `nics`; none where the host's own `mac` and `ip` are meant.
    item: Option<usize>,
    /// Its position in the draft.
    pub in_draft: usize,
}

/// A text as it is written; none where it is nothing, or no text.
fn text<'n>(map: &'n Map, key: &str) -> Option<&'n str> {
    let value = &map.get(key)?.value;
    match &value.real().kind {
        Kind::Text { text, .. } if !value.is_null() => Some(text),
        _ => None,
    }
}

/// The card that is meant: the one with this MAC, or the only one.
///
/// # Errors
/// How many there are, where it is not clear.
pub(super) fn card(map: &Map, wanted: &Wanted, mac: Option<Mac>) -> Result<Card, usize> {
    let own = Card { item: None, in_draft: 0 };
    let Some(Kind::List(cards)) = map.get("nics").map(|entry| &entry.value.real().kind) else { return Ok(own) };
    if wanted.mac.is_none() && wanted.ip.is_none() {
        return Ok(own);
    }
    let has = |card: &Node| {
        let map = super::plan::map_of(card);
        map.and_then(|map| text(map, "mac")).and_then(|text| text.parse::<Mac>().ok()).is_some_and(|own| Some(own) == mac)
    };
    let before = usize::from(map.get("mac").is_some() || map.get("ip").is_some());
    match cards.iter().position(has) {
        Some(n) => Ok(Card { item: Some(n), in_draft: before + n }),
        None if cards.len() == 1 && before == 0 => Ok(Card { item: Some(0), in_draft: 0 }),
        None => Err(cards.len() + before),
    }
}

/// What must change for the entry at the end of the way to say what is wanted.
pub(super) fn changes(way: &[Hop], map: &Map, wanted: &Wanted, card: &Card, block_vars: bool) -> Vec<Change> {
    let mut changes = Vec::new();
    put(&mut changes, way, map, "profile", wanted.profile.as_str(), Quote::Plain, |old| old == wanted.profile.as_str());
    if let Some(name) = &wanted.name {
        put(&mut changes, way, map, "name", name.as_str(), Quote::Plain, |old| old == name.as_str());
    }
    let mut card_way = way.to_vec();
    let mut card_map = Some(map);
    if let Some(n) = card.item {
        card_way.extend([Hop::Key("nics".to_owned()), Hop::Item(n)]);
        card_map = map.get("nics").and_then(|entry| match &entry.value.real().kind {
            Kind::List(cards) => super::plan::map_of(cards.get(n)?),
            _ => None,
        });
    }
    if let Some(card_map) = card_map {
        if let Some(mac) = wanted.mac {
            put(&mut changes, &card_way, card_map, "mac", &mac.to_string(), Quote::Double, |old| old.parse() == Ok(mac));
        }
        if let Some(ip) = wanted.ip {
            put(&mut changes, &card_way, card_map, "ip", &ip.to_string(), Quote::Plain, |old| old.parse() == Ok(ip));
        }
    }
    vars(&mut changes, way, map, &wanted.vars, block_vars);
    changes
}

/// One key's text, unless it says so already.
fn put(changes: &mut Vec<Change>, way: &[Hop], map: &Map, key: &str, new: &str, quote: Quote, says_so: impl Fn(&str) -> bool) {
    if text(map, key).is_some_and(says_so) {
        return;
    }
    changes.push(match map.get(key) {
        Some(entry) if !entry.value.is_null() => Change::Set { at: to(way, key), text: new.to_owned() },
        Some(_) => Change::Replace { at: to(way, key), yaml: scalar(new, quote) },
        None => Change::Add { to: way.to_vec(), key: key.to_owned(), value: Value::Line(scalar(new, quote)) },
    });
}

fn to(way: &[Hop], key: &str) -> Vec<Hop> {
    way.iter().cloned().chain([Hop::Key(key.to_owned())]).collect()
}

fn vars(changes: &mut Vec<Change>, way: &[Hop], map: &Map, new: &[(String, String)], block: bool) {
    if new.is_empty() {
        return;
    }
    let inner = to(way, "vars");
    let entry = map.get("vars");
    if let Some(Kind::Map(old)) = entry.map(|entry| &entry.value.real().kind) {
        for (key, value) in new {
            put(changes, &inner, old, key, value, Quote::Plain, |old| old == value);
        }
        return;
    }
    let value = new_vars(new, block);
    changes.push(match entry {
        Some(_) => Change::Replace { at: inner, yaml: value::flow(&value) },
        None => Change::Add { to: way.to_vec(), key: "vars".to_owned(), value },
    });
}

/// A new `vars`: a key a line, or braces on one line.
pub(super) fn new_vars(new: &[(String, String)], block: bool) -> Value {
    let entry = |(key, value): &(String, String)| (key.clone(), Value::Line(scalar(value, Quote::Plain)));
    let vars = Value::Map(new.iter().map(entry).collect());
    if block { vars } else { Value::Line(value::flow(&vars)) }
}
