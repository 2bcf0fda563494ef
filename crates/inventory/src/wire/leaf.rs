//! Values that are checked and not kept: the walk over the tree has them already. What they look like to an editor is here, too.

use std::borrow::Cow;

use pxectl_model::arch::CpuArch;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, Visitor};
use serde_json::{Map, Value, json};

/// A text. What a scalar looks like does not matter: `0123456`, `1e5` and `yes` are texts.
pub(super) struct Text;

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(AnyText)
    }
}

struct AnyText;

impl Visitor<'_> for AnyText {
    type Value = Text;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Text, E> {
        Ok(Text)
    }
}

/// A text, or one for each architecture. Which of them it is only the tree can tell without guessing at types; so below.
#[derive(Deserialize)]
pub(super) struct TextOrPerArch(#[allow(dead_code)] IgnoredAny);

/// A text, or a list of texts.
#[derive(Deserialize)]
pub(super) struct TextOrList(#[allow(dead_code)] IgnoredAny);

/// A list of texts, or one for each architecture.
#[derive(Deserialize)]
pub(super) struct ListOrPerArch(#[allow(dead_code)] IgnoredAny);

/// A text, a list of texts, or a mapping of texts.
#[derive(Deserialize)]
pub(super) struct Var(#[allow(dead_code)] IgnoredAny);

fn text() -> Value {
    json!({"type": "string"})
}

fn texts() -> Value {
    json!({"type": "array", "items": text()})
}

fn or_per_arch(one: Value) -> Schema {
    let by_arch: Map<String, Value> = CpuArch::ALL.into_iter().map(|arch| (arch.as_str().to_owned(), one.clone())).collect();
    let by_arch = json!({
        "title": "architectures", "type": "object", "properties": by_arch, "additionalProperties": false, "minProperties": 1,
    });
    json_schema!({"anyOf": [one, by_arch]})
}

macro_rules! leaf {
    ($type:ident, $schema:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

leaf!(Text, json_schema!({"type": "string"}));
leaf!(TextOrPerArch, or_per_arch(text()));
leaf!(TextOrList, json_schema!({"anyOf": [text(), {"type": "array", "items": text(), "minItems": 1}]}));
leaf!(ListOrPerArch, or_per_arch(texts()));
leaf!(Var, json_schema!({"anyOf": [text(), texts(), {"type": "object", "additionalProperties": text()}]}));
