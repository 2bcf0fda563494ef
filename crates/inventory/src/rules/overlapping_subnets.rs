//! `overlapping-subnets`: an address that lies in two networks.

use pxectl_model::diag::Place;
use pxectl_model::net::Subnet;
use pxectl_model::source::Sourced;

use super::meta::Meta;
use super::nets::all;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("overlapping-subnets", "two subnets that share addresses");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let mut subnets: Vec<&Sourced<Subnet>> = all(draft).map(|network| &network.subnet).collect();
    // Subnets are either apart or inside each other, so in this order the widest so far is all there is to look at.
    subnets.sort_by_key(|subnet| (subnet.value.address, subnet.value.prefix));
    let mut widest: Option<&Sourced<Subnet>> = None;
    for subnet in subnets {
        let Some(around) = widest.filter(|around| around.value.overlaps(subnet.value)) else {
            widest = Some(subnet);
            continue;
        };
        let (Some(route), Some(there)) = (&subnet.origin.route, &around.origin.route) else { continue };
        let message = format!("the subnets {} and {} share addresses", subnet.value, around.value);
        let finding = META
            .at(Place::Route(route.clone()), message)
            .related(Place::Route(there.clone()), "the other")
            .help("a machine's network must be plain from its address, over all sites");
        findings.push(finding);
    }
}
