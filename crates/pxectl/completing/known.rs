//! The names of an inventory. A broken one is read as far as that goes, and nothing is said of it: the person is typing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use pxectl_inventory::{HostNames, Names, stock};
use pxectl_model::profile::BUILT_IN;

use super::{Candidate, begins, words};
use crate::lab;
use crate::session::INVENTORY;

/// The inventory of a line, looked through when it is first asked for.
pub struct Known {
    path: PathBuf,
    names: OnceLock<Option<Names>>,
}

impl Known {
    /// That which the line names; else that of the environment, else the usual one.
    pub fn of_line(line: &[String]) -> Self {
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let told = || std::env::var_os("PXECTL_INVENTORY").map(PathBuf::from);
        let path = words::inventory(line, home).or_else(told).unwrap_or_else(|| INVENTORY.into());
        Self { path, names: OnceLock::new() }
    }

    fn names(&self) -> Option<&Names> {
        self.names.get_or_init(|| Some(pxectl_inventory::names(&lab::input(&self.path).ok()?))).as_ref()
    }

    /// Machines: what each is called while nothing is typed; then everything that it is known by.
    pub fn hosts(&self, begun: &str) -> Vec<Candidate> {
        let mut found = BTreeMap::new();
        for host in self.names().into_iter().flat_map(Names::hosts) {
            let words = words_for(&host).filter(|word| begins(word, begun));
            for word in words.take(if begun.is_empty() { 1 } else { usize::MAX }) {
                let other = host.name.filter(|name| *name != word);
                let help = other.into_iter().chain(host.profile).collect::<Vec<_>>().join(", ");
                found.entry(word.into_owned()).or_insert(help);
            }
        }
        found.into_iter().map(|(value, help)| Candidate { value, help: Some(help) }).collect()
    }

    /// Profiles, those that always exist among them.
    pub fn profiles(&self, begun: &str) -> Vec<Candidate> {
        let named = self.names().into_iter().flat_map(Names::profiles).map(|(name, recipe, extends)| {
            let recipe = recipe.map(|recipe| format!("recipe {recipe}"));
            (name.to_owned(), recipe.or_else(|| extends.map(|base| format!("extends {base}"))))
        });
        let built_in = BUILT_IN.iter().map(|name| ((*name).to_owned(), Some("built in".to_owned())));
        matching(named.chain(built_in), begun)
    }

    /// Files that machines fetch.
    pub fn artifacts(&self, begun: &str) -> Vec<Candidate> {
        let own: Vec<&str> = self.names().into_iter().flat_map(Names::artifacts).collect();
        let mut named: BTreeMap<_, _> = stock().iter().map(|(name, item)| (name.to_string(), Some(item.about.clone()))).collect();
        named.extend(own.iter().map(|name| ((*name).to_owned(), None)));
        // While nothing is typed, those that the lab has.
        matching(named.into_iter().filter(|(name, _)| !begun.is_empty() || own.contains(&name.as_str())), begun)
    }

    /// Sites, where the lab has several.
    pub fn sites(&self, begun: &str) -> Vec<Candidate> {
        let named = self.names().into_iter().flat_map(Names::sites);
        matching(named.map(|(name, server)| (name.to_owned(), server.map(|server| format!("server {server}")))), begun)
    }
}

/// Those that may be what was begun.
pub fn matching(named: impl Iterator<Item = (String, Option<String>)>, begun: &str) -> Vec<Candidate> {
    named.filter(|(name, _)| begins(name, begun)).map(|(value, help)| Candidate { value, help }).collect()
}

/// Everything that a person may call a machine, the usual first.
fn words_for<'n>(host: &'n HostNames<'n>) -> impl Iterator<Item = Cow<'n, str>> {
    let uuid = host.uuid.iter().map(|uuid| Cow::Owned(uuid.to_string()));
    let macs = host.macs.iter().map(|mac| Cow::Owned(mac.to_string()));
    let [first, rest] = [[host.name, host.serial], [host.asset, host.board_serial]];
    let texts = |texts: [Option<&'n str>; 2]| texts.into_iter().flatten().map(Cow::Borrowed);
    texts(first).chain(uuid).chain(macs).chain(texts(rest))
}
