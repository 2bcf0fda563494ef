//! Values that are checked and not kept: the walk over the tree has them already.

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, Visitor};

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

/// A text, list or mapping: which of them only the tree can tell without guessing at types.
pub(super) type Either = Option<IgnoredAny>;
