//! `placeholder-serial`: a text that many machines share, and so names none.

use pxectl_model::diag::Place;
use pxectl_model::identity::IdentityKey;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::{Findings, shown};

pub(super) const META: Meta = Meta::error("placeholder-serial", "a serial number or asset tag that names no machine");

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
                && let Some(route) = &claim.origin.route
            {
                let message = format!("the {key} `{}` names no machine: {why}", shown(&claim.value.written));
                let help = "use another key of this machine: serial, uuid, mac, asset or board_serial";
                findings.push(META.at(Place::Route(route.clone()), message).help(help));
            }
        }
    }
}
