//! Changes of one text by its span tree: only the lines that must change do.

use std::collections::{BTreeMap, BTreeSet};

use super::scalar::{Quote, scalar};
use super::shape::{Hop, find, find_own};
use super::splice::{Splice, splice};
use super::value::{Value, flow};
use super::{Stop, list, map};
use crate::tree::Node;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// The scalar, or the alias, at the end of the way becomes this text, in quotes like its own.
    Set { at: Vec<Hop>, text: String },
    /// The same with YAML of one line.
    Replace { at: Vec<Hop>, yaml: String },
    /// A mapping gets one more key, behind its last one.
    Add { to: Vec<Hop>, key: String, value: Value },
    /// A list gets one more item, behind its last one.
    Append { to: Vec<Hop>, value: Value },
    /// An item leaves its list, with the comments that belong to it.
    Drop { from: Vec<Hop>, item: usize },
}

/// The text with all changes made, each of which finds its place in the text as it is now.
///
/// # Errors
/// Where it cannot be sure what to do; see [`Stop`].
pub(crate) fn apply(text: &str, root: &Node, changes: &[Change]) -> Result<String, Stop> {
    // A lone carriage return ends a line for YAML and for hardly any editor.
    if let Some(at) = text.match_indices('\r').map(|(at, _)| at).find(|at| !text[at + 1..].starts_with('\n')) {
        return Err(Stop::new(at, "a carriage return without a line feed stands here"));
    }
    splice(text, splices(text, root, changes)?)
}

/// What the changes do to the bytes.
///
/// # Errors
/// As [`apply`].
pub(super) fn splices(text: &str, root: &Node, changes: &[Change]) -> Result<Vec<Splice>, Stop> {
    let mut splices: Vec<Splice> = Vec::new();
    let mut maps: BTreeMap<&[Hop], Vec<(String, Value)>> = BTreeMap::new();
    let mut lists: BTreeMap<&[Hop], (BTreeSet<usize>, Vec<Value>)> = BTreeMap::new();
    for change in changes {
        match change {
            Change::Set { at, text: new } => splices.extend(map::set(text, &find(text, root, at)?, new)?),
            Change::Replace { at, yaml } => splices.extend(map::replace(text, &find(text, root, at)?, yaml)?),
            Change::Add { to, key, value } => maps.entry(to).or_default().push((key.clone(), value.clone())),
            Change::Append { to, value } => lists.entry(to).or_default().1.push(value.clone()),
            Change::Drop { from, item } => {
                lists.entry(from).or_default().0.insert(*item);
            }
        }
    }
    // What lies deeper comes first where both end with one line.
    for (way, new) in maps.into_iter().rev() {
        splices.extend(map::add(text, &find_own(text, root, way)?, &new)?);
    }
    for (way, (drop, append)) in lists {
        splices.extend(list::change(text, root, way, &drop, &append)?);
    }
    Ok(splices)
}

impl Change {
    /// What a person would do in its place.
    pub fn in_words(&self) -> String {
        match self {
            Self::Set { at, text } => format!("let `{}` say `{}`", shown_way(at), scalar(text, Quote::Plain)),
            Self::Replace { at, yaml } => format!("let `{}` say `{yaml}`", shown_way(at)),
            Self::Add { to, key, value } => {
                let line = format!("`{}: {}`", scalar(key, Quote::Plain), flow(value));
                if to.is_empty() { format!("add {line}") } else { format!("add {line} to `{}`", shown_way(to)) }
            }
            Self::Append { to, value } => format!("add `- {}` to `{}`", flow(value), shown_way(to)),
            Self::Drop { from, item } => format!("take `{}[{item}]` out", shown_way(from)),
        }
    }
}

/// As in `hosts[3].mac`.
fn shown_way(way: &[Hop]) -> String {
    let mut out = String::new();
    for hop in way {
        match hop {
            Hop::Key(key) if out.is_empty() => out.push_str(key),
            Hop::Key(key) => out.extend([".", key]),
            Hop::Item(n) => out.push_str(&format!("[{n}]")),
        }
    }
    out
}
