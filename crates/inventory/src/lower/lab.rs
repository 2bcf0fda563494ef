//! `lab`: addresses, networks, sites, and what holds for all machines.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use pxectl_model::arch::Firmware;
use pxectl_model::inventory::{IpxeDir, IpxeSource};
use pxectl_model::name::Name;
use pxectl_model::net::{Network, Range, Subnet};
use pxectl_model::policy::shim_names;
use pxectl_model::source::{Layer, Sourced};

use crate::draft::{LabDraft, SiteDraft};
use crate::keys;
use crate::rules::structure::{CONFLICTING_KEYS, EMPTY_VALUE, MISSING_KEY};
use crate::walk::{At, Table, Walk};

const NO_SERVER: &str = "`lab` says neither `server` nor `sites`: machines would not know where to ask";

pub(super) fn sourced<T>(at: &At<'_>, value: T, layer: Layer) -> Sourced<T> {
    Sourced::new(value, layer, at.route.clone())
}

pub(super) fn lab(walk: &mut Walk<'_>, root: &At<'_>, top: &Table<'_>) -> LabDraft {
    let mut lab = LabDraft { networks_complete: true, ..LabDraft::default() };
    let Some(at) = top.get("lab") else {
        if !top.has("lab") {
            walk.push(MISSING_KEY.at(root.place(), "there is no `lab`").help("add `lab: {server: …}`"));
        }
        return lab;
    };
    let Some(table) = walk.table(&at, &keys::LAB) else { return lab };
    lab.http_port = table.get("http_port").and_then(|at| port(walk, &at));
    lab.firmware = table.get("firmware").map(|at| firmware(walk, &at));
    lab.ipxe = table.get("ipxe").and_then(|at| ipxe(walk, &at, lab.firmware.as_deref()));
    lab.unknown = table.get("unknown").and_then(|at| Some(sourced(&at, walk.parse::<Name>(&at)?, Layer::Lab)));
    lab.templates = table.get("templates").and_then(|at| Some(sourced(&at, walk.path(&at)?, Layer::Lab)));
    lab.strict = table.get("strict").and_then(|at| walk.word(&at, &["true", "false"])).unwrap_or(false);
    sites(walk, &table, &mut lab);
    lab
}

fn port(walk: &mut Walk<'_>, at: &At<'_>) -> Option<Sourced<u16>> {
    let text = walk.text(at)?;
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    match text.parse::<u16>() {
        Ok(port) if digits => Some(sourced(at, port, Layer::Lab)),
        _ => {
            walk.invalid(at, "a port is a number from 1 to 65535");
            None
        }
    }
}

fn firmware(walk: &mut Walk<'_>, at: &At<'_>) -> Vec<Sourced<Firmware>> {
    let words = Firmware::ALL.map(Firmware::as_str);
    let items = walk.list(at);
    if items.is_empty() && matches!(&at.node.real().kind, crate::tree::Kind::List(_)) {
        let help = "remove the key: then every firmware with an NBP gets a branch";
        walk.push(EMPTY_VALUE.at(at.place(), "`firmware` lists none").help(help));
    }
    items.iter().filter_map(|item| Some(sourced(item, walk.word(item, &words)?, Layer::Lab))).collect()
}

fn ipxe(walk: &mut Walk<'_>, at: &At<'_>, firmware: Option<&[Sourced<Firmware>]>) -> Option<IpxeSource> {
    let table = walk.table(at, &keys::IPXE)?;
    let by_firmware: Vec<Firmware> = Firmware::ALL.into_iter().filter(|f| table.has(f.as_str())).collect();
    if let Some(first) = by_firmware.first() {
        let shims = "name the shims instead: `uefi-x64: snponly-shim.efi`; `secure_boot` is about the files of a folder";
        walk.exclusive(&CONFLICTING_KEYS, &table, &["secure_boot", first.as_str()], shims);
        walk.exclusive(&CONFLICTING_KEYS, &table, &["dir", first.as_str()], "give a folder, or an artifact for each firmware");
    }
    if let Some(dir) = table.get("dir") {
        let secure_boot = table.get("secure_boot").and_then(|at| walk.word(&at, &["true", "false"])).unwrap_or(false);
        let shimless =
            |named: &&[Sourced<Firmware>]| !named.is_empty() && named.iter().all(|one| shim_names(one.value).is_none());
        if secure_boot && firmware.filter(shimless).is_some() {
            let message = "`secure_boot` is for `uefi-x64` and `uefi-arm64`, and `firmware` names neither";
            walk.push(
                CONFLICTING_KEYS
                    .at(table.key_place("secure_boot"), message)
                    .help("remove it, or add the firmware that is to boot with it"),
            );
        }
        return Some(IpxeSource::Dir(IpxeDir { path: sourced(&dir, walk.path(&dir)?, Layer::Lab), secure_boot }));
    }
    if by_firmware.is_empty() {
        walk.missing(&table, "dir", "`ipxe` names neither a folder (`dir`) nor an artifact for any firmware");
        return None;
    }
    let mut artifacts = BTreeMap::new();
    for firmware in by_firmware {
        let Some(at) = table.get(firmware.as_str()) else { continue };
        if let Some(name) = walk.parse::<Name>(&at) {
            artifacts.insert(firmware, sourced(&at, name, Layer::Lab));
        }
    }
    Some(IpxeSource::Artifacts(artifacts))
}

fn sites(walk: &mut Walk<'_>, table: &Table<'_>, lab: &mut LabDraft) {
    let help = "a lab of several sites gives `server` and `networks` in each of them";
    walk.exclusive(&CONFLICTING_KEYS, table, &["server", "sites"], help);
    if !table.has("server") {
        walk.exclusive(&CONFLICTING_KEYS, table, &["networks", "sites"], help);
    }
    if !table.has("sites") {
        walk.missing(table, "server", NO_SERVER);
        let site = site(walk, None, table, lab);
        lab.sites.push(site);
        return;
    }
    let Some(at) = table.get("sites") else { return };
    let before = walk.findings.errors();
    for (key, at) in walk.named(&at) {
        let name = name_key(walk, key, &at);
        let Some(table) = walk.table(&at, &keys::SITE) else { continue };
        walk.missing(&table, "server", "this site has no `server`");
        let site = site(walk, name.map(|n| Sourced::new(n, Layer::Lab, at.route.clone().on_key())), &table, lab);
        lab.sites.push(site);
    }
    if lab.sites.is_empty() && walk.findings.errors() == before {
        let help = "name at least one, as in `{ams: {server: 10.1.0.1}}`, or give `server` in place of `sites`";
        walk.push(MISSING_KEY.at(at.place(), "`sites` holds no site").help(help));
    }
}

/// The name that a key is.
pub(super) fn name_key(walk: &mut Walk<'_>, key: &str, at: &At<'_>) -> Option<Name> {
    match key.parse::<Name>() {
        Ok(name) => Some(name),
        Err(error) => {
            let place = pxectl_model::diag::Place::Route(at.route.clone().on_key());
            let message = format!("`{}` is no name: {error}", crate::findings::shown(key));
            walk.push(crate::rules::structure::INVALID_VALUE.at(place, message).help("take another name"));
            None
        }
    }
}

fn site(walk: &mut Walk<'_>, name: Option<Sourced<Name>>, table: &Table<'_>, lab: &mut LabDraft) -> SiteDraft {
    let server = table.get("server").and_then(|at| {
        let address: Ipv4Addr = address(walk, &at)?;
        if address.is_unspecified() || address.is_multicast() || address.is_broadcast() {
            walk.invalid(&at, format!("no machine can reach a server at {address}"));
            return None;
        }
        Some(sourced(&at, address, Layer::Lab))
    });
    let items = table.get("networks").map(|at| walk.list(&at)).unwrap_or_default();
    let mut networks = Vec::with_capacity(items.len());
    for item in &items {
        match network(walk, item) {
            Some(network) => networks.push(network),
            None => lab.networks_complete = false,
        }
    }
    SiteDraft { name, server, networks }
}

/// An IPv4 address.
pub(super) fn address(walk: &mut Walk<'_>, at: &At<'_>) -> Option<Ipv4Addr> {
    walk.parse_as(at, "an IPv4 address such as 10.1.0.21")
}

fn network(walk: &mut Walk<'_>, at: &At<'_>) -> Option<Network> {
    let table = walk.table(at, &keys::NETWORK)?;
    walk.missing(&table, "subnet", "this network has no `subnet`");
    let subnet = table.get("subnet").and_then(|at| Some(sourced(&at, walk.parse::<Subnet>(&at)?, Layer::Lab)));
    let range = table.get("range").and_then(|at| Some(sourced(&at, walk.parse::<Range>(&at)?, Layer::Lab)));
    let router = table.get("router").and_then(|at| Some(sourced(&at, address(walk, &at)?, Layer::Lab)));
    let items = table.get("dns").map(|at| walk.list(&at)).unwrap_or_default();
    let dns = items.iter().filter_map(|at| Some(sourced(at, address(walk, at)?, Layer::Lab))).collect();
    Some(Network { subnet: subnet?, range, router, dns })
}
