//! The lock file.

use std::path::Path;

use pxectl_model::artifact::Member;
use pxectl_model::digest::{Sha256, Sha512};
use pxectl_model::fingerprint::Fingerprint;
use pxectl_model::lock::{Built, Locked, Lockfile, Trust, Version};
use pxectl_model::source::{FileId, Route};
use pxectl_model::url::Url;
use pxectl_model::utc::Utc;

use super::lab::name_key;
use crate::findings::{Findings, shown};
use crate::keys;
use crate::rules::structure::{MISSING_KEY, VERSION};
use crate::tree::Node;
use crate::walk::{At, Table, Walk};

/// What a lock file's tree says; what cannot be read is left out, with a finding.
pub(crate) fn lock(file: FileId, root: &Node, findings: &mut Findings) -> Lockfile {
    // It names no paths, so there is nothing to join them with.
    let mut walk = Walk { findings, folder: Path::new(""), page: "docs/images.md" };
    let at = At { node: root, route: Route::root(file) };
    let mut lock = Lockfile::default();
    let Some(top) = walk.table(&at, &keys::LOCK) else { return lock };
    version(&mut walk, &at, &top);
    let Some(artifacts) = top.get("artifacts") else { return lock };
    for (key, at) in walk.named(&artifacts) {
        let Some(name) = name_key(&mut walk, key, &at) else { continue };
        if let Some(table) = walk.table(&at, &keys::LOCKED)
            && let Some(locked) = locked(&mut walk, &table)
        {
            lock.artifacts.insert(name, locked);
        }
    }
    lock
}

fn version(walk: &mut Walk<'_>, root: &At<'_>, top: &Table<'_>) {
    let Some(at) = top.get("pxectl_lock") else {
        if !top.has("pxectl_lock") {
            let message = "this is no lock file: it does not begin with `pxectl_lock: 1`";
            walk.push(
                MISSING_KEY.at(root.place(), message).help("`pxectl fetch` writes it; take it out of the way or restore it"),
            );
        }
        return;
    };
    if let Some(other) = walk.text(&at).filter(|text| *text != "1") {
        let message = format!("this program reads version 1 of the lock file, not `{}`", shown(other));
        walk.push(VERSION.at(at.place(), message).help("use the pxectl that wrote it, or a newer one"));
    }
}

fn locked(walk: &mut Walk<'_>, table: &Table<'_>) -> Option<Locked> {
    for key in ["size", "sha256", "trust", "fetched"] {
        walk.missing(table, key, format!("this entry has no `{key}`"));
    }
    let words = Trust::ALL.map(Trust::as_str);
    let url = table.get("url").map(|at| walk.parse::<Url>(&at));
    let size = table.get("size").and_then(|at| size(walk, &at));
    let sha256 = table.get("sha256").and_then(|at| walk.parse::<Sha256>(&at));
    let sha512 = table.get("sha512").map(|at| walk.parse::<Sha512>(&at));
    let trust = table.get("trust").and_then(|at| walk.word::<Trust>(&at, &words));
    let key = table.get("key").map(|at| walk.parse::<Fingerprint>(&at));
    if let (Some(Trust::Signed), false) = (trust, table.has("key")) {
        walk.missing(table, "key", "this entry is `signed`, and has no `key`");
    }
    let fetched = table.get("fetched").and_then(|at| walk.parse::<Utc>(&at));
    let [etag, modified] = ["etag", "modified"].map(|key| table.get(key).and_then(|at| plain(walk, &at)));
    let version = Version { etag, modified };
    let member = table.get("member").map(|at| walk.parse::<Member>(&at));
    let built = table.get("built").map(|at| walk.table(&at, &keys::BUILT).and_then(|table| built(walk, &table)));
    if let (Some(Trust::Built), false) = (trust, table.has("built")) {
        walk.missing(table, "built", "this entry is `built`, and does not say how".to_owned());
    }
    let flawed = matches!(url, Some(None))
        || matches!(sha512, Some(None))
        || matches!(key, Some(None))
        || matches!(member, Some(None))
        || matches!(built, Some(None));
    let locked = Locked {
        url: url.flatten(),
        member: member.flatten(),
        size: size?,
        sha256: sha256?,
        sha512: sha512.flatten(),
        trust: trust?,
        key: key.flatten(),
        version,
        fetched: fetched?,
        built: built.flatten(),
    };
    (!flawed).then_some(locked)
}

fn built(walk: &mut Walk<'_>, table: &Table<'_>) -> Option<Built> {
    for key in ["target", "source", "script", "compiler"] {
        walk.missing(table, key, format!("this recipe has no `{key}`"));
    }
    let target = table.get("target").and_then(|at| plain(walk, &at));
    let source = table.get("source").and_then(|at| walk.parse::<Sha256>(&at));
    let commit = table.get("commit").map(|at| plain(walk, &at));
    let with = table.get("with").map(|at| plain(walk, &at));
    let script = table.get("script").and_then(|at| walk.parse::<Sha256>(&at));
    let trust = table.get("ca").map(|at| walk.parse::<Sha256>(&at));
    let compiler = table.get("compiler").and_then(|at| plain(walk, &at));
    let flawed = matches!(commit, Some(None)) || matches!(with, Some(None)) || matches!(trust, Some(None));
    let words = |text: String| text.split(", ").map(str::to_owned).collect();
    let built = Built {
        target: target?,
        source: source?,
        commit: commit.flatten(),
        with: with.flatten().map(words).unwrap_or_default(),
        script: script?,
        trust: trust.flatten(),
        compiler: compiler?,
    };
    (!flawed).then_some(built)
}

/// A text that the lock file can hold in quotes.
fn plain(walk: &mut Walk<'_>, at: &At<'_>) -> Option<String> {
    let text = walk.text(at)?;
    if !Version::is_plain(text) {
        walk.invalid(
            at,
            format!("`{}` is no plain text: visible ASCII without quotes and backslashes, at most 200", shown(text)),
        );
        return None;
    }
    Some(text.to_owned())
}

fn size(walk: &mut Walk<'_>, at: &At<'_>) -> Option<u64> {
    let text = walk.text(at)?;
    match text.parse() {
        Ok(size) if text.bytes().all(|b| b.is_ascii_digit()) => Some(size),
        _ => {
            walk.invalid(at, format!("`{}` is no number of bytes", shown(text)));
            None
        }
    }
}
