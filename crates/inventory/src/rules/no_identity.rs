//! `no-identity`: a host that nothing can recognise.

use pxectl_model::diag::Place;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::{Findings, shown};

pub(super) const META: Meta = Meta::error("no-identity", "a host without a key to be known by");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    for host in draft.hosts.iter().filter(|host| !host.identified && !host.flawed) {
        let message = format!("nothing tells which machine `{}` is", shown(&host.label()));
        let help = "give at least one of serial, uuid, mac, asset and board_serial";
        findings.push(META.at(Place::Route(host.route.clone()), message).help(help));
    }
}
