//! `duplicate-board-serial`: two hosts with one board serial number.

use super::meta::Meta;
use super::same::{each_once, tags};
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("duplicate-board-serial", "two hosts with one board serial number");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    each_once(&META, "board serial", tags(draft, |host| &host.board_serial), findings);
}
