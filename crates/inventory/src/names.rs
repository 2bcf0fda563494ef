//! What an inventory calls things, for whoever completes a word while a person types: only looked for, nothing judged.

use pxectl_model::mac::Mac;
use pxectl_model::name::Name;
use pxectl_model::source::FileId;
use pxectl_model::uuid::Uuid;

use crate::findings::Findings;
use crate::limits;
use crate::read::Input;
use crate::text;
use crate::tree::{self, Budget, Kind, Map, Node};

/// The trees of an inventory's texts, the main one first. Texts that cannot be read are left out, and nothing is said of them.
pub struct Names(Vec<Node>);

/// A host as it is called; what names nothing is left out.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct HostNames<'n> {
    /// `name`.
    pub name: Option<&'n str>,
    /// `serial`, without the blanks around it.
    pub serial: Option<&'n str>,
    /// `uuid`.
    pub uuid: Option<Uuid>,
    /// Those of its cards.
    pub macs: Vec<Mac>,
    /// `asset`, without the blanks around it.
    pub asset: Option<&'n str>,
    /// `board_serial`, without the blanks around it.
    pub board_serial: Option<&'n str>,
    /// What it becomes.
    pub profile: Option<&'n str>,
}

/// Looks through the texts.
pub fn names(input: &Input) -> Names {
    let mut budget = Budget { events: limits::EVENTS };
    let mut left = limits::TEXT;
    let mut tree = |bytes: &[u8]| {
        left = left.checked_sub(bytes.len())?;
        let decoded = text::decode(FileId(0), bytes);
        let parsed = || tree::parse(FileId(0), &decoded.text, &mut budget, &mut Findings::default());
        decoded.readable.then(parsed).flatten().map(|parsed| parsed.root)
    };
    // Of a main file that cannot be read nothing is known that the others could be part of.
    let Some(main) = tree(&input.main.bytes) else { return Names(Vec::new()) };
    let mut trees = vec![main];
    trees.extend(input.files().skip(1).filter_map(|file| tree(&file.bytes)));
    Names(trees)
}

impl Names {
    /// All hosts.
    pub fn hosts(&self) -> impl Iterator<Item = HostNames<'_>> {
        let lists = self.0.iter().filter_map(|root| list(map(root)?, "hosts"));
        lists.flatten().filter_map(map).map(host)
    }

    /// Profiles with their recipe and what they extend.
    pub fn profiles(&self) -> impl Iterator<Item = (&str, Option<&str>, Option<&str>)> {
        let named = self.named(|main| map(&main.get("profiles")?.value));
        named.map(|(name, profile)| {
            (name, profile.and_then(|p| named_in(p, "recipe")), profile.and_then(|p| named_in(p, "extends")))
        })
    }

    /// Artifacts.
    pub fn artifacts(&self) -> impl Iterator<Item = &str> {
        self.named(|main| map(&main.get("artifacts")?.value)).map(|(name, _)| name)
    }

    /// Sites with their servers' addresses.
    pub fn sites(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let named = self.named(|main| map(&map(&main.get("lab")?.value)?.get("sites")?.value));
        named.map(|(name, site)| (name, site.and_then(|site| text_in(site, "server"))))
    }

    /// The entries of a mapping in the main file whose keys are names.
    fn named<'n>(&'n self, find: impl Fn(&'n Map) -> Option<&'n Map>) -> impl Iterator<Item = (&'n str, Option<&'n Map>)> {
        let entries = self.0.first().and_then(map).and_then(find).map(Map::entries).unwrap_or_default();
        let named = entries.iter().filter(|entry| is_name(&entry.key) && !entry.value.is_null());
        named.map(|entry| (&*entry.key, map(&entry.value)))
    }
}

fn host(map: &Map) -> HostNames<'_> {
    let tag = |key| text_in(map, key).map(str::trim).filter(|text| !text.is_empty());
    let mac = |map| text_in(map, "mac")?.parse().ok();
    let cards = list(map, "nics").unwrap_or_default().iter().filter_map(self::map);
    HostNames {
        name: named_in(map, "name"),
        serial: tag("serial"),
        uuid: text_in(map, "uuid").and_then(|text| text.parse().ok()),
        macs: std::iter::once(map).chain(cards).filter_map(mac).collect(),
        asset: tag("asset"),
        board_serial: tag("board_serial"),
        profile: named_in(map, "profile"),
    }
}

fn is_name(text: &str) -> bool {
    text.parse::<Name>().is_ok()
}

fn map(node: &Node) -> Option<&Map> {
    match &node.real().kind {
        Kind::Map(map) => Some(map),
        _ => None,
    }
}

fn list<'n>(map: &'n Map, key: &str) -> Option<&'n [Node]> {
    match &map.get(key)?.value.real().kind {
        Kind::List(items) => Some(items),
        _ => None,
    }
}

fn text_in<'n>(map: &'n Map, key: &str) -> Option<&'n str> {
    let node = &map.get(key)?.value;
    match &node.real().kind {
        Kind::Text { text, .. } if !node.is_null() => Some(text),
        _ => None,
    }
}

fn named_in<'n>(map: &'n Map, key: &str) -> Option<&'n str> {
    text_in(map, key).filter(|text| is_name(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{File, Included, LockInput, includes};

    #[test]
    fn whatever_way_it_is_written() {
        let main = "pxectl: 1\ninclude: [more.yaml, more.yaml, broken.yaml]\nlab: {sites: {ams: {server: 10.1.0.1}, fra: }}\n\
            artifacts: {linux: {path: x}}\nprofiles: {base: &b {recipe: linux}, other: *b, deb: {extends: base}, '-': {}}\n\
            hosts:\n  - {serial: ' 7CX\\\n    1234', name: \"web-01\", profile: &p deb, mac: 52-54-00-12-34-56, uuid: x}\n";
        let main = main.replace("' 7CX\\\n    1234'", "\" 7CX\\\n    1234 \"");
        let file = |name: &str, text: &str| File { name: name.to_owned(), bytes: text.as_bytes().to_vec() };
        let more = file(
            "more.yaml",
            "hosts:\n  - {name: not a name, asset: A-17, board_serial: ~, nics: [{mac: \"52:54:00:12:34:57\"}, {}]}\n  - []\n",
        );
        let broken = file("broken.yaml", "hosts: [");
        let included = includes(main.as_bytes()).into_iter().zip([&more, &more, &broken]);
        let included = included.map(|(i, file)| Included { route: i.route, found: Ok(vec![file.clone()]) }).collect();
        let input = Input { main: file("a.yaml", &main), folder: "/lab".into(), included, lock: LockInput::Unasked };
        let names = names(&input);
        let mac = |text: &str| vec![text.parse::<Mac>().unwrap()];
        let first = HostNames { name: Some("web-01"), serial: Some("7CX1234"), profile: Some("deb"), ..HostNames::default() };
        let second = HostNames { asset: Some("A-17"), macs: mac("52:54:00:12:34:57"), ..HostNames::default() };
        let expected = [HostNames { macs: mac("52:54:00:12:34:56"), ..first }, second];
        assert!(names.hosts().eq(expected), "{:?}", names.hosts().collect::<Vec<_>>());
        assert!(names.profiles().eq([
            ("base", Some("linux"), None),
            ("other", Some("linux"), None),
            ("deb", None, Some("base"))
        ]));
        assert!(names.artifacts().eq(["linux"]));
        assert!(names.sites().eq([("ams", Some("10.1.0.1"))]));
        let broken = Input { main: file("a.yaml", "hosts: ["), ..input };
        assert_eq!(super::names(&broken).hosts().count(), 0);
    }
}
