//! New nodes, and how they are written.

use super::scalar::{Quote, scalar};

/// A new node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// YAML on one line that is right in block and flow context.
    Line(String),
    /// A list; in block context an item a line.
    List(Vec<Self>),
    /// A mapping; in block context a key a line.
    Map(Vec<(String, Self)>),
}

/// How new lines look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// The line break.
    pub newline: &'static str,
    /// How many blanks a list's dashes stand in from the key above them.
    pub list_indent: usize,
}

/// With brackets and braces, on one line.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::Line(text) => text.clone(),
        Value::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entry = |(key, value): &(String, Value)| format!("{}: {}", scalar(key, Quote::Plain), flow(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A key with its value, in a block mapping whose keys stand in this column; without the indentation of its first line.
pub(super) fn entry(key: &str, value: &Value, column: usize, layout: Layout) -> String {
    let key = scalar(key, Quote::Plain);
    match value {
        Value::List(items) if !items.is_empty() => {
            let dashes = column + layout.list_indent;
            let lines =
                items.iter().map(|value| format!("{}{}{}", layout.newline, " ".repeat(dashes), item(value, dashes, 2, layout)));
            format!("{key}:{}", lines.collect::<String>())
        }
        Value::Map(entries) if !entries.is_empty() => {
            let inner = column + 2;
            let lines = entries
                .iter()
                .map(|(key, value)| format!("{}{}{}", layout.newline, " ".repeat(inner), entry(key, value, inner, layout)));
            format!("{key}:{}", lines.collect::<String>())
        }
        value => format!("{key}: {}", flow(value)),
    }
}

/// An item of a block list whose dashes stand in `column`, its text `gap` columns further; without the indentation of its first line.
pub(super) fn item(value: &Value, column: usize, gap: usize, layout: Layout) -> String {
    let dash = format!("-{}", " ".repeat(gap.saturating_sub(1)));
    match value {
        Value::Map(entries) if !entries.is_empty() => {
            let inner = column + gap;
            let lines: Vec<String> = entries.iter().map(|(key, value)| entry(key, value, inner, layout)).collect();
            format!("{dash}{}", lines.join(&format!("{}{}", layout.newline, " ".repeat(inner))))
        }
        value => format!("{dash}{}", flow(value)),
    }
}
