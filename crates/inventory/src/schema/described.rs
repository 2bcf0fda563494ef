//! What each key means, out of the tables of docs/inventory.md, so that an editor shows it.

use serde_json::{Map, Value};

use crate::keys::{ALL, SETTINGS, Section};

const PAGE: &str = include_str!("../../../../docs/inventory.md");

/// Gives every property of every titled mapping its row of the documentation.
pub(super) fn describe(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(describe),
        Value::Object(map) => {
            let section = map.get("title").and_then(Value::as_str).and_then(|title| ALL.into_iter().find(|s| s.name == title));
            if let (Some(section), Some(Value::Object(properties))) = (section, map.get_mut("properties")) {
                of_section(&section, properties);
            }
            map.values_mut().for_each(describe);
        }
        _ => {}
    }
}

fn of_section(section: &Section, properties: &mut Map<String, Value>) {
    for (key, value) in properties {
        let text = row(section.name, key).or_else(|| row(SETTINGS.name, key).filter(|_| section.settings));
        if let (Some(text), Value::Object(property)) = (text, value) {
            property.insert("description".to_owned(), Value::String(text));
        }
    }
}

/// `meaning (type; default)` of a key.
fn row(section: &str, key: &str) -> Option<String> {
    let part = PAGE.split("\n## ").find(|part| part.lines().next() == Some(section))?;
    let line = part.lines().find(|line| line.starts_with(&format!("| `{key}` |")))?;
    let mut cells = line.trim_matches('|').split('|').map(|cell| without_links(cell.trim()));
    let (_, kind, default, meaning) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    Some(match default.as_str() {
        "" => format!("{meaning} ({kind})"),
        "required" => format!("{meaning} ({kind}; required)"),
        default => format!("{meaning} ({kind}; default: {default})"),
    })
}

/// `[text](target)` is its text.
fn without_links(cell: &str) -> String {
    let mut out = String::new();
    let mut rest = cell;
    while let Some((before, (text, after))) =
        rest.split_once('[').and_then(|(before, link)| Some((before, link.split_once("](")?)))
    {
        out += before;
        out += text;
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_their_texts() {
        assert_eq!(without_links("list, see [host](#host), or [a](b)"), "list, see host, or a");
        assert_eq!(without_links("[plain]"), "[plain]");
    }

    #[test]
    fn every_key_is_described() {
        for section in ALL {
            for key in section.keys.iter().filter(|key| key.acted_on) {
                assert!(row(section.name, key.name).is_some(), "{} of {}", key.name, section.name);
            }
        }
    }
}
