//! New hosts: into which file, and in which style.

use pxectl_model::identity::IdentityKey;
use pxectl_model::source::FileId;

use super::assign::Wanted;
use super::change::Change;
use super::entry::new_vars;
use super::plan::map_of;
use super::scalar::{Quote, quote_of, scalar};
use super::shape::{Hop, find, is_reference};
use super::value::{self, Value};
use crate::read::Reading;
use crate::tree::{Kind, Map};

/// So many of the last hosts are looked at for how things are written.
pub(super) const NEIGHBOURS: usize = 64;

/// Collects new hosts.
pub(super) struct Fresh<'r> {
    /// The file that takes them.
    pub file: FileId,
    /// Why this one, where that is not plain.
    pub why: Option<String>,
    /// Whether the file has the key `hosts` already.
    has_list: bool,
    neighbour: Option<Neighbour<'r>>,
    new: Vec<Value>,
}

/// The host whose style a new one takes over.
struct Neighbour<'r> {
    text: &'r str,
    map: &'r Map,
    flow: bool,
    block_vars: bool,
}

impl<'r> Fresh<'r> {
    /// Hosts go where hosts are: into the main file if it has any, else into the last included file that has.
    pub fn new(before: &'r Reading) -> Self {
        let main = FileId(0);
        let file = before
            .draft
            .hosts
            .first()
            .filter(|host| host.route.file != main)
            .map_or(main, |_| before.draft.hosts.last().map_or(main, |last| last.route.file));
        let name = |file| before.sources.get(file).map(|source| source.name.as_str()).unwrap_or_default();
        let why = (file != main).then(|| format!("{} holds no hosts, and {} holds the last ones", name(main), name(file)));
        let has_list = before.tree(file).and_then(map_of).is_some_and(|top| top.get("hosts").is_some());
        Self { file, why, has_list, neighbour: neighbour(before, file), new: Vec::new() }
    }

    /// One more host.
    pub fn push(&mut self, identity: Option<&(IdentityKey, String)>, wanted: &Wanted) {
        let mut texts: Vec<(&str, String, Quote)> = Vec::new();
        if let Some((key, text)) = identity {
            texts.push((key.as_str(), text.clone(), Quote::Plain));
        }
        texts.extend(wanted.name.as_ref().map(|name| ("name", name.to_string(), Quote::Plain)));
        texts.push(("profile", wanted.profile.to_string(), Quote::Plain));
        texts.extend(wanted.mac.map(|mac| ("mac", mac.to_string(), Quote::Double)));
        texts.extend(wanted.ip.map(|ip| ("ip", ip.to_string(), Quote::Plain)));
        let quoted = |(key, text, quote): (&str, String, Quote)| {
            let quote = self.neighbour.as_ref().and_then(|neighbour| neighbour.quote(key)).unwrap_or(quote);
            (key.to_owned(), Value::Line(scalar(&text, quote)))
        };
        let mut entries: Vec<(String, Value)> = texts.into_iter().map(quoted).collect();
        if !wanted.vars.is_empty() {
            let block = self.neighbour.as_ref().is_some_and(|neighbour| neighbour.block_vars);
            entries.push(("vars".to_owned(), new_vars(&wanted.vars, block)));
        }
        if let Some(neighbour) = &self.neighbour {
            let identity = identity.map(|(key, _)| key.as_str());
            entries.sort_by_key(|(key, _)| neighbour.position(key, identity));
        }
        let flow = self.neighbour.as_ref().is_some_and(|neighbour| neighbour.flow);
        let host = Value::Map(entries);
        self.new.push(if flow { Value::Line(value::flow(&host)) } else { host });
    }

    /// What adds them all.
    pub fn changes(self) -> (FileId, Vec<Change>) {
        let hosts = || Hop::Key("hosts".to_owned());
        let changes = match (self.has_list, self.new.is_empty()) {
            (_, true) => Vec::new(),
            (true, _) => self.new.into_iter().map(|value| Change::Append { to: vec![hosts()], value }).collect(),
            (false, _) => vec![Change::Add { to: Vec::new(), key: "hosts".to_owned(), value: Value::List(self.new) }],
        };
        (self.file, changes)
    }
}

/// The last host of a file that is written out there.
fn neighbour(before: &Reading, file: FileId) -> Option<Neighbour<'_>> {
    let text: &str = &before.sources.get(file)?.text;
    let root = before.tree(file)?;
    let Kind::List(items) = &map_of(root)?.get("hosts")?.value.real().kind else { return None };
    let last = items.iter().enumerate().rev().take(NEIGHBOURS).find(|(_, item)| !is_reference(item) && map_of(item).is_some());
    let (n, item) = last?;
    let flow = find(text, root, &[Hop::Key("hosts".to_owned()), Hop::Item(n)]).is_ok_and(|spot| spot.is_flow(text));
    let vars = items.iter().rev().take(NEIGHBOURS).find_map(|item| map_of(item)?.get("vars"));
    let block_vars = vars.is_some_and(|vars| text.as_bytes().get(vars.value.at.start) != Some(&b'{'));
    Some(Neighbour { text, map: map_of(item)?, flow, block_vars })
}

impl Neighbour<'_> {
    fn quote(&self, key: &str) -> Option<Quote> {
        let value = &self.map.get(key)?.value;
        let text = matches!(&value.kind, Kind::Text { .. }) && !value.is_null();
        text.then(|| quote_of(self.text.get(value.at.start..).unwrap_or("")))
    }

    /// Keys in its order; what it is known by comes first where it has no such key, the rest last.
    fn position(&self, key: &str, identity: Option<&str>) -> usize {
        let position = self.map.entries().iter().position(|entry| &*entry.key == key);
        let unknown = if identity == Some(key) { 0 } else { usize::MAX };
        position.map_or(unknown, |n| n + 1)
    }
}
