//! `address-of-server`: a host with the address of the server or of a router.

use std::collections::HashMap;

use pxectl_model::diag::Place;

use super::meta::Meta;
use super::nets::{fixtures, reservations};
use crate::draft::Draft;
use crate::findings::{Findings, shown};

pub(super) const META: Meta = Meta::error("address-of-server", "a host with the address of the server or of a router");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let mut taken = HashMap::new();
    for (what, address, origin) in fixtures(draft) {
        taken.entry(address).or_insert((what, origin));
    }
    for (host, ip) in reservations(draft) {
        let Some((what, origin)) = taken.get(&ip.value) else { continue };
        let (Some(route), Some(there)) = (&ip.origin.route, &origin.route) else { continue };
        let message = format!("the address {} of `{}` is {what}", ip.value, shown(&host.label()));
        let finding = META.at(Place::Route(route.clone()), message).related(Place::Route(there.clone()), "taken here");
        findings.push(finding.help("give the host another address"));
    }
}
