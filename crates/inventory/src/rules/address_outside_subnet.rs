//! `address-outside-subnet`: an address that no network holds.

use pxectl_model::diag::Place;

use super::meta::Meta;
use super::nets::{Nets, all, is_nobodys, reservations};
use crate::draft::Draft;
use crate::findings::{Findings, shown};

pub(super) const META: Meta = Meta::error("address-outside-subnet", "an address that lies in none of the lab's subnets");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    for network in all(draft) {
        let (Some(router), subnet) = (&network.router, &network.subnet) else { continue };
        if !subnet.value.contains(router.value)
            && let (Some(at), Some(other)) = (&router.origin.route, &subnet.origin.route)
        {
            let message = format!("the router {} lies outside of its subnet {}", router.value, subnet.value);
            let other = Place::Route(other.clone());
            let help = "machines could not reach it: mend the address, or the subnet";
            findings.push(META.at(Place::Route(at.clone()), message).related(other, "the subnet").help(help));
        }
    }
    let nets = Nets::new(draft);
    if nets.is_empty() || !draft.lab.networks_complete {
        return;
    }
    for (host, ip) in reservations(draft) {
        if nets.of(ip.value).is_none()
            && !is_nobodys(ip.value)
            && let Some(route) = &ip.origin.route
        {
            let message = format!("the address {} of `{}` lies in none of the lab's subnets", ip.value, shown(&host.label()));
            let help = "no DHCP server could hand it out; mend it, or add its network";
            findings.push(META.at(Place::Route(route.clone()), message).help(help));
        }
    }
}
