//! `hosts` and `rules`.

use std::sync::Arc;

use pxectl_model::arch::Firmware;
use pxectl_model::identity::{IdentityKey, Tag};
use pxectl_model::mac::Mac;
use pxectl_model::name::Name;
use pxectl_model::profile::{Glob, MatchKey};
use pxectl_model::settings::Settings;
use pxectl_model::source::{Layer, Sourced};
use pxectl_model::uuid::Uuid;

use super::lab::{address, sourced};
use super::settings::settings;
use super::spelling;
use crate::draft::{Claim, Draft, HostDraft, NicDraft, RuleDraft};
use crate::findings::shown;
use crate::keys;
use crate::rules::structure::{CONFLICTING_KEYS, EMPTY_VALUE, INVALID_VALUE, MISSING_KEY};
use crate::walk::{At, Table, Walk};

pub(super) fn hosts(walk: &mut Walk<'_>, draft: &mut Draft, at: &At<'_>) {
    let nothing = Arc::new(Settings::default());
    for at in walk.list(at) {
        let before = walk.findings.errors();
        let Some(table) = walk.table(&at, &keys::HOST) else { continue };
        walk.missing(&table, "profile", "this host has no `profile`");
        let mut host = HostDraft {
            route: at.route.clone(),
            serial: claim(walk, &table, IdentityKey::Serial),
            uuid: known_by(walk, &table, "uuid").and_then(|at| Some(sourced(&at, walk.parse::<Uuid>(&at)?, Layer::Host))),
            asset: claim(walk, &table, IdentityKey::Asset),
            board_serial: claim(walk, &table, IdentityKey::BoardSerial),
            identified: IdentityKey::ALL.into_iter().any(|key| table.has(key.as_str())),
            name: known_by(walk, &table, "name").and_then(|at| Some(sourced(&at, walk.parse::<Name>(&at)?, Layer::Host))),
            profile: table.get("profile").and_then(|at| Some(sourced(&at, walk.parse::<Name>(&at)?, Layer::Host))),
            nics: nics(walk, &table),
            settings: match settings(walk, &table, &Layer::Host) {
                said if said == *nothing => Arc::clone(&nothing),
                said => Arc::new(said),
            },
            flawed: false,
        };
        host.identified |= host.nics.iter().any(|nic| nic.mac_given);
        host.flawed = walk.findings.errors() > before;
        draft.hosts.push(host);
    }
}

/// What stands under a key by which people or programs know a machine.
fn known_by<'n>(walk: &mut Walk<'_>, table: &Table<'n>, key: &str) -> Option<At<'n>> {
    let at = table.get(key)?;
    spelling::identity(walk, &at, key);
    Some(at)
}

fn claim(walk: &mut Walk<'_>, table: &Table<'_>, key: IdentityKey) -> Option<Sourced<Claim>> {
    let at = known_by(walk, table, key.as_str())?;
    let text = walk.text(&at)?;
    if text.trim().is_empty() {
        walk.push(EMPTY_VALUE.at(at.place(), format!("`{key}` is blank")).help("remove the key, or give it a value"));
        return None;
    }
    // Beyond the longest tag only the beginning matters, and that it is too long.
    let written = text.char_indices().nth(256).map_or(text, |(end, _)| &text[..end]).to_owned();
    let tag = Tag::new(&written);
    Some(sourced(&at, Claim { written, tag }, Layer::Host))
}

fn nics(walk: &mut Walk<'_>, table: &Table<'_>) -> Vec<NicDraft> {
    walk.exclusive(&CONFLICTING_KEYS, table, &["mac", "nics"], "put this card into `nics`, as its first");
    let mut nics = Vec::new();
    if table.has("mac") || table.has("ip") {
        nics.push(nic(walk, table));
    }
    let Some(at) = table.get("nics") else { return nics };
    for at in walk.list(&at) {
        let Some(table) = walk.table(&at, &keys::NIC) else { continue };
        if !table.has("ip") {
            walk.missing(&table, "mac", "this network card has no `mac`");
        }
        nics.push(nic(walk, &table));
    }
    nics
}

fn nic(walk: &mut Walk<'_>, table: &Table<'_>) -> NicDraft {
    NicDraft {
        mac: table.get("mac").and_then(|at| {
            let mac = walk.parse::<Mac>(&at)?;
            spelling::mac(walk, &at, mac);
            Some(sourced(&at, mac, Layer::Host))
        }),
        mac_given: table.has("mac"),
        ip: table.get("ip").and_then(|at| Some(sourced(&at, address(walk, &at)?, Layer::Host))),
    }
}

pub(super) fn rules(walk: &mut Walk<'_>, draft: &mut Draft, at: &At<'_>) {
    for at in walk.list(at) {
        let before = walk.findings.errors();
        let layer = Layer::Rule(draft.rules.len());
        let Some(table) = walk.table(&at, &keys::RULE) else { continue };
        walk.missing(&table, "profile", "this rule has no `profile`");
        walk.missing(&table, "match", "this rule has no `match`");
        let mut rule = RuleDraft {
            route: at.route.clone(),
            matches: table.get("match").map(|at| matches(walk, &at, &layer)).unwrap_or_default(),
            profile: table.get("profile").and_then(|at| Some(sourced(&at, walk.parse::<Name>(&at)?, layer.clone()))),
            settings: settings(walk, &table, &layer),
            flawed: false,
        };
        rule.flawed = walk.findings.errors() > before;
        draft.rules.push(rule);
    }
}

fn matches(walk: &mut Walk<'_>, at: &At<'_>, layer: &Layer) -> Vec<(MatchKey, Sourced<Glob>)> {
    let Some(table) = walk.table(at, &keys::MATCH) else { return Vec::new() };
    if !MatchKey::ALL.into_iter().any(|key| table.has(key.as_str())) {
        let help = "for a rule that fits every machine write `product: \"*\"`";
        walk.push(MISSING_KEY.at(at.place(), "`match` names no key").help(help));
    }
    let mut matches = Vec::new();
    for key in MatchKey::ALL {
        let Some(at) = table.get(key.as_str()) else { continue };
        let Some(text) = walk.text(&at) else { continue };
        let glob = Glob::new(text);
        if let Some(problem) = never_fits(key, text, &glob) {
            let help = "compared without regard to case; `*` stands for any text, `?` for one character";
            walk.push(INVALID_VALUE.at(at.place(), problem).help(help));
            continue;
        }
        matches.push((key, sourced(&at, glob, layer.clone())));
    }
    matches
}

/// Why no machine can ever fit a pattern.
fn never_fits(key: MatchKey, text: &str, glob: &Glob) -> Option<String> {
    let text_shown = shown(text);
    if text.chars().count() > 256 {
        return Some("a pattern has at most 256 characters".to_owned());
    }
    match key {
        MatchKey::Firmware if !Firmware::ALL.iter().any(|f| glob.matches(f.as_str())) => {
            let all = Firmware::ALL.map(Firmware::as_str).join(", ");
            Some(format!("no firmware fits `{text_shown}`: there are {all}"))
        }
        MatchKey::Mac if text.contains(['-', '.']) => {
            Some(format!("MAC addresses are compared as 52:54:00:12:34:56, and `{text_shown}` never fits"))
        }
        _ => None,
    }
}
