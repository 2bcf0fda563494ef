//! A small inventory to ask about.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

use std::collections::BTreeMap;
use std::sync::Arc;

use pxectl_model::identity::{Identity, Tag};
use pxectl_model::inventory::{Lab, Parts};
use pxectl_model::name::Name;
use pxectl_model::net::Site;
use pxectl_model::profile::{Glob, Host, MatchKey, Nic, Profile, Rule};
use pxectl_model::recipe::Recipe;
use pxectl_model::settings::Settings;
use pxectl_model::source::{FileId, Origin, Route, Sourced};

pub fn s<T>(value: T) -> Sourced<T> {
    Sourced { value, origin: Origin::default_value() }
}

pub fn name(text: &str) -> Name {
    text.parse().unwrap()
}

pub fn recipe(text: &str, installs: bool) -> (Name, Arc<Recipe>) {
    let recipe = Recipe {
        name: name(text),
        about: String::new(),
        installs,
        script: String::new(),
        keys: BTreeMap::new(),
        one_of: Vec::new(),
        in_image: Default::default(),
        args: Vec::new(),
        firmware: Vec::new(),
    };
    (name(text), Arc::new(recipe))
}

pub fn profile(text: &str, extends: Option<&str>, settings: Settings) -> (Name, Profile) {
    (name(text), Profile { name: s(name(text)), extends: extends.map(|e| s(name(e))), settings })
}

pub fn identity(serial: &str, uuid: &str, mac: &str) -> Identity {
    Identity {
        serial: Tag::new(serial).ok(),
        uuid: uuid.parse().ok(),
        macs: mac.parse().ok().into_iter().collect(),
        ..Identity::default()
    }
}

pub fn host(label: &str, identity: Identity, profile: &str) -> Host {
    Host {
        route: Route::root(FileId(0)),
        nics: identity.macs.iter().map(|mac| Nic { mac: s(*mac), ip: None }).collect(),
        identity,
        name: Some(s(name(label))),
        profile: s(name(profile)),
        settings: Arc::default(),
    }
}

pub const MAC_A: &str = "52:54:00:00:00:0a";
pub const MAC_B: &str = "52:54:00:00:00:0b";
pub const MAC_X: &str = "52:54:00:00:00:ff";
pub const UUID_C: &str = "01234567-89ab-cdef-0123-456789abcdef";

pub fn parts() -> Parts {
    let rule = |glob: &str, profile: &str| Rule {
        route: Route::root(FileId(0)),
        matches: vec![(MatchKey::Product, s(Glob::new(glob)))],
        profile: s(name(profile)),
        settings: Settings::default(),
    };
    let with_recipe = |recipe: &str| Settings { recipe: Some(s(name(recipe))), ..Settings::default() };
    Parts {
        lab: Lab {
            http_port: s(8080),
            firmware: None,
            ipxe: None,
            loads: Default::default(),
            unknown: s(name("hold")),
            templates: s("templates".into()),
            strict: false,
            sites: vec![Site { name: None, server: s("10.1.0.1".parse().unwrap()), networks: Vec::new() }],
        },
        artifacts: BTreeMap::new(),
        profiles: [profile("base", None, with_recipe("linux")), profile("debian", Some("base"), with_recipe("debian"))].into(),
        hosts: vec![
            host("a", identity("SERIAL-A", "", MAC_A), "debian"),
            host("b", identity("SERIAL-B", "", MAC_B), "debian"),
            host("c", identity("", UUID_C, ""), "base"),
        ],
        rules: vec![rule("PowerEdge R6*", "debian"), rule("PowerEdge*", "base")],
        recipes: [recipe("linux", false), recipe("debian", true), recipe("local", false), recipe("hold", false)].into(),
    }
}
