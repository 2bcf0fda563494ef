//! `duplicate-mac`: two network cards with one MAC address.

use super::meta::Meta;
use super::same::{Claimed, each_once};
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("duplicate-mac", "two network cards with one MAC address");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let claims = draft.hosts.iter().flat_map(|host| {
        let macs = host.nics.iter().filter_map(|nic| nic.mac.as_ref()).filter(|mac| mac.value.is_usable());
        macs.map(move |mac| Claimed { host, key: mac.value, written: None, origin: &mac.origin })
    });
    each_once(&META, "MAC address", claims, findings);
}
