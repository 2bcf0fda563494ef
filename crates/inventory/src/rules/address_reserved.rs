//! `address-reserved`: an address that no machine can have.

use std::net::Ipv4Addr;

use pxectl_model::diag::Place;
use pxectl_model::source::Origin;

use super::meta::Meta;
use super::nets::{Nets, fixtures, reservations};
use crate::draft::Draft;
use crate::findings::{Findings, shown};

pub(super) const META: Meta = Meta::error("address-reserved", "a subnet's first or last address, which no machine can have");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let nets = Nets::new(draft);
    for (what, address, origin) in fixtures(draft) {
        judge(&nets, address, origin, what, findings);
    }
    for (host, ip) in reservations(draft) {
        judge(&nets, ip.value, &ip.origin, &format!("that of `{}`", shown(&host.label())), findings);
    }
}

fn judge(nets: &Nets<'_>, address: Ipv4Addr, origin: &Origin, whose: &str, findings: &mut Findings) {
    let Some(subnet) = nets.of(address).map(|network| &network.subnet) else { return };
    if !subnet.value.is_reserved(address) {
        return;
    }
    let what = if address == subnet.value.address { "the network itself" } else { "everybody in it (broadcast)" };
    let (Some(route), Some(there)) = (&origin.route, &subnet.origin.route) else { return };
    let message = format!("the address {address} ({whose}) means {what} in {}", subnet.value);
    findings.push(META.at(Place::Route(route.clone()), message).related(Place::Route(there.clone()), "the subnet"));
}
