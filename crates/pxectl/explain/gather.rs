//! From a lab and what a person asks to an explanation.

use pxectl_model::arch::Firmware;
use pxectl_model::boot::Machine;
use pxectl_model::diag::Diagnostic;
use pxectl_model::mac::Mac;
use pxectl_model::net::Site;
use pxectl_model::resolve::{Because, Resolution};
use pxectl_model::trace::trace;
use pxectl_model::uuid::Uuid;
use pxectl_render::Scripts;

use super::case::Scene;
use super::nearest::nearest;
use super::places::Places;
use super::standing::standing;
use super::who::{Who, who};
use super::{Card, Dynamic, Explanation};
use crate::inside::Present;
use crate::lab::Lab;
use crate::session::Session;

/// What a person asks.
#[derive(Debug, Default)]
pub struct Asked {
    /// A serial, name, MAC, UUID, asset tag or board serial.
    pub host: String,
    /// The firmware; none: each that the lab boots.
    pub firmware: Option<Firmware>,
    /// What the machine would say its product is; empty: nothing.
    pub product: String,
    /// Its manufacturer; empty: nothing.
    pub manufacturer: String,
    /// The card that it boots from, as typed.
    pub mac: Option<(String, Mac)>,
    /// Its UUID, as typed.
    pub uuid: Option<(String, Uuid)>,
    /// Its asset tag.
    pub asset: Option<String>,
    /// The serial number of its board.
    pub board_serial: Option<String>,
}

/// What was made of the lab already.
#[derive(Clone, Copy)]
pub struct With<'a> {
    /// The site that the machine is at.
    pub site: &'a Site,
    /// The scripts for it.
    pub scripts: &'a Scripts,
    /// What images hold.
    pub present: &'a Present,
}

/// Explains one machine.
///
/// # Errors
/// What keeps its script from being rendered.
pub fn explain(
    lab: &Lab,
    With { site, scripts, present }: With<'_>,
    asked: &Asked,
    session: &Session,
) -> Result<Explanation, Vec<Diagnostic>> {
    let (inventory, places) = (&*lab.inventory, Places(&lab.found.reading));
    let who = who(inventory, asked, places);
    let scene = Scene { inventory, site, templates: &lab.found.templates, scripts, places, store: &session.store, present };
    let firmware = asked.firmware.map_or_else(|| inventory.lab().firmware(), |firmware| vec![firmware]);
    let mut cases = Vec::with_capacity(firmware.len());
    let mut stated = None;
    let mut found = None;
    for firmware in firmware {
        let trace = trace(inventory, &who.identity, Some(firmware));
        stated.get_or_insert_with(|| who.stated(inventory, &trace.claims, places));
        if let Resolution::Found(Because::Host(n, ..), _) = trace.resolution {
            found = Some(n);
        }
        cases.push(scene.case(&who.identity, &trace, firmware)?);
    }
    let found = found.or(who.host);
    let host = found.and_then(|n| inventory.parts().hosts.get(n));
    let near = if host.is_none() { nearest(inventory, &asked.host, places) } else { Vec::new() };
    let keys = match host {
        Some(host) => host.identity.keys(),
        None => Machine::stranger(&who.identity).map(|machine| machine.keys).unwrap_or_default(),
    };
    let network = |ip| site.networks.iter().find(|network| network.subnet.value.contains(ip));
    let card = |nic: &pxectl_model::profile::Nic| Card {
        mac: nic.mac.value.to_string(),
        ip: nic.ip.as_ref().map(|ip| ip.value.to_string()),
        subnet: nic.ip.as_ref().and_then(|ip| network(ip.value)).map(|network| network.subnet.value.to_string()),
        at: places.at(nic.ip.as_ref().map_or(&nic.mac.origin, |ip| &ip.origin).route.as_ref()),
    };
    let ranges = site.networks.iter().filter_map(|network| network.range.as_ref());
    let dynamic = ranges.map(|range| Dynamic { range: range.value.to_string(), at: places.at(range.origin.route.as_ref()) });
    Ok(Explanation {
        asked: asked.host.clone(),
        label: host.map_or_else(|| label(&who), pxectl_model::profile::Host::label),
        entry: host.and_then(|host| places.at(Some(&host.route))),
        stated: stated.unwrap_or_default(),
        nearest: near,
        standing: standing(session, &keys),
        cards: host.map(|host| host.nics.iter().map(card).collect()).unwrap_or_default(),
        dynamic: dynamic.collect(),
        cases,
    })
}

fn label(who: &Who) -> String {
    match who.identity.raw_serial.as_str() {
        "" => who.identity.label(),
        raw => who.identity.serial.as_ref().map_or_else(|| pxectl_inventory::findings::shown(raw), ToString::to_string),
    }
}
