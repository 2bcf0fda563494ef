//! What changes for every machine: addresses, networks, the scripts that come first; and files behind artifacts.

use std::collections::BTreeMap;

use pxectl_model::artifact::{Artifact, ArtifactPlace};
use pxectl_model::inventory::{Inventory, IpxeSource, Parts};
use pxectl_model::name::Name;
use pxectl_model::net::{Network, Site};
use pxectl_model::policy::http_base;
use pxectl_render::{dhcp, stage1};

use super::Change;
use super::hunks::{Mask, by_words};
use super::version::{Version, Whole};

/// Everything of the lab that differs.
pub(super) fn lab(old: &Version, new: &Version) -> Vec<Change> {
    let (mut before, mut after) = (facts(old), facts(new));
    let mut names: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
    names.sort();
    names.dedup();
    let mut changes: Vec<Change> = Vec::new();
    for name in names {
        changes.extend(Change::value(name.clone(), before.remove(&name), after.remove(&name)));
    }
    let (before, after) = (texts(old), texts(new));
    for ((what, before), (_, after)) in before.into_iter().zip(after) {
        let hunks = by_words(&before, &after, &Mask::default());
        if !hunks.is_empty() && !before.is_empty() && !after.is_empty() {
            changes.push(Change::Text { what: what.to_owned(), firmware: Vec::new(), hunks });
        }
    }
    changes
}

/// What holds for all, in words.
fn facts(version: &Version) -> BTreeMap<String, String> {
    let Some(whole) = &version.lab else { return BTreeMap::new() };
    let lab = whole.lab.inventory.lab();
    let mut facts = BTreeMap::new();
    let mut add = |name: &str, value: String| drop(facts.insert(name.to_owned(), value));
    add("http_port", lab.http_port.value.to_string());
    add("firmware", lab.firmware().iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    add("unknown", lab.unknown.value.to_string());
    add("strict", lab.strict.to_string());
    match &lab.ipxe {
        Some(IpxeSource::Dir(dir)) => {
            add("ipxe", whole.beside(&dir.path.value));
            add("ipxe secure_boot", dir.secure_boot.to_string());
        }
        Some(IpxeSource::Artifacts(names)) => {
            names.iter().for_each(|(firmware, name)| add(&format!("ipxe {firmware}"), name.value.to_string()));
        }
        None => {}
    }
    for site in &lab.sites {
        let of = site.name.as_ref().map_or_else(String::new, |name| format!("site {}: ", name.value));
        add(&format!("{of}server"), site.server.value.to_string());
        for network in &site.networks {
            add(&format!("{of}network {}", network.subnet.value), network_words(network));
        }
    }
    facts
}

fn network_words(network: &Network) -> String {
    let range = network.range.as_ref().map(|range| format!("range {}", range.value));
    let router = network.router.as_ref().map(|router| format!("router {}", router.value));
    let dns: Vec<_> = network.dns.iter().map(|dns| dns.value.to_string()).collect();
    let dns = (!dns.is_empty()).then(|| format!("dns {}", dns.join(", ")));
    let words: Vec<String> = range.into_iter().chain(router).chain(dns).collect();
    if words.is_empty() { "reservations only".to_owned() } else { words.join("; ") }
}

/// The texts that are the same for all machines; empty where they cannot be rendered or there is no lab.
fn texts(version: &Version) -> [(&'static str, String); 2] {
    let whole = version.lab.as_ref();
    let first = |Whole { lab, site, .. }: &Whole| {
        let base = http_base(site.server.value, lab.inventory.lab().http_port.value);
        stage1(&lab.found.templates, &base).unwrap_or_default()
    };
    let dhcpd = |whole: &Whole| dhcpd(whole, &whole.site).unwrap_or_default();
    [("stage 1", whole.map(first).unwrap_or_default()), ("dhcpd.conf", whole.map(dhcpd).unwrap_or_default())]
}

/// The DHCP server's configuration without the hosts, whose reservations are told one by one.
fn dhcpd(whole: &Whole, site: &Site) -> Option<String> {
    let parts = whole.lab.inventory.parts();
    let (lab, artifacts, profiles) = (parts.lab.clone(), parts.artifacts.clone(), parts.profiles.clone());
    let (rules, recipes) = (parts.rules.clone(), parts.recipes.clone());
    let inventory = Inventory::new(Parts { lab, artifacts, profiles, rules, recipes, hosts: Vec::new() }).ok()?;
    dhcp::render(&whole.lab.found.templates, &inventory, site, &inventory.lab().firmware()).ok()
}

/// The artifacts that are other files now, with what differs. One that is in one version only is told by the scripts that load it.
pub(super) fn artifacts(old: &Version, new: &Version) -> BTreeMap<Name, Vec<Change>> {
    let (Some(before), Some(after)) = (&old.lab, &new.lab) else { return BTreeMap::new() };
    let mut changed = BTreeMap::new();
    for (name, now) in &after.lab.inventory.parts().artifacts {
        let Some(was) = before.lab.inventory.parts().artifacts.get(name) else { continue };
        let sha256 = |artifact: &Artifact| artifact.sha256.as_ref().map(|digest| digest.value.to_string());
        let sha512 = |artifact: &Artifact| artifact.sha512.as_ref().map(|digest| digest.value.to_string());
        let changes = [
            Change::value(format!("artifact {name}: sha256"), sha256(was), sha256(now)),
            Change::value(format!("artifact {name}: sha512"), sha512(was), sha512(now)),
            Change::value(format!("artifact {name}: place"), Some(place(was, before)), Some(place(now, after))),
        ];
        let changes: Vec<Change> = changes.into_iter().flatten().collect();
        if !changes.is_empty() {
            changed.insert(name.clone(), changes);
        }
    }
    changed
}

/// Where its bytes are, in words.
fn place(artifact: &Artifact, whole: &Whole) -> String {
    match &artifact.place {
        ArtifactPlace::Path(path) => whole.beside(&path.value),
        ArtifactPlace::Urls(urls) => urls.iter().map(|url| url.value.to_string()).collect::<Vec<_>>().join(", "),
        ArtifactPlace::Built => "built".to_owned(),
    }
}
