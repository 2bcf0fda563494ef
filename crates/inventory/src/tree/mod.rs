//! The span tree: what a YAML text holds, each node with its bytes. One pass of saphyr-parser makes it.

mod agree;
mod blank;
mod build;
mod chars;
mod inside;
mod ordinary;
mod parse;
mod quoted;

use std::collections::HashMap;
use std::sync::Arc;

use pxectl_model::source::{Route, Step};

pub use agree::fuzz_readers;
pub(crate) use blank::next_token;
pub(crate) use inside::text_end;
pub(crate) use parse::{Budget, Parsed, broken, parse, parse_to};

/// Bytes `start..end` of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Bytes {
    pub start: usize,
    pub end: usize,
}

/// A node.
#[derive(Debug)]
pub(crate) struct Node {
    pub at: Bytes,
    pub kind: Kind,
}

/// What a node is.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A scalar's text; whether it stood there without quotes.
    Text { text: Box<str>, plain: bool },
    /// Items in order.
    List(Box<[Node]>),
    /// Entries in order.
    Map(Box<Map>),
    /// Another node, under another place.
    Alias(Arc<Node>),
}

impl Node {
    /// The node itself, or what it is an alias of.
    pub fn real(&self) -> &Node {
        let mut node = self;
        while let Kind::Alias(target) = &node.kind {
            node = target;
        }
        node
    }

    /// Whether it is `~`, `null` or nothing at all, without quotes.
    pub fn is_null(&self) -> bool {
        matches!(&self.real().kind, Kind::Text { text, plain: true } if matches!(&**text, "" | "~" | "null" | "Null" | "NULL"))
    }

    /// What it is, in words.
    pub fn what(&self) -> &'static str {
        match &self.real().kind {
            _ if self.is_null() => "nothing",
            Kind::Text { .. } => "a text",
            Kind::List(_) => "a list",
            _ => "a mapping",
        }
    }
}

/// One entry of a mapping.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The same key is one text in memory, however often it is written.
    pub key: Arc<str>,
    pub key_at: Bytes,
    pub value: Node,
}

/// A mapping; each key once.
#[derive(Debug, Default)]
pub(crate) struct Map {
    entries: Vec<Entry>,
    /// Only for large ones: a linear search through a few entries is faster, and smaller.
    index: Option<HashMap<Arc<str>, usize>>,
}

const LINEAR: usize = 24;

impl Map {
    /// All entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry under a key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        let position = match &self.index {
            Some(index) => index.get(key).copied(),
            None => self.entries.iter().position(|e| &*e.key == key),
        };
        position.and_then(|n| self.entries.get(n))
    }

    fn push(&mut self, entry: Entry) {
        if let Some(index) = &mut self.index {
            index.insert(entry.key.clone(), self.entries.len());
        }
        self.entries.push(entry);
        if self.index.is_none() && self.entries.len() > LINEAR {
            self.index = Some(self.entries.iter().enumerate().map(|(n, e)| (e.key.clone(), n)).collect());
        }
    }
}

/// The node that a route names, where it exists; an alias at its end is not followed.
pub(crate) fn reach<'n>(root: &'n Node, route: &Route) -> Option<&'n Node> {
    route.steps().into_iter().try_fold(root, |node, step| match (step, &node.real().kind) {
        (Step::Key(key), Kind::Map(map)) => Some(&map.get(key)?.value),
        (Step::Index(index), Kind::List(items)) => items.get(*index),
        _ => None,
    })
}

/// The bytes of the node that a route names; where it does not exist, of the nearest one above it.
pub(crate) fn locate(root: &Node, route: &Route) -> Bytes {
    let mut node = root;
    let mut at = root.at;
    let steps = route.steps();
    for (n, step) in steps.iter().enumerate() {
        let last = n + 1 == steps.len();
        let target = node.real();
        match (step, &target.kind) {
            (Step::Key(key), Kind::Map(map)) => {
                let Some(entry) = map.get(key) else { return at };
                // A value that is nothing has no bytes of its own.
                if last && (route.on_key || entry.value.at.start == entry.value.at.end) {
                    return entry.key_at;
                }
                node = &entry.value;
            }
            (Step::Index(index), Kind::List(items)) => {
                let Some(item) = items.get(*index) else { return at };
                node = item;
            }
            _ => return at,
        }
        at = node.at;
    }
    at
}

#[cfg(test)]
mod tests;
