//! `secrets`: sources and never values.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use std::path::PathBuf;

use common::{LAB, lines, reading};
use pxectl_model::secret::SecretSource;

#[test]
fn each_kind_of_source_is_read_and_layers_merge_by_name() {
    let text = format!(
        "{LAB}profiles:\n  base: {{secrets: {{a: {{env: A_B1}}, b: {{file: keys/b}}}}}}\n  p: {{extends: base, recipe: local, \
         secrets: {{b: {{command: [pass, show, \"x y\"]}}}}}}\nhosts:\n  - {{serial: SN-1000, profile: p, secrets: {{c: {{file: /etc/c}}}}}}\n"
    );
    let reading = reading(text);
    assert_eq!(lines(&reading), "");
    let inventory = reading.inventory.unwrap();
    let (mut settings, _) = inventory.settings_of(&"p".parse().unwrap()).unwrap();
    settings.overlay(&inventory.parts().hosts[0].settings);
    let source = |name: &str| settings.secrets[name].value.clone();
    assert_eq!(source("a"), SecretSource::Env("A_B1".to_owned()));
    assert_eq!(source("b"), SecretSource::Command(["pass", "show", "x y"].map(str::to_owned).to_vec()));
    assert_eq!(source("c"), SecretSource::File(PathBuf::from("/etc/c")));
    assert_eq!(settings.secrets["b"].origin.route.as_ref().unwrap().to_string(), "profiles.p.secrets.b");
    let (base, _) = inventory.settings_of(&"p".parse().unwrap()).unwrap();
    assert!(!base.secrets.contains_key("c"));
}

#[test]
fn relative_files_begin_at_the_inventorys_folder() {
    let reading = reading(format!("{LAB}profiles:\n  p: {{recipe: local, secrets: {{a: {{file: keys/a}}}}}}\n"));
    let source = reading.draft.profiles[0].settings.secrets["a"].value.clone();
    assert_eq!(source, SecretSource::File(PathBuf::from("/lab/keys/a")));
}

#[test]
fn what_is_no_source_is_refused() {
    for (secret, id, says) in [
        ("{}", "missing-key", "has no source"),
        ("{env: A, file: b}", "conflicting-keys", "exclude each other"),
        ("{file: a, command: [b]}", "conflicting-keys", "exclude each other"),
        ("{vault: a}", "unknown-key", "a secret has no key `vault`"),
        ("{env: $A}", "invalid-value", "not the name of an environment variable"),
        ("{env: \"\"}", "invalid-value", "not the name of an environment variable"),
        ("{env: 1A}", "invalid-value", "not the name of an environment variable"),
        ("{env: }", "empty-value", "`env` has no value"),
        ("{file: \" \"}", "invalid-value", "a path cannot be blank"),
        ("{command: pass show x}", "wrong-type", "no shell reads it"),
        ("{command: []}", "invalid-value", "names at least its program"),
        ("{command: [\" \"]}", "invalid-value", "begins with the name of a program"),
        ("{command: [a, \"b\\0\"]}", "", "NUL"),
        ("{command: [a, [b]]}", "wrong-type", "a text belongs here"),
        ("~", "empty-value", "`pw` has no value"),
    ] {
        let reading = reading(format!("{LAB}profiles:\n  p: {{recipe: local, secrets: {{pw: {secret}}}}}\n"));
        let found = lines(&reading);
        let finding = reading.diagnostics.iter().find(|finding| finding.message.contains(says));
        assert!(finding.is_some_and(|f| id.is_empty() || f.rule.0 == id), "{secret}: {found}");
        assert!(reading.inventory.is_none() && reading.draft.profiles[0].settings.secrets.len() <= 1);
    }
}

#[test]
fn a_value_in_the_place_of_a_source_is_not_repeated() {
    for value in ["hunter2", "[hunter2, x]"] {
        let reading = reading(format!("{LAB}profiles:\n  p: {{recipe: local, secrets: {{pw: {value}}}}}\n"));
        let found = lines(&reading);
        assert!(found.contains("error[wrong-type]: the secret `pw` is a mapping") && found.contains("    | pw\n"), "{found}");
        assert!(!found.contains("hunter2"), "{found}");
        let concealed = reading.diagnostics[0].conceal.as_ref().and_then(|place| reading.locate(place)).unwrap();
        assert_eq!(&reading.sources.get(concealed.file).unwrap().text[concealed.start..concealed.end], value);
    }
}

#[test]
fn a_name_that_no_template_can_say_is_refused() {
    let reading = reading(format!("{LAB}profiles:\n  p: {{recipe: local, secrets: {{admin-password: {{env: A}}}}}}\n"));
    assert!(lines(&reading).contains("error[invalid-value]: `admin-password` is not a name"), "{}", lines(&reading));
}
