//! `placeholder-mac`: an address that no network card has.

use pxectl_model::diag::Place;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("placeholder-mac", "a MAC address that no network card has");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    for mac in draft.hosts.iter().flat_map(|host| &host.nics).filter_map(|nic| nic.mac.as_ref()) {
        let Some(route) = mac.origin.route.as_ref().filter(|_| !mac.value.is_usable()) else { continue };
        let why = match mac.value.0 {
            [0, 0, 0, 0, 0, 0] => "it stands where none is known",
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] => "it means every card (broadcast)",
            _ => "the lowest bit of its first byte is set, so it means a group of cards (multicast)",
        };
        let message = format!("the MAC address `{}` belongs to no network card: {why}", mac.value);
        let help = "`ip link` on the machine shows it, and the firmware's screen while it waits for DHCP";
        findings.push(META.at(Place::Route(route.clone()), message).help(help));
    }
}
