//! What fuzzers and tests call: the three readers held together. An ordinary text is what saphyr-parser and serde_yaml read, too.
#![allow(clippy::panic)]

use pxectl_model::source::FileId;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::parse::by_events;
use super::{Budget, Kind, Map, Node, ordinary};
use crate::findings::Findings;
use crate::{limits, text};

/// Any bytes, as fuzzers call it.
///
/// # Panics
/// Where a text is taken for ordinary and the readers do not read it alike.
pub fn fuzz_readers(data: &[u8]) {
    let decoded = text::decode(FileId(0), data);
    if decoded.readable {
        agreed(&decoded.text);
    }
}

/// Whether a text is ordinary. If so, all readers must read it alike.
///
/// # Panics
/// Where they do not.
pub(super) fn agreed(text: &str) -> bool {
    let (mut quick, mut slow) = (Budget { events: limits::EVENTS }, Budget { events: limits::EVENTS });
    let Some(root) = ordinary::read(FileId(0), text, &mut quick) else {
        assert_eq!(quick.events, limits::EVENTS, "nothing is spent on what another reads: {text:?}");
        return false;
    };
    let mut findings = Findings::default();
    let other = by_events(FileId(0), text, &mut slow, &mut findings);
    assert!(findings.is_empty(), "{:?} in {text:?}", findings.into_list());
    match other {
        Some(other) => same(&root, &other, text),
        None => panic!("nothing was read in {text:?}"),
    }
    assert_eq!(quick.events, slow.events, "{text:?}");
    if let Err(error) = Like(&root).deserialize(serde_yaml::Deserializer::from_str(text)) {
        panic!("serde_yaml: {error} in {text:?}");
    }
    true
}

fn same(one: &Node, other: &Node, text: &str) {
    assert_eq!(one.at, other.at, "{one:?} in {text:?}");
    match (&one.kind, &other.kind) {
        (Kind::Text { text: a, plain: p }, Kind::Text { text: b, plain: q }) => assert_eq!((a, p), (b, q), "{text:?}"),
        (Kind::List(a), Kind::List(b)) => {
            assert_eq!(a.len(), b.len(), "{text:?}");
            a.iter().zip(b).for_each(|(one, other)| same(one, other, text));
        }
        (Kind::Map(a), Kind::Map(b)) => {
            assert_eq!(a.entries().len(), b.entries().len(), "{text:?}");
            for (one, other) in a.entries().iter().zip(b.entries()) {
                assert_eq!((&one.key, one.key_at), (&other.key, other.key_at), "{text:?}");
                same(&one.value, &other.value, text);
            }
        }
        (one, other) => panic!("{one:?} is {other:?} in {text:?}"),
    }
}

/// Takes from another reader exactly what a node holds.
struct Like<'n>(&'n Node);

impl<'de> DeserializeSeed<'de> for Like<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match &self.0.kind {
            Kind::Text { text, .. } => deserializer.deserialize_str(Text(text)),
            Kind::List(items) => deserializer.deserialize_seq(Items(items)),
            Kind::Map(map) => deserializer.deserialize_map(Entries(map)),
            Kind::Alias(_) => Err(D::Error::custom("an alias is not ordinary")),
        }
    }
}

struct Text<'n>(&'n str);
struct Items<'n>(&'n [Node]);
struct Entries<'n>(&'n Map);

impl<'de> DeserializeSeed<'de> for Text<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Text<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if text == self.0 { Ok(()) } else { Err(E::custom(format!("{text:?}, not {:?}", self.0))) }
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} items", self.0.len())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        for item in self.0 {
            items.next_element_seed(Like(item))?.ok_or_else(|| A::Error::custom("too few items"))?;
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} entries", self.0.entries().len())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        for entry in self.0.entries() {
            entries.next_key_seed(Text(&entry.key))?.ok_or_else(|| A::Error::custom("too few entries"))?;
            entries.next_value_seed(Like(&entry.value))?;
        }
        Ok(())
    }
}
