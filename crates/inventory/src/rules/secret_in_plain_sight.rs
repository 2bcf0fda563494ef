//! `secret-in-plain-sight`: values that git should not hold.
//!
//! Two kinds of evidence: what a key or an argument is called, and what a text looks like. The value is in no message, and the
//! finding says which bytes no output may show.

use pxectl_model::diag::{Diagnostic, Place, Severity};
use pxectl_model::exposed::{Shape, exposed};
use pxectl_model::secret_names::{calls_a_secret, calls_something_else, is_a_value};
use pxectl_model::settings::{Settings, Var};
use pxectl_model::source::Route;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::{Findings, shown};

pub(super) const META: Meta =
    Meta::error("secret-in-plain-sight", "a password, a private key or a token that stands in the file itself");

const IN_VARS: &str = "name its source instead, `secrets: {NAME: {env: VARIABLE}}`, and say `secrets.NAME` in the template; \
    then change it, since whoever has this repository has it";
const IN_ARGS: &str = "put it into an answer file, out of `secrets`: arguments are in the script, on the screen and in /proc/cmdline; \
    then change it, since whoever has this repository has it";
const IN_URL: &str = "let the server want no password of whoever is on this network, or boot it another way; then change it, since whoever \
    has this repository has it";
const HASH: &str = "whoever has this repository can guess at it in private: better name its source in `secrets`";

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    for settings in draft.layers() {
        vars(settings, findings);
        args(settings, findings);
        let url = settings.url.as_ref().and_then(|url| Some((url.origin.route.as_ref()?, exposed(&url.value)?.0)));
        if let Some((route, shape)) = url {
            report(findings, "url", Some(shape), route.clone().on_key(), route, IN_URL);
        }
    }
}

fn vars(settings: &Settings, findings: &mut Findings) {
    for (name, var) in &settings.vars {
        let Some(route) = &var.origin.route else { continue };
        match &var.value {
            Var::Text(text) => value(findings, &[name], text, route.clone().on_key(), route),
            Var::List(items) => {
                for (n, item) in items.iter().enumerate() {
                    value(findings, &[name], item, route.index(n), &route.index(n));
                }
            }
            Var::Map(items) => {
                for (key, item) in items {
                    let route = route.key(key.as_str());
                    value(findings, &[key, name], item, route.clone().on_key(), &route);
                }
            }
        }
    }
}

/// A value under a key, and under the keys around it.
fn value(findings: &mut Findings, keys: &[&str], text: &str, at: Route, concealed: &Route) {
    let name = keys.first().copied().unwrap_or_default();
    match exposed(text).map(|(shape, _)| shape) {
        Some(Shape::Hash) => report(findings, name, Some(Shape::Hash), at, concealed, HASH),
        Some(shape) => report(findings, name, Some(shape), at, concealed, IN_VARS),
        None if keys.iter().any(|key| calls_a_secret(key)) && !calls_something_else(name) && is_a_value(text) => {
            report(findings, name, None, at, concealed, IN_VARS);
        }
        None => {}
    }
}

fn args(settings: &Settings, findings: &mut Findings) {
    for arg in &settings.args {
        let Some(route) = &arg.origin.route else { continue };
        let (key, text) = arg.value.split_once('=').unwrap_or(("", &arg.value));
        // d-i's questions are paths: `passwd/user-fullname` is no password.
        let name = key.rsplit('/').next().unwrap_or(key);
        let what = if key.is_empty() { "an argument" } else { key };
        match exposed(text).map(|(shape, _)| shape) {
            Some(Shape::Hash) => report(findings, what, Some(Shape::Hash), route.clone(), route, HASH),
            Some(shape) => report(findings, what, Some(shape), route.clone(), route, IN_ARGS),
            None if calls_a_secret(name) && !calls_something_else(name) && is_a_value(text) => {
                report(findings, what, None, route.clone(), route, IN_ARGS);
            }
            None => {}
        }
    }
}

/// A finding of what a text is by its shape, or by its name alone. What can be nothing else is an error; the rest may be allowed.
fn report(findings: &mut Findings, name: &str, shape: Option<Shape>, at: Route, concealed: &Route, help: &str) {
    let what = shape.map_or_else(|| "a secret by its name".to_owned(), Shape::words);
    let message = format!("the value of `{}` is {what}, and stands in plain sight", shown(name));
    let severity = match shape {
        Some(Shape::PrivateKey | Shape::Token(_)) => Severity::Error,
        _ => Severity::Warning,
    };
    let finding = META.at(Place::Route(at), message).conceal(Place::Route(concealed.clone())).help(help);
    findings.push(Diagnostic { severity, ..finding });
}
