//! `duplicate-uuid`: two hosts with one UUID.

use super::meta::Meta;
use super::same::{Claimed, each_once};
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("duplicate-uuid", "two hosts with one UUID");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let claims = draft.hosts.iter().filter_map(|host| {
        let uuid = host.uuid.as_ref().filter(|uuid| !uuid.value.is_placeholder())?;
        Some(Claimed { host, key: uuid.value, written: None, origin: &uuid.origin })
    });
    each_once(&META, "UUID", claims, findings);
}
