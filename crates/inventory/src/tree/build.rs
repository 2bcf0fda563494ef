//! Events to nodes: one stack, no recursion.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::source::{FileId, Span};

use super::{Budget, Bytes, Entry, Kind, Map, Node};
use crate::findings::{Findings, shown};
use crate::limits;
use crate::rules::structure::{DUPLICATE_KEY, TOO_LARGE, YAML_FEATURE};

type Built = Result<(), Box<Diagnostic>>;

enum Items {
    List(Vec<Node>),
    Map { map: Box<Map>, key: Option<(Arc<str>, Bytes)>, twice: Option<Bytes> },
}

/// What to do about levels without end.
pub(super) const DEEP: &str = "an inventory needs a handful of levels: look for a bracket or brace that is not closed";

struct Frame {
    items: Items,
    at: Bytes,
    anchor: usize,
    /// Events inside, aliases counted with what they stand for.
    weight: usize,
    /// How many levels lie inside.
    height: usize,
}

struct Anchored {
    node: Arc<Node>,
    weight: usize,
    height: usize,
}

pub(super) struct Builder {
    file: FileId,
    stack: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    /// Every key that was met.
    keys: HashSet<Arc<str>>,
    root: Option<Node>,
}

impl Builder {
    pub fn new(file: FileId) -> Self {
        Self { file, stack: Vec::new(), anchors: HashMap::new(), keys: HashSet::new(), root: None }
    }

    pub fn finish(self) -> Option<Node> {
        self.root
    }

    /// Whether the entry under this key of the document's own mapping was just completed.
    pub fn just_read(&self, key: &str) -> bool {
        let [Frame { items: Items::Map { map, key: None, .. }, .. }] = &self.stack[..] else { return false };
        map.entries().last().is_some_and(|entry| &*entry.key == key)
    }

    /// The document's own mapping with the entries that were completed so far.
    pub fn so_far(mut self) -> Option<Node> {
        let Frame { items: Items::Map { map, .. }, at, .. } = self.stack.drain(..).next()? else { return self.root };
        Some(Node { at, kind: Kind::Map(map) })
    }

    fn place(&self, at: Bytes) -> Place {
        Place::Span(Span { file: self.file, start: at.start, end: at.end })
    }

    /// Whether the next event is a key.
    fn wants_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { items: Items::Map { key: None, .. }, .. }))
    }

    pub fn scalar(&mut self, text: &str, plain: bool, at: Bytes, anchor: usize, findings: &mut Findings) -> Built {
        if self.wants_key() {
            return self.key(text, plain, at, findings);
        }
        self.add(Node { at, kind: Kind::Text { text: text.into(), plain } }, anchor, 1, 0);
        Ok(())
    }

    fn key(&mut self, text: &str, plain: bool, at: Bytes, findings: &mut Findings) -> Built {
        let place = self.place(at);
        if text.chars().count() > limits::KEY {
            return Err(Box::new(
                TOO_LARGE.at(place, format!("a key has at most {} characters", limits::KEY)).help("shorten it"),
            ));
        }
        if plain && text == "<<" {
            let help = "write the keys out, or let a profile extend another";
            return Err(Box::new(YAML_FEATURE.at(place, "merge keys (`<<`) are not read").help(help)));
        }
        if plain && matches!(text, "" | "~" | "null") {
            return Err(Box::new(YAML_FEATURE.at(place, "a key cannot be empty").help("give it a name, or quote it")));
        }
        let file = self.file;
        let shared = self.shared(text);
        if let Some(Frame { items: Items::Map { map, key, twice }, weight, .. }) = self.stack.last_mut() {
            *weight += 1;
            *twice = map.get(text).map(|first| first.key_at);
            if let Some(first) = *twice {
                let first = Place::Span(Span { file, start: first.start, end: first.end });
                let message = format!("the key `{}` stands here a second time", shown(text));
                findings.push(DUPLICATE_KEY.at(place, message).related(first, "first given here").help("remove one of them"));
            }
            *key = Some((shared, at));
        }
        Ok(())
    }

    fn shared(&mut self, key: &str) -> Arc<str> {
        if let Some(known) = self.keys.get(key) {
            return Arc::clone(known);
        }
        let new: Arc<str> = key.into();
        self.keys.insert(Arc::clone(&new));
        new
    }

    pub fn open(&mut self, mapping: bool, at: Bytes, anchor: usize) -> Built {
        if self.wants_key() {
            return Err(Box::new(YAML_FEATURE.at(self.place(at), "a list or mapping cannot be a key")));
        }
        if self.stack.len() >= limits::DEPTH {
            let message = format!("lists and mappings lie more than {} deep in each other", limits::DEPTH);
            return Err(Box::new(TOO_LARGE.at(self.place(at), message).help(DEEP)));
        }
        let items = if mapping { Items::Map { map: Box::default(), key: None, twice: None } } else { Items::List(Vec::new()) };
        self.stack.push(Frame { items, at, anchor, weight: 1, height: 1 });
        Ok(())
    }

    pub fn close(&mut self, end: Bytes, findings: &mut Findings) -> Built {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let (kind, last) = match frame.items {
            Items::List(items) => {
                let last = items.last().map(|n| n.at.end);
                let beyond = items.get(limits::ITEMS).map(|n| (n.at, items.len()));
                self.too_many(beyond, findings);
                (Kind::List(items.into()), last)
            }
            Items::Map { map, .. } => {
                let last = map.entries().last().map(|e| e.value.at.end.max(e.key_at.end));
                let beyond = map.entries().get(limits::ITEMS).map(|e| (e.key_at, map.entries().len()));
                self.too_many(beyond, findings);
                (Kind::Map(map), last)
            }
        };
        // The end of a flow collection is its bracket; a block one ends with its last item, whatever blank lines follow.
        let stop = if end.end > end.start { end.end } else { last.unwrap_or(frame.at.end) };
        let at = Bytes { start: frame.at.start, end: stop.max(frame.at.end) };
        self.add(Node { at, kind }, frame.anchor, frame.weight, frame.height);
        Ok(())
    }

    fn too_many(&self, beyond: Option<(Bytes, usize)>, findings: &mut Findings) {
        if let Some((at, count)) = beyond {
            let message = format!("a list or mapping has at most {} entries, this has {count}", limits::ITEMS);
            let help = "spread them over several labs, or let rules say what thousands of entries repeat";
            findings.push(TOO_LARGE.at(self.place(at), message).help(help));
        }
    }

    pub fn alias(&mut self, anchor: usize, at: Bytes, budget: &mut Budget, findings: &mut Findings) -> Built {
        if self.wants_key() {
            return Err(Box::new(YAML_FEATURE.at(self.place(at), "an alias cannot be a key")));
        }
        let Some(Anchored { node, weight, height }) = self.anchors.get(&anchor) else {
            let message = "this alias stands inside the node that it names";
            findings.push(YAML_FEATURE.at(self.place(at), message));
            self.add(Node { at, kind: Kind::Text { text: "".into(), plain: true } }, 0, 1, 0);
            return Ok(());
        };
        let (node, weight, height) = (Arc::clone(node), *weight, *height);
        if self.stack.len() + height > limits::DEPTH || weight > budget.events {
            let message = "the aliases stand for more than an inventory may hold";
            return Err(Box::new(TOO_LARGE.at(self.place(at), message).help("write a profile and let others extend it")));
        }
        budget.events -= weight;
        self.add(Node { at, kind: Kind::Alias(node) }, 0, weight, height);
        Ok(())
    }

    fn add(&mut self, node: Node, anchor: usize, weight: usize, height: usize) {
        let node = if anchor == 0 {
            node
        } else {
            let at = node.at;
            let node = Arc::new(node);
            self.anchors.insert(anchor, Anchored { node: Arc::clone(&node), weight, height });
            Node { at, kind: Kind::Alias(node) }
        };
        let Some(frame) = self.stack.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        frame.weight = frame.weight.saturating_add(weight);
        frame.height = frame.height.max(height + 1);
        match &mut frame.items {
            Items::List(items) => items.push(node),
            Items::Map { map, key, twice } => {
                // Of a key that stands there twice the first counts; the second was reported.
                if let (Some((key, key_at)), None) = (key.take(), *twice) {
                    map.push(Entry { key, key_at, value: node });
                }
            }
        }
    }
}
