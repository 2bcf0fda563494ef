//! `auth`: what a server wants to see, by its source; and URLs that would show it to everybody.

use pxectl_model::diag::Place;
use pxectl_model::source::Layer;
use pxectl_model::url::{BadUrl, Url};

use super::lab::sourced;
use super::secrets::source;
use crate::draft::{ArtifactDraft, AuthDraft};
use crate::keys;
use crate::rules::structure::{CONFLICTING_KEYS, INVALID_VALUE, MISSING_KEY};
use crate::walk::{At, Table, Walk};

/// What to write.
const FORM: &str = "write {bearer: {env: NAME}} or {basic: {user: NAME, password: {file: PATH}}}";

pub(super) fn auth(walk: &mut Walk<'_>, above: &Table<'_>, at: &At<'_>, artifact: &ArtifactDraft) -> Option<AuthDraft> {
    walk.exclusive(&CONFLICTING_KEYS, above, &["path", "auth"], "a file of the serving host asks nobody for a password");
    if !artifact.urls.is_empty() && artifact.server().is_none() {
        let message = "`auth` is for a server, and every `url` is a file";
        walk.push(CONFLICTING_KEYS.at(above.key_place("auth"), message).help("remove it"));
    }
    let table = walk.table(at, &keys::AUTH)?;
    walk.exclusive(&CONFLICTING_KEYS, &table, &["bearer", "basic"], "a request shows one of them");
    if !table.has("bearer") && !table.has("basic") {
        walk.push(MISSING_KEY.at(at.place(), "`auth` says neither `bearer` nor `basic`").help(FORM));
    }
    let bearer = table.get("bearer").and_then(|at| Some(sourced(&at, source(walk, "bearer", &at)?, Layer::Lab)));
    let basic = table.get("basic").and_then(|at| basic(walk, &at));
    bearer.map(AuthDraft::Bearer).or(basic)
}

fn basic(walk: &mut Walk<'_>, at: &At<'_>) -> Option<AuthDraft> {
    let table = walk.table(at, &keys::BASIC)?;
    for key in ["user", "password"] {
        walk.missing(&table, key, format!("`auth.basic` has no `{key}`"));
    }
    let user = table.get("user").and_then(|at| user(walk, &at));
    let password = table.get("password").and_then(|at| Some(sourced(&at, source(walk, "password", &at)?, Layer::Lab)));
    Some(AuthDraft::Basic { user: user?, password: password? })
}

/// A user's name: what can stand before the colon (RFC 7617, 2).
fn user(walk: &mut Walk<'_>, at: &At<'_>) -> Option<String> {
    let text = walk.text(at)?;
    if text.is_empty() || text.contains(':') || text.chars().any(char::is_control) {
        walk.invalid(at, "a user's name is not empty, and has no colon and no control characters");
        return None;
    }
    Some(text.to_owned())
}

/// A URL; one that holds a user or a password is shown by nobody.
pub(super) fn url(walk: &mut Walk<'_>, at: &At<'_>) -> Option<Url> {
    if walk.peek(at).is_some_and(|text| matches!(text.parse::<Url>(), Err(BadUrl::Credentials))) {
        let message = "a user or password in a URL stands in git for everybody to read";
        let help = "take it out of the URL and name its source beside it: auth: {basic: {user: NAME, password: {env: VARIABLE}}}; then change \
                    the password, since whoever has this repository has it";
        let place = Place::Route(at.route.clone());
        walk.push(INVALID_VALUE.at(place.clone(), message).help(help).conceal(place));
        return None;
    }
    walk.parse(at)
}
