//! The shape on disk as serde knows it, and the authority on whether a text is one of ours.
//!
//! The walk over the span tree finds every problem with its place; this says whether it missed one. Texts are texts all along,
//! so that `0123456`, `1e5` and `yes` stay what they are, and nothing on the path guesses types (no `flatten`, no `untagged`).
// Most fields are there to be accepted; the values come from the tree.
#![allow(dead_code)]

mod confirm;
mod leaf;
mod shape;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) use confirm::confirm;
use leaf::{ListOrPerArch, Text, TextOrList, TextOrPerArch, Var};

type Named<T> = Option<BTreeMap<String, T>>;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "inventory")]
pub(crate) struct Main {
    pxectl: Text,
    include: Option<Vec<Text>>,
    lab: Lab,
    artifacts: Named<Artifact>,
    profiles: Named<Profile>,
    hosts: Option<Vec<Host>>,
    rules: Option<Vec<Rule>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "included file")]
pub(crate) struct Included {
    hosts: Option<Vec<Host>>,
    rules: Option<Vec<Rule>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "lab", extend("anyOf" = [{"required": ["server"]}, {"required": ["sites"]}]))]
struct Lab {
    http_port: Option<Text>,
    #[schemars(extend("minItems" = 1))]
    firmware: Option<Vec<Text>>,
    ipxe: Option<Ipxe>,
    unknown: Option<Text>,
    server: Option<Text>,
    networks: Option<Vec<Network>>,
    #[schemars(extend("minProperties" = 1))]
    sites: Named<Site>,
    templates: Option<Text>,
    strict: Option<bool>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "network")]
struct Network {
    subnet: Text,
    range: Option<Text>,
    router: Option<Text>,
    dns: Option<Vec<Text>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "site")]
struct Site {
    server: Text,
    networks: Option<Vec<Network>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "artifact", extend("anyOf" = [{"required": ["path"]}, {"required": ["url"]}]))]
struct Artifact {
    path: Option<Text>,
    url: Option<TextOrList>,
    member: Option<Text>,
    sha256: Option<Text>,
    sha512: Option<Text>,
    auth: Option<Auth>,
    checksums: Option<Checksums>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "auth", extend("minProperties" = 1))]
struct Auth {
    bearer: Option<Secret>,
    basic: Option<Basic>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    title = "checksums",
    extend("anyOf" = [{"required": ["path"]}, {"required": ["url"]}], "dependencies" = {"signature": ["key"]})
)]
struct Checksums {
    path: Option<Text>,
    url: Option<TextOrList>,
    name: Option<Text>,
    signature: Option<TextOrList>,
    key: Option<Key>,
    release: Option<Release>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "basic")]
struct Basic {
    user: Text,
    password: Secret,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "release", extend("anyOf" = [{"required": ["path"]}, {"required": ["url"]}]))]
struct Release {
    path: Option<Text>,
    url: Option<TextOrList>,
    name: Option<Text>,
    signature: Option<TextOrList>,
    key: Key,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "key", extend("anyOf" = [{"required": ["path"]}, {"required": ["url"]}]))]
struct Key {
    fingerprint: Text,
    path: Option<Text>,
    url: Option<TextOrList>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "nic", extend("minProperties" = 1))]
struct Nic {
    /// Whether it may be missing is for a rule to say, in better words.
    mac: Option<Text>,
    ip: Option<Text>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "secret", extend("minProperties" = 1))]
struct Secret {
    env: Option<Text>,
    file: Option<Text>,
    command: Option<Vec<Text>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "ipxe", extend("minProperties" = 1))]
struct Ipxe {
    dir: Option<Text>,
    #[serde(rename = "secure_boot")]
    secure_boot: Option<bool>,
    bios: Option<Text>,
    uefi_x64: Option<Text>,
    uefi_ia32: Option<Text>,
    uefi_arm64: Option<Text>,
    uefi_arm32: Option<Text>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "match", extend("minProperties" = 1))]
struct Match {
    serial: Option<Text>,
    uuid: Option<Text>,
    mac: Option<Text>,
    asset: Option<Text>,
    board_serial: Option<Text>,
    product: Option<Text>,
    manufacturer: Option<Text>,
    firmware: Option<Text>,
}

macro_rules! with_settings {
    ($name:ident, $title:literal { $($field:ident: $type:ty,)* }) => {
        #[derive(Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        #[schemars(title = $title)]
        struct $name {
            $($field: $type,)*
            iso: Option<TextOrPerArch>,
            kernel: Option<TextOrPerArch>,
            initrds: Option<ListOrPerArch>,
            wimboot: Option<TextOrPerArch>,
            boot_wim: Option<TextOrPerArch>,
            bcd: Option<TextOrPerArch>,
            boot_sdi: Option<TextOrPerArch>,
            bootmgr: Option<TextOrPerArch>,
            image: Option<TextOrPerArch>,
            script: Option<TextOrPerArch>,
            url: Option<Text>,
            inject: Named<Text>,
            answer: Option<Text>,
            args: Option<Vec<Text>>,
            vars: Named<Var>,
            secrets: Named<Secret>,
        }
    };
}

with_settings!(Profile, "profile" {
    extends: Option<Text>,
    recipe: Option<Text>,
    installs: Option<bool>,
});
with_settings!(Host, "host" {
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
with_settings!(Rule, "rule" {
    r#match: Match,
    profile: Text,
});
