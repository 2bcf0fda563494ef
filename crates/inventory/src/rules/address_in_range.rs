//! `address-in-range`: a fixed address that the DHCP server may hand to somebody else.

use std::net::Ipv4Addr;

use pxectl_model::diag::Place;
use pxectl_model::source::Origin;

use super::meta::Meta;
use super::nets::{Nets, fixtures, reservations};
use crate::draft::Draft;
use crate::findings::{Findings, shown};

pub(super) const META: Meta = Meta::error("address-in-range", "a fixed address inside a network's dynamic range");

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
    let Some(range) = nets.of(address).and_then(|network| network.range.as_ref()) else { return };
    if !range.value.contains(address) {
        return;
    }
    let (Some(route), Some(there)) = (&origin.route, &range.origin.route) else { return };
    let message = format!("the address {address} ({whose}) lies in the dynamic range {}", range.value);
    let finding = META
        .at(Place::Route(route.clone()), message)
        .related(Place::Route(there.clone()), "handed out to anybody")
        .help("the DHCP server may give it to another machine first; take one from outside of the range");
    findings.push(finding);
}
