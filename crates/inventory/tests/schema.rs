//! The schema and the reader agree on the shape of what stands in a file: of every fixture, and of the example with pieces
//! taken out, put in and replaced.
// A test may read its fixtures and stop at what it did not expect.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use std::path::Path;

use common::{input, lines, recipes};
use jsonschema::Validator;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use pxectl_inventory::rules::structure::{
    DUPLICATE_KEY, EMPTY_VALUE, INVALID_VALUE, MISSING_KEY, NOT_YET, SYNTAX, TOO_LARGE, UNKNOWN_KEY, WRONG_TYPE, YAML_FEATURE,
};
use pxectl_inventory::schema::{Kind, schema};
use pxectl_inventory::{Reading, keys, read};
use pxectl_model::diag::Diagnostic;
use serde_json::{Value, json};

const EXAMPLE: &str = include_str!("../../../inventory.example.yaml");

fn validator(kind: Kind) -> Validator {
    jsonschema::draft7::new(&serde_json::from_str(&schema(kind)).unwrap()).unwrap()
}

/// What an editor makes of a text; none where it is not one document of plain YAML.
fn value(text: &str) -> Option<Value> {
    let value: serde_yaml::Value = serde_yaml::from_str(text).ok()?;
    serde_json::to_value(value).ok()
}

/// Whether the reader finds something wrong with the shape.
fn misshapen(reading: &Reading) -> bool {
    let of_shape = [WRONG_TYPE, UNKNOWN_KEY, MISSING_KEY, NOT_YET, DUPLICATE_KEY, EMPTY_VALUE].map(|rule| rule.id);
    // Whether something is a boolean is a matter of shape to a schema, and of words to the reader.
    let boolean =
        |finding: &Diagnostic| finding.rule == INVALID_VALUE.id && finding.message.ends_with("is not one of true, false");
    reading.diagnostics.iter().any(|finding| of_shape.contains(&finding.rule) || boolean(finding))
}

/// Whether the text ended before its shape was known.
fn unread(reading: &Reading) -> bool {
    let ends = [SYNTAX, YAML_FEATURE, TOO_LARGE].map(|rule| rule.id);
    reading.diagnostics.iter().any(|finding| ends.contains(&finding.rule))
}

#[test]
fn every_fixture_has_the_shape_that_the_reader_finds() {
    let validator = validator(Kind::Inventory);
    let (mut refused, mut taken) = (0, 0);
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules")).unwrap() {
        let path = entry.unwrap().path().join("bad.yaml");
        let bytes = std::fs::read(&path).unwrap();
        let reading = read(&input(bytes.clone()), &recipes());
        let Some(value) = std::str::from_utf8(&bytes).ok().and_then(value) else {
            assert!(reading.has_errors(), "{}", path.display());
            continue;
        };
        if unread(&reading) {
            continue;
        }
        let wrong = misshapen(&reading);
        *(if wrong { &mut refused } else { &mut taken }) += 1;
        let said: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert_eq!(!said.is_empty(), wrong, "{}: {said:?}\n{}", path.display(), lines(&reading));
    }
    assert!(refused >= 4 && taken >= 20, "{refused} refused, {taken} taken");
}

#[test]
fn texts_may_look_like_anything() {
    let text = EXAMPLE.replace("serial: 7CX1234 ", "serial: 0123456 ").replace("{disk: /dev/nvme0n1}", "{disk: yes, n: 1e5}");
    let errors: Vec<String> =
        validator(Kind::Inventory).iter_errors(&value(&text).unwrap()).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn included_files_have_a_schema_of_their_own() {
    let validator = validator(Kind::Included);
    assert!(validator.is_valid(&json!({"hosts": [{"serial": "7CX1234", "profile": "local"}]})));
    assert!(!validator.is_valid(&json!({"lab": {"server": "10.1.0.1"}})));
    assert!(!validator.is_valid(&json!({"hosts": [{"serial": "7CX1234"}]})));
}

/// Every mapping and list of a document, by a pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                places(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(n, item)| places(item, &format!("{at}/{n}"), found)),
        _ => {}
    }
}

#[derive(Debug, Clone)]
enum Edit {
    Remove,
    Add(&'static str),
    Replace(Value),
}

fn edit() -> impl Strategy<Value = Edit> {
    let names: Vec<&'static str> =
        keys::ALL.iter().flat_map(|section| section.keys).map(|key| key.name).chain(["strange"]).collect();
    let values = vec![json!("text"), json!(1), json!(null), json!(["text"]), json!({"text": "text"}), json!([{}])];
    prop_oneof![
        Just(Edit::Remove),
        proptest::sample::select(names).prop_map(Edit::Add),
        proptest::sample::select(values).prop_map(Edit::Replace),
    ]
}

fn apply(document: &mut Value, at: &str, edit: &Edit) {
    match edit {
        Edit::Replace(value) => *document.pointer_mut(at).unwrap() = value.clone(),
        Edit::Add(key) => {
            if let Some(Value::Object(map)) = document.pointer_mut(at) {
                map.insert((*key).to_owned(), json!("text"));
            }
        }
        Edit::Remove => {
            let Some((above, last)) = at.rsplit_once('/') else { return };
            match document.pointer_mut(above) {
                Some(Value::Object(map)) => drop(map.remove(&last.replace("~1", "/").replace("~0", "~"))),
                Some(Value::Array(items)) => drop(items.remove(last.parse().unwrap())),
                _ => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_124), ..ProptestConfig::default() })]

    #[test]
    fn edited_examples(edits in proptest::collection::vec((any::<prop::sample::Index>(), edit()), 1..3)) {
        let mut document = value(EXAMPLE).unwrap();
        for (at, edit) in edits {
            let mut found = Vec::new();
            places(&document, "", &mut found);
            apply(&mut document, at.get::<String>(&found), &edit);
        }
        let text = serde_yaml::to_string(&document).unwrap();
        let reading = read(&input(text.clone()), &recipes());
        prop_assume!(!unread(&reading));
        thread_local!(static VALIDATOR: Validator = validator(Kind::Inventory));
        let said: Vec<String> =
            VALIDATOR.with(|validator| validator.iter_errors(&document).map(|error| error.to_string()).collect());
        prop_assert_eq!(!said.is_empty(), misshapen(&reading), "{:?}\n{}\n{}", said, lines(&reading), text);
    }
}
