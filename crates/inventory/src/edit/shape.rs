//! Where the nodes of the span tree stand in the text, to the byte: what an edit must know and a reader need not.

use std::sync::Arc;

use super::Stop;
use super::lines::{column, line_end, line_start, next_token};
use crate::tree::{Entry, Kind, Node};

/// One step of the way to a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Hop {
    /// The value under a key.
    Key(String),
    /// An item, from 0.
    Item(usize),
}

/// A node that may be changed where it stands.
pub(super) struct Spot<'n> {
    /// The node; its own, not what it is an alias of.
    pub node: &'n Node,
    /// The first byte of its text, its anchor left aside; where it has none, where it would begin.
    pub start: usize,
    /// Whether it stands inside of brackets or braces.
    pub in_flow: bool,
}

impl Spot<'_> {
    /// Whether it is written with brackets or braces.
    pub fn is_flow(&self, text: &str) -> bool {
        self.in_flow || matches!(text.as_bytes().get(self.start), Some(b'[' | b'{'))
    }
}

/// Whether a node is nothing but a name of another one.
pub(super) fn is_reference(node: &Node) -> bool {
    matches!(&node.kind, Kind::Alias(target) if target.at != node.at)
}

/// The node at the end of the way.
///
/// # Errors
/// Where the way does not lead there, or through something that others share.
pub(super) fn find<'n>(text: &str, root: &'n Node, way: &[Hop]) -> Result<Spot<'n>, Stop> {
    let mut spot = Spot { node: root, start: content(text, root, root.at.start), in_flow: false };
    own(root, &spot)?;
    for (n, hop) in way.iter().enumerate() {
        let in_flow = spot.is_flow(text);
        let (node, start) = match (hop, &spot.node.real().kind) {
            (Hop::Key(key), Kind::Map(map)) => {
                let entry = map.get(key).ok_or_else(|| Stop::new(spot.start, format!("`{key}` is not there")))?;
                (&entry.value, value_start(text, entry)?)
            }
            (Hop::Item(n), Kind::List(items)) => {
                let item = items.get(*n).ok_or_else(|| Stop::new(spot.start, format!("there is no item {n}")))?;
                let after = if in_flow { item.at.start } else { dash(text, &spot, items, *n)? + 1 };
                (item, content(text, item, after))
            }
            _ => return Err(Stop::new(spot.start, "something else stands where it belongs")),
        };
        spot = Spot { node, start, in_flow };
        // An alias may be replaced, but what it stands for is not to be changed.
        if n + 1 < way.len() || !is_reference(node) {
            own(root, &spot)?;
        }
    }
    Ok(spot)
}

/// The same for a node whose inside is to change: an alias will not do.
///
/// # Errors
/// As [`find`].
pub(super) fn find_own<'n>(text: &str, root: &'n Node, way: &[Hop]) -> Result<Spot<'n>, Stop> {
    let spot = find(text, root, way)?;
    own(root, &spot)?;
    Ok(spot)
}

/// Refuses what is not this place's alone.
fn own(root: &Node, spot: &Spot<'_>) -> Result<(), Stop> {
    match &spot.node.kind {
        Kind::Alias(_) if is_reference(spot.node) => {
            Err(Stop::new(spot.node.at.start, "an alias stands here: what it stands for belongs to others, too"))
        }
        Kind::Alias(target) if uses(root, target) > 0 => {
            Err(Stop::new(spot.node.at.start, "this node has an anchor, and an alias elsewhere stands for it"))
        }
        _ => Ok(()),
    }
}

/// How many aliases inside a node stand for another one.
fn uses(node: &Node, target: &Arc<Node>) -> usize {
    match &node.kind {
        Kind::Alias(other) if is_reference(node) => usize::from(Arc::ptr_eq(other, target)),
        Kind::Alias(inner) => uses(inner, target),
        Kind::List(items) => items.iter().map(|item| uses(item, target)).sum(),
        Kind::Map(map) => map.entries().iter().map(|entry| uses(&entry.value, target)).sum(),
        Kind::Text { .. } => 0,
    }
}

/// Refuses to let nodes go while aliases elsewhere stand for what is in them.
pub(super) fn free(root: &Node, going: &[&Node]) -> Result<(), Stop> {
    let mut anchored = Vec::new();
    going.iter().for_each(|node| anchors(node, &mut anchored));
    for target in anchored {
        let inside: usize = going.iter().map(|node| uses(node, target)).sum();
        if uses(root, target) > inside {
            return Err(Stop::new(target.at.start, "this node has an anchor, and an alias elsewhere stands for it"));
        }
    }
    Ok(())
}

/// The nodes with an anchor inside a node.
fn anchors<'n>(node: &'n Node, found: &mut Vec<&'n Arc<Node>>) {
    match &node.kind {
        Kind::Alias(_) if is_reference(node) => {}
        Kind::Alias(target) => {
            found.push(target);
            anchors(target, found);
        }
        Kind::List(items) => items.iter().for_each(|item| anchors(item, found)),
        Kind::Map(map) => map.entries().iter().for_each(|entry| anchors(&entry.value, found)),
        Kind::Text { .. } => {}
    }
}

/// Where a node's own text begins if it is looked for from `after`.
fn content(text: &str, node: &Node, after: usize) -> usize {
    if is_nothing(node) {
        return after;
    }
    let start = next_token(text, after);
    if text.as_bytes().get(start) != Some(&b'&') {
        return start;
    }
    let name = text[start..].find([' ', '\t', '\r', '\n', ',', '[', ']', '{', '}']);
    name.map_or(text.len(), |len| next_token(text, start + len))
}

/// Whether a node has no text at all.
pub(super) fn is_nothing(node: &Node) -> bool {
    matches!(&node.kind, Kind::Text { text, plain: true } if text.is_empty())
}

/// One past the colon behind a key.
pub(super) fn colon(text: &str, entry: &Entry) -> Result<usize, Stop> {
    let colon = next_token(text, entry.key_at.end);
    let found = text.as_bytes().get(colon) == Some(&b':');
    if found {
        Ok(colon + 1)
    } else {
        Err(Stop::new(entry.key_at.start, format!("no colon stands behind the key `{}`", entry.key)))
    }
}

/// Where the value under a key begins, its anchor left aside.
pub(super) fn value_start(text: &str, entry: &Entry) -> Result<usize, Stop> {
    Ok(content(text, &entry.value, colon(text, entry)?))
}

/// The dash of an item of a block list.
pub(super) fn dash(text: &str, list: &Spot<'_>, items: &[Node], n: usize) -> Result<usize, Stop> {
    let from = match n.checked_sub(1).and_then(|before| items.get(before)) {
        Some(before) => end(text, before),
        None => list.start,
    };
    let dash = next_token(text, from);
    let found = text.as_bytes().get(dash) == Some(&b'-');
    if found { Ok(dash) } else { Err(Stop::new(from, "the dash of a list's item is not where it should be")) }
}

/// The column of a block mapping's keys.
pub(super) fn key_column(text: &str, first: &Entry) -> Result<usize, Stop> {
    let start = first.key_at.start;
    if text[line_start(text, start)..start].trim_end().ends_with('?') {
        return Err(Stop::new(start, "the key is written with a `?`"));
    }
    Ok(column(text, start))
}

/// One past the last byte that belongs to a node: of a block scalar, the end of its last line.
pub(super) fn end(text: &str, node: &Node) -> usize {
    match &node.kind {
        Kind::Alias(_) if is_reference(node) => node.at.end,
        Kind::Alias(target) if is_nothing(target) => node.at.end,
        Kind::Alias(target) => end(text, target),
        // The parser's place of nothing is the sign before it.
        Kind::Text { .. } if is_nothing(node) => {
            let sign = matches!(text.as_bytes().get(node.at.start), Some(b':' | b'-'));
            node.at.start + usize::from(sign)
        }
        Kind::Text { plain: true, .. } => node.at.end,
        Kind::Text { .. } => scalar_end(text, node),
        Kind::List(_) | Kind::Map(_) if is_bracketed(text, node) => node.at.end,
        Kind::List(items) => items.last().map_or(node.at.end, |last| end(text, last)),
        Kind::Map(map) => map.entries().last().map_or(node.at.end, |last| end(text, &last.value).max(last.key_at.end)),
    }
}

fn is_bracketed(text: &str, node: &Node) -> bool {
    matches!(text.as_bytes().get(content(text, node, node.at.start)), Some(b'[' | b'{'))
}

/// The end of a quoted or block scalar. The parser takes a block scalar from its first line of text up to the next token.
fn scalar_end(text: &str, node: &Node) -> usize {
    let Kind::Text { text: value, .. } = &node.kind else { return node.at.end };
    let blank = [' ', '\t', '\r', '\n'];
    let own = text[node.at.start..node.at.end].trim_end_matches(blank);
    let kept = value.len() - value.trim_end_matches('\n').len();
    // Without any text it ends with its sign; else the first of its line breaks ends the last line of text.
    let (mut end, kept) = match own {
        "" => (text[..node.at.start].trim_end_matches(blank).len(), kept),
        own => (node.at.start + own.len(), kept.saturating_sub(1)),
    };
    for _ in 0..kept {
        let Some(next) = text[end..node.at.end].find('\n').map(|n| end + n + 1) else { break };
        end = line_end(text, next).min(node.at.end);
    }
    end
}
