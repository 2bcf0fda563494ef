//! Allow comments against findings that are made up, at places that are known.

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::rule::Meta;
use pxectl_model::source::{FileId, Span};

use crate::{File, Included, Input, Judged, Reading, includes};

const ODD: Meta = Meta::warning("odd", "made up");
const GRAVE: Meta = Meta::error("grave", "made up");
const FAR: Meta = Meta::note("far", "made up; this host's");
const RULES: [Meta; 3] = [ODD, GRAVE, FAR];
const HEAD: &str = "pxectl: 1\nlab: {server: 10.1.0.1}\n";

fn read(text: &str) -> Reading {
    let file = |name: &str, text: &str| File { name: name.to_owned(), bytes: text.as_bytes().to_vec() };
    let included = includes(text.as_bytes()).into_iter();
    let more = "hosts:\n  # pxectl: allow(odd) because it is a test\n  - {serial: HERE, profile: local}\n";
    let included = included.map(|i| Included { route: i.route, found: Ok(vec![file("more.yaml", more)]) }).collect();
    crate::read(
        &Input { main: file("a.yaml", text), folder: "/lab".into(), included, lock: Default::default() },
        &Default::default(),
    )
}

/// A finding at the first place where this word stands.
fn finding(reading: &Reading, rule: Meta, word: &str) -> Diagnostic {
    let place = |(file, source): (FileId, &pxectl_model::source::Source)| {
        source.text.find(word).map(|start| Span { file, start, end: start + word.len() })
    };
    rule.at(Place::Span(reading.sources.iter().find_map(place).unwrap()), "made up")
}

fn judge(reading: &Reading, found: Vec<Diagnostic>) -> Judged {
    reading.judge(found, &RULES, &|rule| rule != FAR.id)
}

/// What is left, as ids; and how many were silenced.
fn outcome(text: &str, rule: Meta, word: &str) -> (Vec<&'static str>, usize) {
    let reading = read(&format!("{HEAD}{text}"));
    let found = vec![finding(&reading, rule, word)];
    let judged = judge(&reading, found);
    (judged.findings.iter().map(|finding| finding.rule.0).collect(), judged.allowed.len())
}

const SILENT: (Vec<&str>, usize) = (Vec::new(), 1);

#[test]
fn a_comment_silences_its_line_or_the_next() {
    for text in [
        "hosts:\n  - {serial: HERE, profile: local} # pxectl: allow(odd) because it is a test\n",
        "hosts:\n  # pxectl: allow(odd) because it is a test\n  - {serial: HERE, profile: local}\n",
        "hosts:\n  # pxectl: allow(odd) because it is a test\n\n  # and a word\n  - {serial: HERE, profile: local}\n",
        "hosts:\n  - serial: HERE\t# pxectl:allow( odd )because it is a test\r\n    profile: local\r\n",
        "hosts:\n  - serial: \"é # HERE\" # pxectl: allow(odd) because it is a test\n    profile: local\n",
        "hosts: [ # first\n # pxectl: allow(odd) because it is a test\n {serial: HERE,\n profile: local}]\n",
        "hosts:\n  - &HERE {serial: &x 'y', profile: local} # pxectl: allow(odd) because it is a test\n",
        "profiles:\n  a:\n    vars:\n      t: | # pxectl: allow(odd) because HERE is a test\n        text\n",
        "profiles:\n  a:\n    vars:\n      t: |\n        text\n\n      # pxectl: allow(odd) because it is a test\n      u: HERE\n",
    ] {
        assert_eq!(outcome(text, ODD, "HERE"), SILENT, "{text}");
    }
}

#[test]
fn what_looks_like_a_comment_and_is_none() {
    for text in [
        "hosts:\n  - {serial: \"HERE # pxectl: allow(odd) because x\", profile: local}\n",
        "hosts:\n  - {serial: 'HERE # pxectl: allow(odd) because x', profile: local}\n",
        "hosts:\n  - {serial: HERE#pxectl:allow(odd)because, profile: local}\n",
        "profiles:\n  a:\n    vars:\n      t: |\n        HERE\n        # pxectl: allow(odd) because x\n        HERE\n",
        "profiles:\n  a:\n    vars:\n      t: >-\n        # pxectl: allow(odd) because x\n        HERE\n",
        "profiles:\n  a: {vars: {\"k # pxectl: allow(odd) because x\": HERE}}\n",
        "hosts:\n  #  - {serial: A} # pxectl: allow(odd) because x\n  - {serial: HERE, profile: local}\n",
        "# pxectl: 1\n# pxectl: is (was) a word\nhosts:\n  - {serial: HERE, profile: local}\n",
    ] {
        assert_eq!(outcome(text, ODD, "HERE"), (vec!["odd"], 0), "{text}");
    }
}

#[test]
fn comments_that_are_findings_themselves() {
    let host = "  - {serial: HERE, profile: local} #";
    for (comment, left, silenced) in [
        ("pxectl: allow(odd)", vec!["allow-without-reason"], 1),
        ("pxectl: allow(odd) because", vec!["allow-without-reason"], 1),
        ("pxectl: allow(od) because x", vec!["odd", "allow-unknown"], 0),
        ("pxectl: allow(grave) because x", vec!["odd", "allow-error"], 0),
        ("pxectl: allow(far) because x", vec!["odd"], 0),
        ("pxectl: allow odd because x", vec!["odd", "allow-syntax"], 0),
        ("pxectl: ignore(odd) because x", vec!["odd", "allow-syntax"], 0),
    ] {
        assert_eq!(outcome(&format!("hosts:\n{host} {comment}\n"), ODD, "HERE"), (left, silenced), "{comment}");
    }
    let elsewhere =
        "hosts:\n  # pxectl: allow(odd) because x\n  - {serial: A, profile: local}\n  - {serial: HERE, profile: local}\n";
    assert_eq!(outcome(elsewhere, ODD, "HERE"), (vec!["allow-unused", "odd"], 0));
    let last = "hosts: []\nrules: [] # HERE\n# pxectl: allow(odd) because x\n";
    assert_eq!(outcome(last, ODD, "HERE"), (vec!["odd", "allow-unused"], 0));
}

#[test]
fn errors_are_not_silenced_and_leave_no_comment_unused() {
    let text = "hosts:\n  - {serial: HERE, profile: local} # pxectl: allow(grave) because x\n  # pxectl: allow(odd) because y\n";
    assert_eq!(outcome(text, GRAVE, "HERE"), (vec!["grave", "allow-error"], 0));
}

#[test]
fn stacked_comments_speak_of_one_line() {
    let text = format!(
        "{HEAD}hosts:\n  # pxectl: allow(odd) because x\n  # pxectl: allow(far) because y\n  - {{serial: HERE, profile: local}} # pxectl: allow(odd) because z\n"
    );
    let reading = read(&text);
    let judged = judge(&reading, vec![finding(&reading, ODD, "HERE"), finding(&reading, FAR, "HERE")]);
    let reasons: Vec<_> = judged.allowed.iter().map(|allowed| allowed.reason.as_deref().unwrap()).collect();
    assert_eq!(reasons, ["y", "x"]);
    assert_eq!(
        judged.findings.iter().map(|finding| finding.rule.0).collect::<Vec<_>>(),
        ["allow-unused"],
        "the second for `odd`"
    );
}

#[test]
fn a_file_as_a_whole_is_allowed_at_its_first_line() {
    let reading = read(&format!("# A lab.\n\n# pxectl: allow(odd) because it is new\n{HEAD}"));
    let judged = judge(&reading, vec![ODD.at(Place::File(FileId(0)), "made up")]);
    assert!(judged.findings.is_empty() && judged.allowed.len() == 1, "{judged:?}");
}

#[test]
fn included_files_have_comments_of_their_own() {
    let reading = read(&format!("include: [more.yaml]\n{HEAD}"));
    let judged = judge(&reading, vec![finding(&reading, ODD, "HERE")]);
    assert!(judged.findings.is_empty() && judged.allowed.len() == 1, "{judged:?}");
}

#[test]
fn comments_are_bounded() {
    let comments = "# pxectl: allow(odd) because x\n".repeat(crate::limits::ALLOWS + 1);
    let reading = read(&format!("{HEAD}{comments}"));
    assert_eq!(reading.diagnostics.iter().map(|finding| finding.rule.0).collect::<Vec<_>>(), ["too-large"]);
    assert_eq!(reading.allows.len(), crate::limits::ALLOWS);
    let many = format!("{HEAD}profiles:\n  a: {{vars: {{t: \"{} pxectl: allow(\"}}}}\n", " #".repeat(1 << 20));
    assert!(read(&many).allows.is_empty());
}

#[test]
fn one_comment_silences_one_finding() {
    let host = "  - {serial: HERE, asset: THERE, profile: local}";
    for (comments, left) in [
        (vec![], vec!["odd", "odd"]),
        (vec!["allow(odd) because x"], vec!["odd"]),
        (vec!["allow(odd) because x", "allow(odd) because y"], vec![]),
        (vec!["allow(odd) because x", "allow(odd) because y", "allow(odd) because z"], vec!["allow-unused"]),
    ] {
        let above: String = comments.iter().map(|comment| format!("  # pxectl: {comment}\n")).collect();
        let reading = read(&format!("{HEAD}hosts:\n{above}{host}\n"));
        let judged = judge(&reading, vec![finding(&reading, ODD, "THERE"), finding(&reading, ODD, "HERE")]);
        assert_eq!(judged.findings.iter().map(|finding| finding.rule.0).collect::<Vec<_>>(), left, "{comments:?}");
        if let [comment] = comments.as_slice() {
            let [silenced] = judged.allowed.as_slice() else { panic!("{judged:?}") };
            assert_eq!(silenced.finding.at, finding(&reading, ODD, "HERE").at, "{comment}: the first of the line");
            let help = judged.findings[0].help.as_deref().unwrap();
            assert!(help.contains("one comment allows one"), "why this one is still there: {help}");
        }
    }
}

#[test]
fn what_a_rule_of_errors_finds_as_a_warning_can_be_allowed() {
    let reading = read(&format!("{HEAD}hosts:\n  - {{serial: HERE, profile: local}} # pxectl: allow(grave) because x\n"));
    let mut found = finding(&reading, GRAVE, "HERE");
    found.severity = pxectl_model::diag::Severity::Warning;
    let judged = judge(&reading, vec![found]);
    assert!(judged.findings.is_empty() && judged.allowed.len() == 1, "{judged:?}");
}

/// What is left of a finding at `HERE` in a template, or of it as a whole, as ids; and how many were silenced.
fn in_template(text: &str, whole: bool) -> (Vec<&'static str>, usize) {
    let mut reading = read(HEAD);
    let file = reading.sources.add("a.cfg.j2", text);
    let opens = text.match_indices("{#").map(|(at, _)| at);
    let comments: Vec<_> = opens.map(|at| at..at + text[at..].find("#}").unwrap() + 2).collect();
    reading.hear(file, &comments);
    let finding = if whole { ODD.at(Place::File(file), "made up") } else { finding(&reading, ODD, "HERE") };
    let judged = judge(&reading, vec![finding]);
    (judged.findings.iter().map(|finding| finding.rule.0).collect(), judged.allowed.len())
}

#[test]
fn templates_have_comments_of_their_own() {
    for text in [
        "a HERE {# pxectl: allow(odd) because it is a test #}\nb\n",
        "{# pxectl: allow(odd) because it is a test #}\na HERE\n",
        "a\n{#- pxectl:allow( odd )because it is a test -#}\n\n  {# and a word #}\n{% x %}HERE\n",
        "{# pxectl: allow(odd) because\n   it is a test #}\r\na HERE\r\n",
        "a {# x #}{# pxectl: allow(odd) because it is a test #} HERE",
        "é {# pxectl: allow(odd) because é #} HERE",
    ] {
        assert_eq!(in_template(text, false), SILENT, "{text}");
    }
    for text in ["a HERE\n{# pxectl: allow(odd) because x #}\nb\n", "{# pxectl: allow(odd) because x #}\na\nHERE\n"] {
        let (mut left, silenced) = in_template(text, false);
        left.sort_unstable();
        assert_eq!((left, silenced), (vec!["allow-unused", "odd"], 0), "{text}");
    }
    for (text, left, silenced) in [
        ("HERE {# pxectl: allow(odd) #}", vec!["allow-without-reason"], 1),
        ("HERE {# pxectl: allow(od) because x #}", vec!["odd", "allow-unknown"], 0),
        ("HERE {# pxectl: alow(odd) because x #}", vec!["odd", "allow-syntax"], 0),
        ("HERE # pxectl: allow(odd) because x", vec!["odd"], 0),
    ] {
        assert_eq!(in_template(text, false), (left, silenced), "{text}");
    }
}

#[test]
fn a_template_as_a_whole_is_allowed_above_its_first_word() {
    for text in [
        "{# x #}\n{# pxectl: allow(odd) because y #}\n\na\n",
        "a {# pxectl: allow(odd) because y #}\n",
        "{# pxectl: allow(odd) because y #}",
    ] {
        assert_eq!(in_template(text, true), SILENT, "{text}");
    }
    assert_eq!(in_template("a\n{# pxectl: allow(odd) because y #}\n", true), (vec!["odd", "allow-unused"], 0));
}

#[test]
fn the_help_names_the_form_of_the_text() {
    let mut reading = read(HEAD);
    let text = "HERE {# pxectl: allow(odd) #}";
    let file = reading.sources.add("a.cfg.j2", text);
    let comment = 5..text.len();
    reading.hear(file, std::slice::from_ref(&comment));
    let judged = judge(&reading, vec![finding(&reading, ODD, "HERE")]);
    assert_eq!(judged.findings[0].help.as_deref(), Some("write `{# pxectl: allow(odd) because … #}`"));
}
