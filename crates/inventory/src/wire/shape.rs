//! The span tree as serde's data, so that the shapes of [`super`] can be asked of a text that was read already.

use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use crate::tree::{Kind, Node};

/// Whether what a tree holds has the shape of `T`.
///
/// # Errors
/// What does not fit.
pub(super) fn fits<T: DeserializeOwned>(root: &Node) -> Result<(), Error> {
    T::deserialize(root).map(drop)
}

impl<'de> IntoDeserializer<'de, Error> for &'de Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.real().kind {
            Kind::Text { text, .. } => visitor.visit_borrowed_str(text),
            Kind::List(items) => visitor.visit_seq(SeqDeserializer::new(items.iter())),
            Kind::Map(map) => {
                let entries = map.entries().iter().map(|entry| (&*entry.key, &entry.value));
                visitor.visit_map(MapDeserializer::new(entries))
            }
            Kind::Alias(_) => Err(Error::custom("an alias of an alias")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.real().kind {
            Kind::Text { text, plain: true } => match &**text {
                "true" => visitor.visit_bool(true),
                "false" => visitor.visit_bool(false),
                other => visitor.visit_borrowed_str(other),
            },
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        enum identifier
    }
}
