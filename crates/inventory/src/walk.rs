//! From nodes to values: what every key's reader needs, with a finding wherever something is not as it should be.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::source::{Route, Step};

use crate::findings::{Findings, shown};
use crate::keys::{self, Section};
use crate::limits;
use crate::rules::meta::Meta;
use crate::rules::structure::{EMPTY_VALUE, INVALID_VALUE, MISSING_KEY, NOT_YET, UNKNOWN_KEY, WRONG_TYPE};
use crate::tree::{Kind, Map, Node};

/// A node and the route to it.
#[derive(Clone)]
pub(crate) struct At<'n> {
    pub node: &'n Node,
    pub route: Route,
}

impl At<'_> {
    /// The place of its value.
    pub fn place(&self) -> Place {
        Place::Route(self.route.clone())
    }
}

/// A mapping whose keys were judged.
pub(crate) struct Table<'n> {
    map: &'n Map,
    pub route: Route,
}

impl<'n> Table<'n> {
    /// What stands under a key; none where nothing does.
    pub fn get(&self, key: &str) -> Option<At<'n>> {
        let entry = self.map.get(key)?;
        (!entry.value.is_null()).then(|| At { node: &entry.value, route: self.route.key(entry.key.clone()) })
    }

    /// Whether a key stands there, with or without a value.
    pub fn has(&self, key: &str) -> bool {
        self.map.get(key).is_some()
    }

    /// The place of the mapping.
    pub fn place(&self) -> Place {
        Place::Route(self.route.clone())
    }

    /// The place of a key.
    pub fn key_place(&self, key: &str) -> Place {
        Place::Route(self.route.key(key).on_key())
    }
}

/// Goes through the trees and collects findings.
pub(crate) struct Walk<'f> {
    pub findings: &'f mut Findings,
    /// What relative paths are joined with.
    pub folder: &'f Path,
    /// The page that describes the keys.
    pub page: &'static str,
}

impl Walk<'_> {
    /// Adds a finding.
    pub fn push(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// A value that is not what it should be.
    pub fn invalid(&mut self, at: &At<'_>, message: impl Into<String>) {
        let help = self.told_of(at);
        self.push(INVALID_VALUE.at(at.place(), message).help(help));
    }

    /// Where it is told what belongs there.
    pub fn told_of(&self, at: &At<'_>) -> String {
        let steps = at.route.steps();
        let key = steps.iter().rev().find_map(|step| if let Step::Key(key) = step { Some(shown(key)) } else { None });
        match key {
            Some(key) => format!("{} tells what `{key}` takes", self.page),
            None => format!("{} tells what belongs here", self.page),
        }
    }

    fn wrong(&mut self, at: &At<'_>, wanted: &str) {
        if at.node.is_null() {
            let message = format!("nothing stands where {wanted} belongs");
            self.push(EMPTY_VALUE.at(at.place(), message).help("give it a value, or remove it"));
            return;
        }
        let help = match (wanted, &at.node.real().kind) {
            ("a list", Kind::Text { .. }) => "put it into brackets: `[…]`",
            ("a list", _) => "begin each item with a dash, or put them into brackets: `[…, …]`",
            ("a mapping", _) => "give it keys with values: `key: value`, or `{key: value}`",
            _ => "write one text; one with brackets or braces of its own needs quotes",
        };
        self.push(WRONG_TYPE.at(at.place(), format!("{wanted} belongs here, not {}", at.node.what())).help(help));
    }

    /// A mapping with known keys; each other key, and each key without a value, is a finding.
    pub fn table<'n>(&mut self, at: &At<'n>, section: &Section) -> Option<Table<'n>> {
        let Kind::Map(map) = &at.node.real().kind else {
            self.wrong(at, "a mapping");
            return None;
        };
        for entry in map.entries() {
            let place = || Place::Route(at.route.key(entry.key.clone()).on_key());
            match section.find(&entry.key) {
                None => self.unknown_key(&entry.key, place(), section),
                Some(key) if !key.acted_on => {
                    let message = format!("this version does not act on `{}` yet", key.name);
                    self.push(NOT_YET.at(place(), message).help("remove it"));
                }
                Some(key) if entry.value.is_null() => self.empty(key.name, place()),
                Some(_) => {}
            }
        }
        Some(Table { map, route: at.route.clone() })
    }

    fn empty(&mut self, key: &str, place: Place) {
        let help = "give it a value, or remove the key; a text `null` or `~` needs quotes";
        self.push(EMPTY_VALUE.at(place, format!("`{}` has no value", shown(key))).help(help));
    }

    fn unknown_key(&mut self, key: &str, place: Place, section: &Section) {
        let message = format!("{} has no key `{}`", section.title, shown(key));
        let names: Vec<&str> = section.all().filter(|k| k.acted_on).map(|k| k.name).collect();
        let close = self.findings.suggest(key, names.iter().copied());
        let elsewhere = || keys::ALL.iter().find(|s| s.keys.iter().any(|k| k.name == key));
        let help = match (close, elsewhere()) {
            (Some(name), _) => format!("did you mean `{name}`?"),
            (None, Some(other)) => format!("`{key}` is a key of {}", other.title),
            (None, None) => format!("its keys are {}", names.join(", ")),
        };
        self.push(UNKNOWN_KEY.at(place, message).help(help));
    }

    /// A mapping with names that the person chose; an entry without a value is a finding and left out.
    pub fn named<'n>(&mut self, at: &At<'n>) -> Vec<(&'n str, At<'n>)> {
        let Kind::Map(map) = &at.node.real().kind else {
            self.wrong(at, "a mapping");
            return Vec::new();
        };
        let mut named = Vec::new();
        for entry in map.entries().iter().take(limits::ITEMS) {
            if entry.value.is_null() {
                self.empty(&entry.key, Place::Route(at.route.key(entry.key.clone()).on_key()));
            } else {
                named.push((&*entry.key, At { node: &entry.value, route: at.route.key(entry.key.clone()) }));
            }
        }
        named
    }

    /// The items of a list; those that are nothing are findings and left out.
    pub fn list<'n>(&mut self, at: &At<'n>) -> Vec<At<'n>> {
        let Kind::List(items) = &at.node.real().kind else {
            self.wrong(at, "a list");
            return Vec::new();
        };
        let items = items.iter().take(limits::ITEMS).enumerate();
        let items: Vec<At<'n>> = items.map(|(n, node)| At { node, route: at.route.index(n) }).collect();
        let (empty, items) = items.into_iter().partition(|item| item.node.is_null());
        let empty: Vec<At<'n>> = empty;
        for item in empty {
            self.push(EMPTY_VALUE.at(item.place(), "this item of the list is empty").help("remove it, or quote it"));
        }
        items
    }

    /// A text, to the letter.
    pub fn text<'n>(&mut self, at: &At<'n>) -> Option<&'n str> {
        let text = self.peek(at);
        if text.is_none() {
            self.wrong(at, "a text");
        }
        text
    }

    /// A text, where one stands there.
    pub fn peek<'n>(&self, at: &At<'n>) -> Option<&'n str> {
        match &at.node.real().kind {
            Kind::Text { text, .. } if !at.node.is_null() => Some(text),
            _ => None,
        }
    }

    /// A text that means something.
    pub fn parse<T: FromStr<Err: Display>>(&mut self, at: &At<'_>) -> Option<T> {
        let text = self.text(at)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.invalid(at, format!("`{}` does not fit: {error}", shown(text)));
                None
            }
        }
    }

    /// A text that means something, of a type whose error says nothing of use.
    pub fn parse_as<T: FromStr>(&mut self, at: &At<'_>, what: &str) -> Option<T> {
        let text = self.text(at)?;
        let value = text.parse().ok();
        if value.is_none() {
            self.invalid(at, format!("`{}` is not {what}", shown(text)));
        }
        value
    }

    /// One of a few words.
    pub fn word<T: FromStr>(&mut self, at: &At<'_>, words: &[&str]) -> Option<T> {
        let text = self.text(at)?;
        let value = text.parse().ok();
        if value.is_none() {
            let message = format!("`{}` is not one of {}", shown(text), words.join(", "));
            let close = self.findings.suggest(text, words.iter().copied());
            let help = close.map_or_else(|| self.told_of(at), |close| format!("did you mean `{close}`?"));
            self.push(INVALID_VALUE.at(at.place(), message).help(help));
        }
        value
    }

    /// A key that must be there; `what` it is for.
    pub fn missing(&mut self, table: &Table<'_>, key: &str, message: impl Into<String>) {
        if !table.has(key) {
            let help = format!("add `{key}`; {} tells what it takes", self.page);
            self.push(MISSING_KEY.at(Place::Route(table.route.clone()), message).help(help));
        }
    }

    /// A path, joined with the inventory's folder by its text alone.
    pub fn path(&mut self, at: &At<'_>) -> Option<PathBuf> {
        let text = self.text(at)?;
        if text.trim().is_empty() {
            self.invalid(at, "a path cannot be blank");
            return None;
        }
        Some(self.folder.join(text).components().collect())
    }

    /// Several keys that exclude each other: one finding for all after the first.
    pub fn exclusive(&mut self, rule: &Meta, table: &Table<'_>, keys: &[&str], help: &str) {
        let given: BTreeSet<usize> = (0..keys.len()).filter(|n| table.has(keys[*n])).collect();
        let mut given = given.into_iter();
        let (Some(first), Some(second)) = (given.next(), given.next()) else { return };
        let message = format!("`{}` and `{}` exclude each other", keys[first], keys[second]);
        let first = table.key_place(keys[first]);
        self.push(rule.at(table.key_place(keys[second]), message).related(first, "given here").help(help));
    }
}
