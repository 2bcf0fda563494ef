//! `duplicate-asset`: two hosts with one asset tag.

use super::meta::Meta;
use super::same::{each_once, tags};
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("duplicate-asset", "two hosts with one asset tag");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    each_once(&META, "asset tag", tags(draft, |host| &host.asset), findings);
}
