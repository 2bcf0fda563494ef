//! Lists as JSON: `"schema": "pxectl.list/1"`, documented in docs/list.md. Fields are only ever added.

use pxectl_model::recipe::{Need, Recipe};
use serde_json::{Map, Value, json};

use super::artifacts::ArtifactLine;
use super::hosts::HostLine;
use super::profiles::ProfileLine;
use super::{Users, recipes};

/// The version of the shape.
pub const SCHEMA: &str = "pxectl.list/1";

/// One list as one JSON object, its entries under the name of the list.
pub fn json(list: &str, entries: Vec<Value>) -> Value {
    let head = json!({"schema": SCHEMA, "list": list});
    let mut object = head.as_object().cloned().unwrap_or_default();
    object.insert(list.to_owned(), entries.into());
    object.into()
}

/// A machine.
pub fn host(host: &HostLine) -> Value {
    let mut keys: Map<String, Value> = Map::new();
    // Cards are a list of their own.
    for (key, value) in host.keys.iter().filter(|(key, _)| *key != pxectl_model::identity::IdentityKey::Mac) {
        keys.insert(key.as_str().to_owned(), value.clone().into());
    }
    json!({
        "label": host.label, "name": host.name, "keys": keys,
        "cards": host.cards.iter().map(|(mac, ip)| json!({"mac": mac, "ip": ip})).collect::<Vec<_>>(),
        "profile": host.profile, "at": host.at,
    })
}

/// A profile.
pub fn profile(profile: &ProfileLine) -> Value {
    json!({
        "name": profile.name, "recipe": profile.recipe, "kind": profile.kind, "extends": profile.extends,
        "used_by": users(&profile.users), "at": profile.at,
    })
}

/// An artifact.
pub fn artifact(artifact: &ArtifactLine) -> Value {
    json!({
        "name": artifact.name, "file": artifact.file, "here": artifact.here, "urls": artifact.urls, "size": artifact.size, "sha256": artifact.sha256,
        "used_by": users(&artifact.users), "at": artifact.at,
    })
}

/// A recipe.
pub fn recipe(recipe: &Recipe) -> Value {
    let with = |need: Need| recipe.keys.iter().filter(|(_, n)| **n == need).map(|(key, _)| key.as_str()).collect::<Vec<_>>();
    json!({
        "name": recipe.name.as_str(), "about": recipe.about, "kind": recipes::kind(recipe), "required": with(Need::Required),
        "optional": with(Need::Optional), "one_of": recipe.one_of,
        "firmware": recipe.firmware.iter().map(|firmware| firmware.as_str()).collect::<Vec<_>>(),
    })
}

fn users(users: &Users) -> Value {
    json!({"hosts": users.hosts, "rules": users.rules, "profiles": users.profiles, "lab": users.lab})
}
