//! `artifacts`.

use pxectl_model::artifact::Member;
use pxectl_model::digest::{Sha256, Sha512};
use pxectl_model::source::{Layer, Sourced};
use pxectl_model::url::Url;

use super::auth;
use super::checksums::checksums;
use super::lab::{name_key, sourced};
use crate::draft::{ArtifactDraft, Draft};
use crate::keys;
use crate::rules::structure::{CONFLICTING_KEYS, EMPTY_VALUE};
use crate::tree::Kind;
use crate::walk::{At, Table, Walk};

pub(super) fn artifacts(walk: &mut Walk<'_>, draft: &mut Draft, at: &At<'_>) {
    for (key, at) in walk.named(at) {
        let Some(name) = name_key(walk, key, &at) else { continue };
        let before = walk.findings.errors();
        let mut artifact = ArtifactDraft {
            name: Sourced::new(name.clone(), Layer::Lab, at.route.clone().on_key()),
            route: at.route.clone(),
            path: None,
            urls: Vec::new(),
            member: None,
            sha256: None,
            sha512: None,
            auth: None,
            checksums: None,
            flawed: false,
            provided: None,
        };
        if let Some(table) = walk.table(&at, &keys::ARTIFACT) {
            fill(walk, &table, &mut artifact);
        }
        artifact.flawed = walk.findings.errors() > before;
        draft.artifact_index.insert(name, draft.artifacts.len());
        draft.artifacts.push(artifact);
    }
}

fn fill(walk: &mut Walk<'_>, table: &Table<'_>, artifact: &mut ArtifactDraft) {
    let help = "give a file of the serving host, or where it is to be fetched from";
    walk.exclusive(&CONFLICTING_KEYS, table, &["path", "url"], help);
    if table.has("member") {
        let help = "`member` names a file in an archive that is fetched; a file of this host is named by `path` alone";
        walk.exclusive(&CONFLICTING_KEYS, table, &["path", "member"], help);
    }
    if !table.has("url") {
        let message = format!("the artifact `{}` has neither `path` nor `url`", artifact.name.value);
        walk.missing(table, "path", message);
    }
    artifact.path = table.get("path").and_then(|at| Some(sourced(&at, walk.path(&at)?, Layer::Lab)));
    artifact.urls = table.get("url").map(|at| urls(walk, &at)).unwrap_or_default();
    artifact.member = table.get("member").and_then(|at| Some(sourced(&at, walk.parse::<Member>(&at)?, Layer::Lab)));
    artifact.sha256 = table.get("sha256").and_then(|at| Some(sourced(&at, walk.parse::<Sha256>(&at)?, Layer::Lab)));
    artifact.auth = table.get("auth").and_then(|at| auth::auth(walk, table, &at, artifact));
    artifact.sha512 = table.get("sha512").and_then(|at| Some(sourced(&at, walk.parse::<Sha512>(&at)?, Layer::Lab)));
    let archive = "a checksum file has the digest of the archive, not of the file in it: give that file's `sha256`";
    walk.exclusive(&CONFLICTING_KEYS, table, &["member", "checksums"], archive);
    artifact.checksums = table.get("checksums").and_then(|at| checksums(walk, &at));
}

/// One URL, or a list of mirrors.
pub(super) fn urls(walk: &mut Walk<'_>, at: &At<'_>) -> Vec<Sourced<Url>> {
    let Kind::List(items) = &at.node.real().kind else {
        return auth::url(walk, at).map(|url| sourced(at, url, Layer::Lab)).into_iter().collect();
    };
    if items.is_empty() {
        walk.push(EMPTY_VALUE.at(at.place(), "this list of URLs is empty").help("give at least one URL"));
    }
    let items = walk.list(at);
    items.iter().filter_map(|item| Some(sourced(item, auth::url(walk, item)?, Layer::Lab))).collect()
}
