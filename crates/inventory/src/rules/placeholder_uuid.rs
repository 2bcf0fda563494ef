//! `placeholder-uuid`: a UUID that many boards share.

use pxectl_model::diag::Place;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("placeholder-uuid", "a UUID that boards have until somebody writes theirs");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    for uuid in draft.hosts.iter().filter_map(|host| host.uuid.as_ref()).filter(|uuid| uuid.value.is_placeholder()) {
        let Some(route) = &uuid.origin.route else { continue };
        let message = format!("the uuid `{}` names no machine: boards have it until somebody writes theirs", uuid.value);
        let help = "other machines say the same; use another key of this one: serial, mac, asset or board_serial";
        findings.push(META.at(Place::Route(route.clone()), message).help(help));
    }
}
