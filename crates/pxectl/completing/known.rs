//! The names of an inventory. A broken one is read as far as that goes, and nothing is said of it: the person is typing.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use pxectl_inventory::draft::{Claim, Draft, HostDraft};
use pxectl_model::profile::BUILT_IN;
use pxectl_model::source::Sourced;

use super::{Candidate, begins, words};
use crate::lab;
use crate::session::INVENTORY;

/// The inventory of a line, read when it is first asked for.
pub struct Known {
    path: PathBuf,
    draft: OnceLock<Option<Draft>>,
}

impl Known {
    /// That which the line names; else that of the environment, else the usual one.
    pub fn of_line(line: &[String]) -> Self {
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let told = || std::env::var_os("PXECTL_INVENTORY").map(PathBuf::from);
        let path = words::inventory(line, home).or_else(told).unwrap_or_else(|| INVENTORY.into());
        Self { path, draft: OnceLock::new() }
    }

    fn draft(&self) -> Option<&Draft> {
        self.draft.get_or_init(|| Some(lab::read(&self.path).ok()?.reading.draft)).as_ref()
    }

    /// Machines: what each is called while nothing is typed; then everything that it is known by.
    pub fn hosts(&self, begun: &str) -> Vec<Candidate> {
        let hosts = self.draft().map(|draft| draft.hosts.as_slice()).unwrap_or_default();
        let mut found = BTreeMap::new();
        for host in hosts {
            let words = names(host).into_iter().filter(|word| begins(word, begun));
            let profile = host.profile.as_ref().map(|profile| profile.value.to_string());
            let name = host.name.as_ref().map(|name| name.value.as_str());
            for word in words.take(if begun.is_empty() { 1 } else { usize::MAX }) {
                let other = name.filter(|name| *name != word);
                let help = other.into_iter().chain(profile.as_deref()).collect::<Vec<_>>().join(", ");
                found.entry(word).or_insert(help);
            }
        }
        found.into_iter().map(|(value, help)| Candidate { value, help: Some(help) }).collect()
    }

    /// Profiles, those that always exist among them.
    pub fn profiles(&self, begun: &str) -> Vec<Candidate> {
        let own = self.draft().map(|draft| draft.profiles.as_slice()).unwrap_or_default();
        let named = own.iter().map(|profile| {
            let recipe = profile.settings.recipe.as_ref().map(|recipe| format!("recipe {}", recipe.value));
            let base = profile.extends.as_ref().map(|base| format!("extends {}", base.value));
            (profile.name.value.to_string(), recipe.or(base))
        });
        let built_in = BUILT_IN.iter().map(|name| ((*name).to_owned(), Some("built in".to_owned())));
        matching(named.chain(built_in), begun)
    }

    /// Files that machines fetch.
    pub fn artifacts(&self, begun: &str) -> Vec<Candidate> {
        let own = self.draft().map(|draft| draft.artifacts.as_slice()).unwrap_or_default();
        matching(own.iter().map(|artifact| (artifact.name.value.to_string(), None)), begun)
    }

    /// Sites, where the lab has several.
    pub fn sites(&self, begun: &str) -> Vec<Candidate> {
        let own = self.draft().map(|draft| draft.lab.sites.as_slice()).unwrap_or_default();
        let named = own.iter().filter_map(|site| {
            let server = site.server.as_ref().map(|server| format!("server {}", server.value));
            Some((site.name.as_ref()?.value.to_string(), server))
        });
        matching(named, begun)
    }
}

/// Those that may be what was begun.
pub fn matching(named: impl Iterator<Item = (String, Option<String>)>, begun: &str) -> Vec<Candidate> {
    named.filter(|(name, _)| begins(name, begun)).map(|(value, help)| Candidate { value, help }).collect()
}

/// Everything that a person may call a machine, the usual first.
fn names(host: &HostDraft) -> Vec<String> {
    let tag = |claim: &Option<Sourced<Claim>>| claim.as_ref().map(|claim| claim.value.written.trim().to_owned());
    let mut names: Vec<String> = host.name.iter().map(|name| name.value.to_string()).collect();
    names.extend(tag(&host.serial));
    names.extend(host.uuid.as_ref().map(|uuid| uuid.value.to_string()));
    names.extend(host.nics.iter().filter_map(|nic| Some(nic.mac.as_ref()?.value.to_string())));
    names.extend(tag(&host.asset));
    names.extend(tag(&host.board_serial));
    names
}
