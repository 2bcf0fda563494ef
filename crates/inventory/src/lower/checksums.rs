//! `checksums` of an artifact.

use pxectl_model::evidence::{Checksums, FilePlace, Key, Proof, Release, Signing};
use pxectl_model::fingerprint::Fingerprint;
use pxectl_model::source::{Layer, Sourced};
use pxectl_model::url::Url;

use super::artifacts::urls;
use super::lab::sourced;
use crate::keys;
use crate::rules::structure::{CONFLICTING_KEYS, MISSING_KEY};
use crate::walk::{At, Table, Walk};

/// None where something in it is not readable; a finding tells.
pub(super) fn checksums(walk: &mut Walk<'_>, at: &At<'_>) -> Option<Checksums> {
    let table = walk.table(at, &keys::CHECKSUMS)?;
    let place = place(walk, &table, "a checksum file has a `url` or a `path`");
    let name = name(walk, &table);
    let help = "either the checksum file is signed itself, or it is listed in a release file that is";
    walk.exclusive(&CONFLICTING_KEYS, &table, &["key", "release"], help);
    walk.exclusive(&CONFLICTING_KEYS, &table, &["signature", "release"], help);
    let proof = if table.has("release") {
        table.get("release").and_then(|at| release(walk, &at)).map(|release| Proof::Listed(Box::new(release)))
    } else if table.has("signature") || table.has("key") {
        signing(walk, &table).map(Proof::Signed)
    } else {
        Some(Proof::Unsigned)
    };
    Some(Checksums { place: place?, name, proof: proof? })
}

fn release(walk: &mut Walk<'_>, at: &At<'_>) -> Option<Release> {
    let table = walk.table(at, &keys::RELEASE)?;
    let place = place(walk, &table, "a release file has a `url` or a `path`");
    let name = name(walk, &table);
    let signing = signing(walk, &table);
    Some(Release { place: place?, name, signing: signing? })
}

fn signing(walk: &mut Walk<'_>, table: &Table<'_>) -> Option<Signing> {
    let signature = table.get("signature").map(|at| urls(walk, &at)).unwrap_or_default();
    if !table.has("key") {
        let message = "nothing says whose signature it has to be";
        let help = "add `key: {fingerprint: …, path: …}`: anybody can sign a file";
        walk.push(MISSING_KEY.at(table.place(), message).help(help));
        return None;
    }
    let key = table.get("key").and_then(|at| key(walk, &at))?;
    Some(Signing { signature, key })
}

fn key(walk: &mut Walk<'_>, at: &At<'_>) -> Option<Key> {
    let table = walk.table(at, &keys::KEY)?;
    walk.missing(&table, "fingerprint", "a key is known by its `fingerprint` alone, and this has none");
    let fingerprint = table.get("fingerprint").and_then(|at| Some(sourced(&at, walk.parse::<Fingerprint>(&at)?, Layer::Lab)));
    let place = place(walk, &table, "a key has a `path`, best of a file in git, or a `url`");
    Some(Key { fingerprint: fingerprint?, place: place? })
}

fn place(walk: &mut Walk<'_>, table: &Table<'_>, neither: &str) -> Option<FilePlace> {
    walk.exclusive(&CONFLICTING_KEYS, table, &["path", "url"], "give a file of the lab, or where it is to be fetched from");
    if !table.has("url") {
        walk.missing(table, "path", neither);
    }
    let path = table.get("path").and_then(|at| Some(FilePlace::Path(sourced(&at, walk.path(&at)?, Layer::Lab))));
    let urls: Vec<Sourced<Url>> = table.get("url").map(|at| urls(walk, &at)).unwrap_or_default();
    path.or_else(|| (!urls.is_empty()).then_some(FilePlace::Urls(urls)))
}

fn name(walk: &mut Walk<'_>, table: &Table<'_>) -> Option<Sourced<String>> {
    let at = table.get("name")?;
    let text = walk.text(&at)?;
    if text.trim().is_empty() {
        walk.invalid(&at, "a file's name cannot be blank");
        return None;
    }
    Some(sourced(&at, text.to_owned(), Layer::Lab))
}
