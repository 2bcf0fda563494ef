//! Trees to a [`Draft`].

mod artifacts;
mod auth;
mod checksums;
mod hosts;
mod lab;
mod lock;
mod profiles;
mod secrets;
mod settings;
mod spelling;

use std::path::Path;

use pxectl_model::diag::Place;
use pxectl_model::source::{FileId, Route};

use crate::draft::Draft;
use crate::findings::{Findings, shown};
use crate::keys;
use crate::rules::structure::{MISSING_KEY, VERSION};
use crate::tree::Node;
use crate::walk::{At, Walk};

pub(crate) use lock::lock;

/// Puts what a tree says into the draft.
pub(crate) fn lower(draft: &mut Draft, file: FileId, root: &Node, folder: &Path, findings: &mut Findings) {
    let mut walk = Walk { findings, folder, page: "docs/inventory.md" };
    let main = file == FileId(0);
    let at = At { node: root, route: Route::root(file) };
    let Some(top) = walk.table(&at, if main { &keys::TOP } else { &keys::INCLUDED }) else { return };
    if main {
        version(&mut walk, &at, top.get("pxectl").as_ref(), top.has("pxectl"));
        draft.lab = lab::lab(&mut walk, &at, &top);
        if let Some(artifacts) = top.get("artifacts") {
            artifacts::artifacts(&mut walk, draft, &artifacts);
        }
        if let Some(profiles) = top.get("profiles") {
            profiles::profiles(&mut walk, draft, &profiles);
        }
        // What it is for is read before; here only its shape is judged.
        if let Some(include) = top.get("include") {
            for item in walk.list(&include) {
                walk.text(&item);
            }
        }
    }
    if let Some(list) = top.get("hosts") {
        hosts::hosts(&mut walk, draft, &list);
    }
    if let Some(list) = top.get("rules") {
        hosts::rules(&mut walk, draft, &list);
    }
}

fn version(walk: &mut Walk<'_>, root: &At<'_>, version: Option<&At<'_>>, has: bool) {
    let help = "write `pxectl: 1` as its first line";
    match version {
        None if has => {}
        None => walk.push(MISSING_KEY.at(root.place(), "an inventory names its format version").help(help)),
        Some(at) => match walk.text(at) {
            Some("1") | None => {}
            Some(other) => {
                let message = format!("this program reads format version 1, not `{}`", shown(other));
                walk.push(VERSION.at(Place::Route(at.route.clone()), message).help(help));
            }
        },
    }
}
