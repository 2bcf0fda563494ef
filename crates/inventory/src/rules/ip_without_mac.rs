//! `ip-without-mac`: an address that cannot be reserved.

use pxectl_model::diag::Place;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::{Findings, shown};

pub(super) const META: Meta = Meta::error("ip-without-mac", "an address without the MAC that it is reserved for");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    for host in &draft.hosts {
        for nic in host.nics.iter().filter(|nic| !nic.mac_given) {
            let Some(route) = nic.ip.as_ref().and_then(|ip| ip.origin.route.clone()) else { continue };
            let message = format!("`{}` has an `ip` and no MAC address to reserve it for", shown(&host.label()));
            let help = "DHCP knows a machine by its MAC: give `mac` beside it, or remove `ip`";
            findings.push(META.at(Place::Route(route), message).help(help));
        }
    }
}
