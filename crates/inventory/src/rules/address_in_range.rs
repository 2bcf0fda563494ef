//! `address-in-range`: a fixed address that the DHCP server may hand to somebody else.

use pxectl_model::diag::Place;

use super::meta::Meta;
use super::nets::{Nets, fixed};
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("address-in-range", "a fixed address inside a network's dynamic range");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let nets = Nets::new(draft);
    for (owner, address, origin) in fixed(draft) {
        let range = nets.of(address).and_then(|network| network.range.as_ref());
        let Some(range) = range.filter(|range| range.value.contains(address)) else { continue };
        let (Some(route), Some(there)) = (&origin.route, &range.origin.route) else { continue };
        let message = format!("the address {address} ({owner}) lies in the dynamic range {}", range.value);
        let finding = META
            .at(Place::Route(route.clone()), message)
            .related(Place::Route(there.clone()), "handed out to anybody")
            .help("the DHCP server may give it to another machine first; take one from outside of the range");
        findings.push(finding);
    }
}
