//! `secret-in-plain-sight`: values that git should not hold.
//!
//! Two kinds of evidence: what a key or an argument is called, and what a text looks like. The value is in no message, and the
//! finding says which bytes no output may show.

use pxectl_model::diag::{Diagnostic, Place, Severity};
use pxectl_model::exposed::{Shape, exposed, stands_for_another};
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

/// Words for what is secret; two that are written as one count, too.
const SECRETS: [&str; 12] =
    ["password", "passwd", "passphrase", "passcode", "pwd", "pw", "rootpw", "secret", "token", "credential", "psk", "apikey"];
/// Two words that make one of them.
const PAIRS: [(&str, &str); 9] = [
    ("api", "key"),
    ("access", "key"),
    ("private", "key"),
    ("secret", "key"),
    ("auth", "key"),
    ("join", "key"),
    ("signing", "key"),
    ("user", "pass"),
    ("root", "pass"),
];
/// Last words of keys that say something about a secret and are none, and those of hashes, which are told by their shape.
const ABOUT: [&str; 44] = [
    "file",
    "path",
    "dir",
    "directory",
    "folder",
    "url",
    "uri",
    "env",
    "var",
    "variable",
    "name",
    "id",
    "user",
    "username",
    "login",
    "fullname",
    "type",
    "kind",
    "policy",
    "length",
    "len",
    "size",
    "min",
    "max",
    "count",
    "age",
    "day",
    "expiry",
    "expire",
    "ttl",
    "timeout",
    "command",
    "cmd",
    "store",
    "vault",
    "source",
    "ref",
    "hint",
    "prompt",
    "required",
    "enabled",
    "hash",
    "crypted",
    "encrypted",
];

/// The words of a key: `adminPassword`, `admin-password` and `ADMIN_PASSWORDS` are two each.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in key.chars().take(128) {
        let begins = c.is_uppercase() && before.is_lowercase();
        if begins || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    for word in words.iter_mut().filter(|word| word.len() > 3 && word.ends_with('s') && !word.ends_with("ss")) {
        word.pop();
    }
    words
}

fn calls_a_secret(key: &str) -> bool {
    // Nearly every key is none, and there are many: look before words are made.
    let like = |part: &str| {
        key.len() >= part.len() && key.as_bytes().windows(part.len()).any(|b| b.eq_ignore_ascii_case(part.as_bytes()))
    };
    if !["pass", "pw", "secret", "token", "key", "credential", "psk"].into_iter().any(like) {
        return false;
    }
    let words = words(key);
    let alone = |word: &String| SECRETS.contains(&word.as_str()) || word.ends_with("password") || word.ends_with("passwd");
    let pair = |pair: &[String]| PAIRS.iter().any(|(a, b)| pair[0] == *a && pair[1] == *b);
    words.iter().any(alone) || words.windows(2).any(pair) || words.len() == 1 && words[0] == "pass"
}

fn calls_something_else(key: &str) -> bool {
    words(key).last().is_some_and(|word| ABOUT.contains(&word.as_str()))
}

/// Whether a text can be the secret itself: neither a switch, nor a path, nor what stands for another value, nor a locked account's.
fn is_a_value(text: &str) -> bool {
    let text = text.trim();
    let switch = [
        "true", "false", "yes", "no", "on", "off", "none", "null", "ask", "prompt", "never", "always", "disabled", "!", "*", "!!",
    ];
    let place = ["/", "./", "../", "~/"].iter().any(|begin| text.starts_with(begin)) || text.contains("://");
    !text.is_empty() && !place && !stands_for_another(text) && !switch.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keys_are_called() {
        for key in [
            "password",
            "root_password",
            "rootPassword",
            "ADMIN_PASSWD",
            "rootpw",
            "inst.rootpw",
            "passwords",
            "api_key",
            "apiKey",
            "apikey",
            "token",
            "vault-token",
            "secret",
            "client_secret",
            "wpa_psk",
            "user-password-again",
            "adminpassword",
            "private_key",
            "pass",
            "bind_pw",
            "db.credentials",
        ] {
            assert!(calls_a_secret(key) && !calls_something_else(key), "{key}");
        }
        for key in [
            "disk",
            "passive",
            "bypass",
            "compass",
            "keymap",
            "keyboard_key",
            "public_key",
            "ssh_keys",
            "timezone",
            "tokenizer",
            "secretary",
            "first_pass",
            "pwm",
        ] {
            assert!(!calls_a_secret(key), "{key}");
        }
        for key in [
            "password_file",
            "secret_name",
            "token_ttl",
            "passwordPolicy",
            "password_hash",
            "root-password-crypted",
            "secrets_dir",
        ] {
            assert!(calls_something_else(key), "{key}");
        }
    }

    #[test]
    fn what_values_are() {
        for text in ["hunter2", "123456", "p@ss word", "correct horse"] {
            assert!(is_a_value(text), "{text}");
        }
        for text in [
            "",
            " ",
            "true",
            "No",
            "/run/secrets/x",
            "./x",
            "https://vault/x",
            "${PW}",
            "{{ secrets.x }}",
            "!",
            "*",
            "xxxx",
            "env:PW",
        ] {
            assert!(!is_a_value(text), "{text}");
        }
    }
}
