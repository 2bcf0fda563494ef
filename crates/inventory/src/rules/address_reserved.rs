//! `address-reserved`: an address that no machine can have.

use pxectl_model::diag::Place;

use super::meta::Meta;
use super::nets::{Nets, fixed, is_nobodys};
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta =
    Meta::error("address-reserved", "an address that no machine can have, such as a subnet's first or last");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let nets = Nets::new(draft);
    for (owner, address, origin) in fixed(draft) {
        let Some(route) = &origin.route else { continue };
        let at = || Place::Route(route.clone());
        if is_nobodys(address) {
            let message = format!("the address {address} ({owner}) is nobody's: it means any, several or all machines");
            findings.push(META.at(at(), message).help("give the address of one machine"));
            continue;
        }
        let subnet = nets.of(address).map(|network| &network.subnet);
        let Some(subnet) = subnet.filter(|subnet| subnet.value.is_reserved(address)) else { continue };
        let Some(there) = &subnet.origin.route else { continue };
        let what = if address == subnet.value.address { "the network itself" } else { "everybody in it (broadcast)" };
        let message = format!("the address {address} ({owner}) means {what} in {}", subnet.value);
        findings.push(
            META.at(at(), message).related(Place::Route(there.clone()), "the subnet").help("take one between the two ends"),
        );
    }
}
