//! Texts survive to the letter, bombs do not.
// A test may read its fixtures and stop at what it did not expect.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use common::{LAB, lines, reading, reading_with};
use pxectl_model::diag::Severity;
use pxectl_model::settings::Var;

fn rules(reading: &pxectl_inventory::Reading) -> Vec<&str> {
    reading.diagnostics.iter().map(|finding| finding.rule.0).collect()
}

#[test]
fn serials_survive_to_the_letter() {
    let written = [
        "0123456",
        "1e55",
        "0x1F",
        "0o17",
        "1_000",
        "yes!",
        "12.50",
        "+1234",
        "2026-11-22",
        "true1",
        "10:20:30",
        "ab  cd",
        "Ab#c",
        "=1234",
    ];
    let hosts: String = written.iter().map(|serial| format!("  - {{serial: {serial}, profile: local}}\n")).collect();
    let reading = reading(format!("{LAB}hosts:\n{hosts}"));
    assert!(rules(&reading).iter().all(|rule| *rule == "unquoted-identity"), "{}", lines(&reading));
    let inventory = reading.inventory.unwrap();
    let read: Vec<&str> = inventory.parts().hosts.iter().map(|host| host.identity.raw_serial.as_str()).collect();
    assert_eq!(read, written);
}

#[test]
fn quoted_serials_keep_their_blanks_and_words() {
    let reading = reading(format!(
        "{LAB}hosts:\n  - {{serial: \"  7CX  12 \", profile: local}}\n  - {{serial: 'yes, it is', profile: local}}\n"
    ));
    let inventory = reading.inventory.unwrap();
    let hosts = &inventory.parts().hosts;
    assert_eq!(hosts[0].identity.raw_serial, "  7CX  12 ");
    assert_eq!(hosts[0].identity.serial.as_ref().unwrap().key(), "7CX 12");
    assert_eq!(hosts[1].identity.raw_serial, "yes, it is");
}

#[test]
fn vars_are_texts_lists_and_mappings_of_texts() {
    let reading =
        reading(format!("{LAB}profiles:\n  a: {{recipe: local, vars: {{t: 0123, l: [1e5, yes], m: {{z: 0x1F, a: \"\"}}}}}}\n"));
    assert!(!reading.has_errors(), "{}", lines(&reading));
    let profiles = &reading.inventory.as_ref().unwrap().parts().profiles;
    let vars = &profiles["a"].settings.vars;
    assert_eq!(vars["t"].value, Var::Text("0123".into()));
    assert_eq!(vars["l"].value, Var::List(vec!["1e5".into(), "yes".into()]));
    assert_eq!(vars["m"].value, Var::Map(vec![("z".into(), "0x1F".into()), ("a".into(), String::new())]));
}

#[test]
fn aliases_stand_for_their_nodes() {
    let reading = reading(format!(
        "{LAB}profiles:\n  a: {{recipe: local, args: &quiet [quiet, &c console=ttyS0]}}\n  b: {{recipe: local, args: *quiet, vars: {{c: *c}}}}\n"
    ));
    assert_eq!(lines(&reading), "");
    let profiles = &reading.inventory.as_ref().unwrap().parts().profiles;
    assert_eq!(profiles["b"].settings.args.len(), 2);
    assert_eq!(profiles["b"].settings.vars["c"].value, Var::Text("console=ttyS0".into()));
}

#[test]
fn the_two_yaml_readers_must_agree() {
    // YAML 1.2's escape of a slash, which libyaml of 1.1 may refuse; whatever it is, nothing may pass unseen.
    for text in ["\"7CX\\/1234\"", "\"7CX\\\n    1234\"", "7CX\n    1234", "'7CX\n\n    1234'"] {
        let reading = reading(format!("{LAB}hosts:\n  - serial: {text}\n    profile: local\n"));
        let sound = reading.inventory.is_some();
        assert!(sound != rules(&reading).contains(&"syntax"), "{text}: {}", lines(&reading));
    }
}

#[test]
fn a_byte_order_mark_is_an_error_and_moves_no_column() {
    let reading = reading("\u{feff}pxectl: 3\nlab: {server: 10.1.0.1}\n");
    assert_eq!(rules(&reading), ["encoding", "version"]);
    assert!(lines(&reading).contains("bad.yaml:1:9: error[version]"), "{}", lines(&reading));
}

#[test]
fn included_files_hold_hosts_and_rules_only() {
    let main = format!("{LAB}include: [a.yaml]\n");
    let sound = "hosts:\n  - {serial: 7CX1234, profile: local}\nrules:\n  - {match: {product: X}, profile: hold}\n";
    let reading = reading_with(&main, &[("a.yaml", sound)]);
    assert_eq!(lines(&reading), "");
    assert_eq!(reading.inventory.unwrap().parts().rules.len(), 1);
    let reading = reading_with(&main, &[("a.yaml", "lab: {server: 10.1.0.2}\nhosts: []\n"), ("b.yaml", "")]);
    let found = lines(&reading);
    assert!(found.starts_with("a.yaml:1:1: error[unknown-key]: an included file has no key `lab`\n"), "{found}");
    assert!(found.contains("b.yaml:1:1: error[missing-key]: this file holds nothing\n"), "{found}");
}

#[test]
fn all_problems_are_told_and_sorted() {
    let reading = reading(
        "pxectl: 1\nlab: {server: x, http_port: y}\nhosts:\n  - {serial: 7CX1234, profile: none}\n  - {serail: 1, profile: local}\n",
    );
    assert_eq!(rules(&reading), ["invalid-value", "invalid-value", "unknown-profile", "unknown-key"]);
}

#[test]
fn bombs_are_refused() {
    let nested = format!("{LAB}hosts: {}\n", "[".repeat(100_000));
    let maps = format!("{LAB}hosts: {}\n", "{a: ".repeat(100_000));
    let dashes = format!("{LAB}hosts:\n{}\n", "- ".repeat(100_000));
    for text in [nested, maps, dashes] {
        assert_eq!(rules(&reading(text.as_str())), ["too-large"], "{}", &text[LAB.len()..LAB.len() + 20]);
    }
    let mut wide = LAB.as_bytes().to_vec();
    wide.resize(100_000_000, b' ');
    assert_eq!(rules(&reading(wide)), ["too-large"]);
    let laughs: String = (1..30).map(|n| format!("  v{n}: &v{n} [*v{0}, *v{0}, *v{0}, *v{0}]\n", n - 1)).collect();
    assert_eq!(rules(&reading(format!("{LAB}profiles:\n  v0: &v0 [x, x]\n{laughs}"))), ["too-large"]);
}

#[test]
fn long_texts_are_refused_in_short_words() {
    let long = "x".repeat(1_000_000);
    let reading =
        reading(format!("{LAB}hosts:\n  - {{serial: {long}, name: \"{long}\", profile: local, ip: {long}, mac: {long}}}\n"));
    assert!(reading.diagnostics.len() >= 4);
    assert!(reading.diagnostics.iter().all(|finding| finding.message.len() < 400 && finding.severity == Severity::Error));
    assert!(lines(&reading).contains("too-large") || reading.inventory.is_none());
}

#[test]
fn findings_are_counted_beyond_their_limit() {
    let hosts: String = (0..5_000).map(|_| "  - {serial: 7CX1234, profile: none}\n").collect();
    let reading = reading(format!("{LAB}hosts:\n{hosts}"));
    assert_eq!(reading.diagnostics.len(), pxectl_inventory::limits::FINDINGS + 1);
    let more = reading.diagnostics.iter().find(|finding| finding.severity == Severity::Note).unwrap();
    assert_eq!(more.message, "7999 more findings are not shown");
}

#[test]
fn twenty_thousand_hosts_are_no_trouble() {
    let mut text = LAB.replace("10.1.0.0/24", "10.0.0.0/8") + "profiles:\n  p: {recipe: local, args: [quiet]}\nhosts:\n";
    for n in 0..20_000 {
        let (a, b) = (n / 250, n % 250 + 2);
        text += &format!(
            "  - {{serial: SN{n:06}, name: node-{n}, profile: p, mac: \"52:54:00:{:02x}:{:02x}:01\", ip: 10.9.{a}.{b}, vars: {{disk: /dev/sda}}}}\n",
            n / 256,
            n % 256
        );
    }
    let reading = reading(text);
    assert_eq!(lines(&reading), "");
    let inventory = reading.inventory.unwrap();
    assert_eq!(inventory.find("node-19999"), Some(19_999));
}
