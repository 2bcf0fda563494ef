//! `placeholder-serial`: a key that many machines share, and so names none.

use pxectl_model::diag::Place;
use pxectl_model::identity::IdentityKey;
use pxectl_model::source::Origin;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::{Findings, shown};

pub(super) const META: Meta = Meta::error("placeholder-serial", "a serial number, UUID or MAC address that names no machine");

const HELP: &str = "use another key of this machine: serial, uuid, mac, asset or board_serial";

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    for host in &draft.hosts {
        let claims = [
            (IdentityKey::Serial, &host.serial),
            (IdentityKey::Asset, &host.asset),
            (IdentityKey::BoardSerial, &host.board_serial),
        ];
        for (key, claim) in claims {
            if let Some(claim) = claim
                && let Err(why) = claim.value.tag
            {
                report(findings, &claim.origin, format!("the {key} `{}` names no machine: {why}", shown(&claim.value.written)));
            }
        }
        if let Some(uuid) = host.uuid.as_ref().filter(|uuid| uuid.value.is_placeholder()) {
            let text = format!("the uuid `{}` names no machine: board makers leave it where none was written", uuid.value);
            report(findings, &uuid.origin, text);
        }
        for mac in host.nics.iter().filter_map(|nic| nic.mac.as_ref()).filter(|mac| !mac.value.is_usable()) {
            let text = format!("the MAC address `{}` belongs to no network card: it is zero or a group's", mac.value);
            report(findings, &mac.origin, text);
        }
    }
}

fn report(findings: &mut Findings, origin: &Origin, message: String) {
    if let Some(route) = &origin.route {
        findings.push(META.at(Place::Route(route.clone()), message).help(HELP));
    }
}
