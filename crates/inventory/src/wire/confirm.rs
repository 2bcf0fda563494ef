//! The second reading, and whether it says the same as the first.

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::source::{FileId, Route};

use super::{Host, Included, Main, shape};
use crate::rules::structure::SYNTAX;
use crate::tree::{Kind, Node, Parsed, broken};

const REFUSED: &str = "serde refuses this";

/// Has serde read what the walk found no error in: an ordinary text's tree, and any other text a second time.
pub(crate) fn confirm(file: FileId, text: &str, parsed: &Parsed) -> Option<Diagnostic> {
    let root = &parsed.root;
    if parsed.ordinary {
        let fits = if file == FileId(0) { shape::fits::<Main>(root) } else { shape::fits::<Included>(root) };
        return fits.err().map(|error| broken(file, text, 0, REFUSED, &error.to_string()));
    }
    let hosts = if file == FileId(0) {
        serde_yaml::from_str::<Main>(text).map(|main| main.hosts)
    } else {
        serde_yaml::from_str::<Included>(text).map(|included| included.hosts)
    };
    match hosts {
        Ok(hosts) => disagreement(file, root, &hosts.unwrap_or_default()),
        Err(error) => {
            let at = error.location().map(|at| offset(text, at.line(), at.column()));
            Some(broken(file, text, at.unwrap_or(0), REFUSED, &error.to_string()))
        }
    }
}

/// The byte at a line and column, both from 1, the column in characters.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or("");
    start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}

/// The first text by which a machine is known that the two readers do not read alike.
fn disagreement(file: FileId, root: &Node, hosts: &[Host]) -> Option<Diagnostic> {
    let Kind::Map(top) = &root.real().kind else { return None };
    let list = top.get("hosts")?;
    let Kind::List(items) = &list.value.real().kind else { return None };
    for (n, (item, host)) in items.iter().zip(hosts).enumerate() {
        let Kind::Map(map) = &item.real().kind else { continue };
        let texts = [
            ("serial", host.serial.as_deref()),
            ("uuid", host.uuid.as_deref()),
            ("mac", host.mac.as_deref()),
            ("asset", host.asset.as_deref()),
            ("board_serial", host.board_serial.as_deref()),
            ("name", host.name.as_deref()),
            ("profile", Some(host.profile.as_str())),
        ];
        for (key, theirs) in texts {
            let ours = map.get(key).and_then(|entry| match &entry.value.real().kind {
                Kind::Text { text, .. } => Some(&**text),
                _ => None,
            });
            if ours != theirs {
                let place = Place::Route(Route::root(file).key("hosts").index(n).key(key));
                let message = format!("YAML readers do not agree on what this `{key}` says");
                return Some(SYNTAX.at(place, message).help("put it into double quotes, on one line"));
            }
        }
    }
    None
}
