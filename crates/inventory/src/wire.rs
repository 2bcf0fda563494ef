//! The shape on disk as serde knows it: the second reader, and the authority on whether a text is one of ours.
//!
//! The walk over the span tree finds every problem with its place; this says whether it missed one. Texts are texts all along,
//! so that `0123456`, `1e5` and `yes` stay what they are, and nothing on the path guesses types (no `flatten`, no `untagged`).
// Most fields are there to be accepted; the values come from the tree.
#![allow(dead_code)]

mod leaf;

use std::collections::BTreeMap;

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::source::{FileId, Route};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::rules::structure::SYNTAX;
use crate::tree::{Kind, Node, broken};
use leaf::{Either, Text};

type Named<T> = Option<BTreeMap<String, T>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Main {
    pxectl: Text,
    include: Option<Vec<Text>>,
    lab: Lab,
    artifacts: Named<Artifact>,
    profiles: Named<Profile>,
    hosts: Option<Vec<Host>>,
    rules: Option<Vec<Rule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Included {
    hosts: Option<Vec<Host>>,
    rules: Option<Vec<Rule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lab {
    http_port: Option<Text>,
    firmware: Option<Vec<Text>>,
    ipxe: Named<Text>,
    unknown: Option<Text>,
    server: Option<Text>,
    networks: Option<Vec<Network>>,
    sites: Named<Site>,
    templates: Option<Text>,
    strict: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Network {
    subnet: Text,
    range: Option<Text>,
    router: Option<Text>,
    dns: Option<Vec<Text>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Site {
    server: Text,
    networks: Option<Vec<Network>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Artifact {
    path: Option<Text>,
    url: Either,
    sha256: Option<Text>,
    sha512: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nic {
    /// Whether it may be missing is for a rule to say, in better words.
    mac: Option<Text>,
    ip: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Secret {
    env: Option<Text>,
    file: Option<Text>,
    command: Option<Vec<Text>>,
}

macro_rules! with_settings {
    ($name:ident { $($field:ident: $type:ty,)* }) => {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $name {
            $($field: $type,)*
            kernel: Either,
            initrds: Either,
            wimboot: Either,
            boot_wim: Either,
            bcd: Either,
            boot_sdi: Either,
            bootmgr: Either,
            image: Either,
            script: Either,
            url: Option<Text>,
            inject: Named<Text>,
            answer: Option<Text>,
            args: Option<Vec<Text>>,
            vars: Named<IgnoredAny>,
            secrets: Named<Secret>,
        }
    };
}

with_settings!(Profile {
    extends: Option<Text>,
    recipe: Option<Text>,
    installs: Option<bool>,
});
with_settings!(Host {
    serial: Option<String>,
    uuid: Option<String>,
    mac: Option<String>,
    asset: Option<String>,
    board_serial: Option<String>,
    name: Option<String>,
    profile: String,
    ip: Option<Text>,
    nics: Option<Vec<Nic>>,
});
with_settings!(Rule {
    r#match: BTreeMap<String, Text>,
    profile: Text,
});

/// Reads the text a second time. Only for texts in which the walk found no error.
pub(crate) fn confirm(file: FileId, text: &str, root: &Node) -> Option<Diagnostic> {
    let hosts = if file == FileId(0) {
        serde_yaml::from_str::<Main>(text).map(|main| main.hosts)
    } else {
        serde_yaml::from_str::<Included>(text).map(|included| included.hosts)
    };
    match hosts {
        Ok(hosts) => disagreement(file, root, &hosts.unwrap_or_default()),
        Err(error) => {
            let at = error.location().map(|at| offset(text, at.line(), at.column()));
            Some(broken(file, text, at.unwrap_or(0), "serde refuses this", &error.to_string()))
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
