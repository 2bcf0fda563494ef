//! `duplicate-name`: two hosts with one name.

use super::meta::Meta;
use super::same::{Claimed, each_once};
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("duplicate-name", "two hosts with one name");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    // DNS names are compared without regard to case (RFC 4343).
    let claims = draft.hosts.iter().filter_map(|host| {
        let name = host.name.as_ref()?;
        Some(Claimed {
            host,
            key: name.value.as_str().to_ascii_lowercase().into(),
            written: Some(name.value.as_str()),
            origin: &name.origin,
        })
    });
    each_once(&META, "name", claims, findings);
}
