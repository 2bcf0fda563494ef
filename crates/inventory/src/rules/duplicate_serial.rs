//! `duplicate-serial`: two hosts with one serial number.

use super::meta::Meta;
use super::same::{each_once, tags};
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("duplicate-serial", "two hosts with one serial number");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    each_once(&META, "serial", tags(draft, |host| &host.serial), findings);
}
