//! Texts that people wrote, and places in them.

mod route;

use std::sync::Arc;

pub use route::{Route, Step};

/// Which of the loaded texts; an index into [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// One loaded text.
#[derive(Debug, Clone)]
pub struct Source {
    /// What it is called in messages: the path as the person gave it.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
}

/// All loaded texts of one run.
#[derive(Debug, Clone, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a text and tells the id by which places name it.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.0.push(Source { name: name.into(), text: text.into() });
        FileId(u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX))
    }

    /// The text with this id, if it is one of these.
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.0.get(id.0 as usize)
    }

    /// All texts with their ids, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        (0u32..).map(FileId).zip(&self.0)
    }
}

/// Bytes `start..end` of one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Which text.
    pub file: FileId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Line and column (both from 1; the column counts characters) of a byte offset, clamped into the text.
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |n| n + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// Which layer gave a value; later layers win (design: recipe < extended profile < profile < rule < host).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// pxectl itself.
    Default,
    /// A recipe's data.
    Recipe(String),
    /// A profile, extended or named.
    Profile(String),
    /// A rule, by its position from 0.
    Rule(usize),
    /// A host's own entry.
    Host,
    /// The `lab` or a site.
    Lab,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The layer that gave it.
    pub layer: Layer,
    /// The place in the inventory; none for built-in values.
    pub route: Option<Route>,
}

impl Origin {
    /// A value that pxectl itself gave.
    pub fn default_value() -> Self {
        Self { layer: Layer::Default, route: None }
    }
}

/// A value and where it came from, so that a complaint about the value can point at its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// A value with its layer and place.
    pub fn new(value: T, layer: Layer, route: Route) -> Self {
        Self { value, origin: Origin { layer, route: Some(route) } }
    }

    /// The same place, another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced { value: f(self.value), origin: self.origin }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_clamp() {
        assert_eq!(line_column("aé\nbc", 4), (2, 1));
        assert_eq!(line_column("aé\nbc", 2), (1, 2), "inside é");
        assert_eq!(line_column("aé\nbc", 99), (2, 3));
    }
}
