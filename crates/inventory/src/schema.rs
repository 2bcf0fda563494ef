//! The shape on disk as JSON Schema, for editors: made from the very types by which serde reads, described by docs/inventory.md.

mod described;

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::wire;

/// Which file a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The main file.
    Inventory,
    /// A file that it includes.
    Included,
}

/// The schema as text, with a line end. Draft 7: what the language server behind most editors reads completely.
///
/// It tells a text from a list from a mapping, which keys there are and which must be; what a text may say is for `lint`.
pub fn schema(kind: Kind) -> String {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let generator = settings.into_generator();
    let mut schema = match kind {
        Kind::Inventory => generator.into_root_schema_for::<wire::Main>(),
        Kind::Included => generator.into_root_schema_for::<wire::Included>(),
    }
    .to_value();
    as_written(&mut schema);
    described::describe(&mut schema);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// From the shape of Rust's values to that of what stands in a file: a key without a value is nothing that may stand there, and a
/// text is any scalar, since an editor reads `0123456` as a number and `true` as a word of its own.
fn as_written(schema: &mut Value) {
    let null = json!("null");
    match schema {
        Value::Array(items) => items.iter_mut().for_each(as_written),
        Value::Object(map) => {
            if let Some(Value::Array(types)) = map.get_mut("type") {
                types.retain(|one| *one != null);
                if let [only] = &types[..] {
                    map["type"] = only.clone();
                }
            }
            if map.get("type") == Some(&json!("string")) {
                map["type"] = json!(["string", "number", "boolean"]);
            }
            if let Some(Value::Array(ways)) = map.get_mut("anyOf") {
                ways.retain(|way| way.get("type") != Some(&null));
                if let [Value::Object(only)] = &mut ways[..] {
                    let only = std::mem::take(only);
                    map.remove("anyOf");
                    map.extend(only);
                    return as_written(schema);
                }
            }
            map.values_mut().for_each(as_written);
        }
        _ => {}
    }
}
