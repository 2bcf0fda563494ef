//! What a lab's own templates hold that git should not, and where the finding points.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_types)]

mod common;

use common::templates;
use pxectl_model::diag::{Diagnostic, Place, Severity};
use pxectl_model::source::Span;
use pxectl_render::in_plain_sight;

fn found(text: &str) -> Vec<Diagnostic> {
    let found = in_plain_sight(&templates(&[("a.cfg.j2", text)]));
    assert!(found.iter().all(|finding| finding.rule.0 == "secret-in-plain-sight" && finding.help.is_some()), "{found:?}");
    found
}

fn part<'t>(text: &'t str, place: &Place) -> &'t str {
    let Place::Span(Span { start, end, .. }) = place else { panic!("{place:?}") };
    &text[*start..*end]
}

/// Each finding: what is underlined, what no output shows, and whether it is an error.
fn told(text: &str) -> Vec<(&str, &str, bool)> {
    let concealed = |finding: &Diagnostic| part(text, finding.conceal.as_ref().unwrap());
    let one = |finding: &Diagnostic| (part(text, &finding.at), concealed(finding), finding.severity == Severity::Error);
    found(text).iter().map(one).collect()
}

/// Put together here, so that no scanner takes this file for what it is about.
fn key(label: &str) -> (String, String) {
    let first = format!("-----BEGIN {label}-----");
    (first.clone(), format!("{first}\nMIIEabc\ndef==\n-----END {label}-----"))
}

#[test]
fn private_keys_whole_and_at_their_first_line() {
    for label in ["PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY", "PGP PRIVATE KEY BLOCK"] {
        let (first, key) = key(label);
        for text in [format!("a\n{key}\nb\n{key}\n"), format!("{{# {key} #}}\n{{% raw %}}{key}{{% endraw %}}\n")] {
            let told = told(&text);
            let expected: Vec<(&str, &str, bool)> =
                told.iter().map(|(_, concealed, _)| (first.as_str(), *concealed, true)).collect();
            assert_eq!(told, expected, "{text}");
            assert!(told.len() == 2 && told.iter().all(|(_, concealed, _)| concealed.starts_with(&key)), "{told:?}");
        }
        assert_eq!(told(&first), [(first.as_str(), first.as_str(), true)], "its end is missing");
    }
    assert_eq!(told("-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----\n-----BEGIN PUBLIC KEY-----\n"), []);
}

#[test]
fn what_gives_itself_away_and_what_is_called_so() {
    let token = format!("ghp_{}", "A1b2".repeat(9));
    let hash = format!("$6$saltsalt${}", "x".repeat(40));
    let text = format!(
        "d-i passwd/root-password password r00tme\nd-i passwd/root-password-crypted password {hash}\n\
         curl -H 'x: {token}' https://joe:hunter2@example.org/ {{# {token} #}}\n\
         {{%- set root_password = \"hunter2\" %}}\n  password: 'hunter2'\n"
    );
    assert_eq!(
        told(&text),
        [
            ("hunter2", "hunter2", false),
            ("r00tme", "r00tme", false),
            (hash.as_str(), hash.as_str(), false),
            (token.as_str(), token.as_str(), true),
            (token.as_str(), token.as_str(), true),
            ("hunter2", "hunter2", false),
        ],
        "the one that is set comes first; of a line with a token the rest is told once that has gone"
    );
    assert_eq!(told("d-i passwd/root-password password r00tme {# joe's {{ a }} #}\n"), [("r00tme", "r00tme", false)]);
    assert!(found("d-i passwd/root-password password r00tme")[0].message.contains("in the template `a.cfg.j2`"));
}

#[test]
fn what_is_rendered_there_is_no_finding() {
    for text in [
        "d-i passwd/root-password password {{ secrets.root }}\n",
        "rootpw --iscrypted {{ secrets.hash }}\n",
        "password: \"{{ secrets.pw }}\"\npasswd: {% if x %}a{% endif %}\n",
        "<Password><Value>{{ secrets.pw }}</Value></Password>\n",
        "{% set root_password = secrets.root %}",
        "{# password: hunter2 #}\n",
        "curl https://joe:{{ secrets.pw }}@example.org/\n",
    ] {
        assert_eq!(told(text), [], "{text}");
    }
    assert!(in_plain_sight(&templates(&[])).is_empty(), "the built-in templates hold none");
}

#[test]
fn however_many_there_are_it_ends() {
    let token = format!("hvs.{} ", "A".repeat(24));
    assert!(found(&token.repeat(40_000)).len() <= 20, "one line");
    assert!(found(&format!("{token}\n").repeat(30_000)).len() <= 200, "many lines");
    assert!(found(&"{%".repeat(500_000)).is_empty() && found(&"{% raw %}".repeat(100_000)).is_empty());
    assert!(found(&"<Password>".repeat(100_000)).is_empty() && found(&"-----BEGIN ".repeat(100_000)).is_empty());
}
