//! Findings of any texts, in every format: what comes out is read as those programs read it, and holds what went in.

use std::path::PathBuf;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use pxectl_inventory::findings::whole;
use pxectl_model::diag::Severity;

use super::{At, Finding, Permission, Report, Suggestion, github, json, path, sarif};

fn text() -> impl Strategy<Value = String> {
    let hostile = [
        "%",
        "%0A",
        "\n",
        "\r",
        "::error::",
        ",",
        ":",
        "\u{1b}[2J",
        "\u{202e}",
        "\"",
        "\\",
        "](",
        "[a](http://b)",
        "##[",
        "]]>",
        "é",
        "\0",
    ];
    let piece = prop_oneof![3 => proptest::sample::select(hostile.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,6}"];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn name() -> impl Strategy<Value = String> {
    text().prop_map(|text| format!("a{}", text.replace(['/', '\0'], "-")))
}

fn at() -> impl Strategy<Value = At> {
    (name(), 1..9usize, 1..9usize, 0..2usize).prop_map(|(file, line, column, more)| At {
        file,
        line,
        column,
        end_line: line + more,
        end_column: column + 1,
        start: line * column,
        end: line * column + 1,
    })
}

fn finding() -> impl Strategy<Value = Finding> {
    let severity = proptest::sample::select(vec![Severity::Error, Severity::Warning, Severity::Note]);
    let places = (proptest::option::of(at()), proptest::collection::vec((at(), text()), 0..2));
    let fix = (text(), any::<bool>(), proptest::collection::vec((at(), text()), 1..3));
    let fix = fix.prop_map(|(title, safe, edits)| Suggestion { title, safe, edits });
    let allowed = (proptest::option::of(text()), proptest::option::of(at())).prop_map(|(reason, at)| Permission { reason, at });
    let words = (text(), proptest::option::of(text()), proptest::option::of(text()));
    (severity, words, places, proptest::option::of(fix), proptest::option::of(allowed)).prop_map(
        |(severity, (message, label, help), (at, related), fix, allowed)| Finding {
            id: "duplicate-serial",
            severity,
            message,
            at,
            label,
            related,
            help,
            fix,
            allowed,
        },
    )
}

fn report() -> impl Strategy<Value = Report> {
    let failures = proptest::collection::vec(text(), 0..2);
    (proptest::collection::vec(finding(), 0..4), failures).prop_map(|(findings, failures)| Report {
        findings,
        failures,
        folder: PathBuf::from("/lab"),
    })
}

/// As actions/runner reads a command: `::NAME KEY=VALUE,…::DATA`.
fn command(line: &str) -> (String, Vec<(String, String)>, String) {
    let (head, data) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (name, properties) = head.split_once(' ').unwrap();
    let plain =
        |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",").replace("%25", "%");
    let property = |text: &str| text.split_once('=').map(|(key, value)| (key.to_owned(), plain(value))).unwrap();
    let data = data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    (name.to_owned(), properties.split(',').map(property).collect(), data)
}

/// What is left of a text where line ends may stand and nothing else that steers.
fn tame(text: &str) -> String {
    text.split('\n').map(|line| line.split('\r').map(whole).collect::<Vec<_>>().join("\r")).collect::<Vec<_>>().join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_124), ..ProptestConfig::default() })]

    #[test]
    fn github_commands_are_one_line_each(report in report()) {
        let out = github::report(&report);
        let mut counted: Vec<&Finding> = report.findings.iter().filter(|finding| finding.allowed.is_none()).collect();
        counted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        prop_assert_eq!(out.matches('\n').count(), counted.len());
        prop_assert!(!out.chars().any(|c| c.is_control() && c != '\n'), "{:?}", out);
        for (line, finding) in out.split_terminator('\n').zip(counted) {
            let (name, properties, data) = command(line);
            prop_assert_eq!(name, match finding.severity { Severity::Error => "error", Severity::Warning => "warning", Severity::Note => "notice" });
            let property = |key: &str| properties.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
            prop_assert_eq!(property("title"), Some("pxectl duplicate-serial".to_owned()));
            if let Some(at) = &finding.at {
                prop_assert_eq!(property("file"), Some(tame(&at.file)));
                prop_assert_eq!(property("line"), Some(at.line.to_string()));
            }
            prop_assert!(data.contains(&tame(&finding.message)), "{:?}", data);
        }
    }

    #[test]
    fn json_holds_every_text(report in report()) {
        let out = json::report(&report).to_string();
        let read: serde_json::Value = serde_json::from_str(&out).unwrap();
        prop_assert!(!out.chars().any(char::is_control));
        for (finding, value) in report.findings.iter().zip(read["findings"].as_array().unwrap()) {
            prop_assert_eq!(&value["message"], &finding.message);
            prop_assert_eq!(value["help"].as_str(), finding.help.as_deref());
            prop_assert_eq!(value["at"]["file"].as_str(), finding.at.as_ref().map(|at| at.file.as_str()));
        }
    }

    #[test]
    fn sarif_names_every_file_and_links_to_none(report in report()) {
        let log = sarif::report(&report, &crate::findings::cards());
        let results = log["runs"][0]["results"].as_array().unwrap();
        prop_assert_eq!(results.len(), report.findings.len());
        for (finding, result) in report.findings.iter().zip(results) {
            let text = result["message"]["text"].as_str().unwrap();
            prop_assert!(!text.replace("\\\\", "").replace("\\]", "").contains("]("), "{}", text);
            if let Some(at) = &finding.at {
                let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
                prop_assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)), "{}", uri);
                prop_assert_eq!(decoded(uri), path::relative(&at.file, &report.folder));
            }
        }
    }
}

fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri;
    while let Some(first) = rest.chars().next() {
        let hex = rest.strip_prefix('%').map(|rest| &rest[..2]);
        bytes.push(hex.map_or(first as u8, |hex| u8::from_str_radix(hex, 16).unwrap()));
        rest = &rest[if hex.is_some() { 3 } else { 1 }..];
    }
    String::from_utf8(bytes).unwrap()
}
