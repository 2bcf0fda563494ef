//! Whatever a file holds, reading ends soon, with a finding at its place.
// A test may read its fixtures and stop at what it did not expect.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use common::{LAB, reading};
use pxectl_inventory::{Reading, limits};
use pxectl_model::source::line_column;

/// `line:column id` of each finding, after a look at every span and message.
fn found(text: impl Into<Vec<u8>>) -> Vec<String> {
    let reading = reading(text);
    reading.diagnostics.iter().map(|finding| format!("{} {}", at(&reading, finding), finding.rule)).collect()
}

fn at(reading: &Reading, finding: &pxectl_model::diag::Diagnostic) -> String {
    assert!(finding.message.len() < 500, "{}", &finding.message[..100]);
    let related = finding.related.iter().map(|related| &related.at);
    for place in related.chain([&finding.at]) {
        let span = reading.locate(place).unwrap();
        assert!(reading.sources.get(span.file).unwrap().text.get(span.start..span.end).is_some(), "{span:?}");
    }
    let span = reading.locate(&finding.at).unwrap();
    let (line, column) = line_column(&reading.sources.get(span.file).unwrap().text, span.start);
    format!("{line}:{column}")
}

#[test]
fn other_encodings() {
    let text = format!("{LAB}hosts: [{{serial: 7CX1234, profile: local, name: \"é\"}}]\n");
    let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let marked = |mark: [u8; 2], rest: Vec<u8>| mark.into_iter().chain(rest).collect::<Vec<u8>>();
    assert_eq!(found(marked([0xff, 0xfe], wide(u16::to_le_bytes))), ["1:1 encoding"]);
    assert_eq!(found(marked([0xfe, 0xff], wide(u16::to_be_bytes))), ["1:1 encoding"]);
    assert_eq!(found(wide(u16::to_le_bytes)), ["1:1 encoding"], "UTF-16 without a mark is full of NULs");
    let latin1: Vec<u8> = text.chars().map(|c| c as u8).collect();
    assert_eq!(found(latin1), ["3:50 encoding"]);
    assert_eq!(found(format!("{LAB}hosts: [\0]\n")), ["3:9 encoding"]);
}

#[test]
fn yaml_that_is_not_read() {
    for (text, place) in [
        ("hosts:\n\t- {serial: 7CX1234}\n", "4:1 syntax"),
        ("---\nlab: {}\n", "3:1 yaml-feature"),
        ("hosts:\n  - <<: {serial: 7CX1234}\n", "4:5 yaml-feature"),
        ("hosts: !list []\n", "3:8 yaml-feature"),
        ("hosts: *nobody\n", "3:8 syntax"),
        ("hosts: &all [*all]\n", "3:14 yaml-feature"),
        ("hosts: [\n", "4:1 syntax"),
    ] {
        let found = found(format!("{LAB}{text}"));
        assert!(found.iter().any(|one| one == place), "{text}: {found:?}");
    }
}

#[test]
fn a_megabyte_in_one_scalar_or_line() {
    let long = "x".repeat(1 << 20);
    let words = "x y: ".repeat(200_000);
    for value in
        [long.clone(), format!("'{long}'"), format!("\"{long}\""), format!("|\n      {long}"), format!(">\n      {words}")]
    {
        for key in ["serial", "name", "mac", "ip", "profile", "kernel", "answer"] {
            let text = format!("{LAB}hosts:\n  - profile: local\n    serial: 7CX1234\n    {key}: {value}\n");
            assert!(!found(text).is_empty(), "{key}");
        }
    }
    for key in [long.clone(), format!("\"{long}\""), format!("? {long}\n")] {
        assert!(!found(format!("{LAB}{key}: x\n")).is_empty());
    }
    // Everything on one line, and what is wrong at its end.
    let hosts: String = (0..20_000).map(|n| format!("{{serial: SN{n:06}, profile: local}}, ")).collect();
    let found = found(format!("{LAB}hosts: [{hosts}{{serial: SN000001, profile: local}}]\n"));
    assert!(found.len() == 1 && found[0].starts_with("3:7") && found[0].ends_with(" duplicate-serial"), "{found:?}");
}

#[test]
fn more_than_an_inventory_holds() {
    let many = "- {}\n".repeat(limits::ITEMS + 1);
    let found_many = found(format!("{LAB}hosts:\n{many}"));
    assert!(found_many.contains(&format!("{}:3 too-large", limits::ITEMS + 4)), "{:?}", &found_many[found_many.len() - 2..]);
    assert!(found_many.len() <= 2 * limits::FINDINGS + 1);
    // Two hundred thousand findings: ten in each host.
    let host = "- {a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, serial: 1}\n".repeat(20_000);
    assert!(found(format!("{LAB}hosts:\n{host}")).len() <= 2 * limits::FINDINGS + 1);
    let args = "x, ".repeat(limits::ITEMS + 1);
    assert_eq!(
        found(format!(
            "{LAB}profiles: {{p: {{recipe: local, args: [{args}]}}}}\nrules: [{{match: {{product: x}}, profile: p}}]\n"
        ))
        .len(),
        1
    );
    let bomb: String = (1..40).map(|n| format!("  a{n}: &a{n} {{x: *a{0}, y: *a{0}}}\n", n - 1)).collect();
    let found_bomb = found(format!("{LAB}profiles:\n  a0: &a0 {{x: x}}\n{bomb}"));
    assert!(found_bomb.iter().any(|one| one.ends_with("too-large")), "{found_bomb:?}");
}
