//! `duplicate-ip`: one address reserved twice.

use super::meta::Meta;
use super::same::{Claimed, each_once};
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("duplicate-ip", "one address reserved twice");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let claims = draft
        .hosts
        .iter()
        .flat_map(|host| host.addresses().map(move |ip| Claimed { host, key: ip.value, written: None, origin: &ip.origin }));
    each_once(&META, "address", claims, findings);
}
