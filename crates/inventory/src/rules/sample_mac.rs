//! `sample-mac`: an address out of somebody's documentation.

use pxectl_model::diag::Place;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::warning("sample-mac", "a MAC address out of documentation");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    for mac in draft.hosts.iter().flat_map(|host| &host.nics).filter_map(|nic| nic.mac.as_ref()) {
        let Some(route) = mac.origin.route.as_ref().filter(|_| mac.value.is_sample()) else { continue };
        let message = format!("the MAC address `{}` is one that documentation uses; was it left over from a sample?", mac.value);
        let help = "no machine would be found by it; write that of the machine's own card";
        findings.push(META.at(Place::Route(route.clone()), message).help(help));
    }
}
