//! The rules that judge a whole inventory. One file each, with its card ([`meta::Meta`]) and its `check`; a section of the same id
//! in docs/rules.md; a fixture under tests/rules.

mod address_in_range;
mod address_of_server;
mod address_outside_subnet;
mod address_reserved;
mod auth_over_http;
pub(crate) mod boots;
mod chain;
mod cyclic_extends;
mod duplicate_asset;
mod duplicate_board_serial;
mod duplicate_ip;
mod duplicate_mac;
mod duplicate_name;
mod duplicate_serial;
mod duplicate_uuid;
mod http_without_digest;
mod ip_without_mac;
mod kernel_argument;
mod lock_drift;
pub mod meta;
mod nets;
mod no_digest;
mod no_identity;
mod no_iso;
mod no_lock_file;
mod no_recipe;
mod not_locked;
mod overlapping_subnets;
mod placeholder_mac;
mod placeholder_serial;
mod placeholder_uuid;
mod range_outside_subnet;
mod recipe_firmware;
mod recipe_key;
mod rule_never_wins;
mod same;
mod sample_mac;
mod secret_in_plain_sight;
pub mod structure;
mod unknown_artifact;
mod unknown_profile;
mod unknown_recipe;
mod unsigned_checksums;
mod unused_artifact;
mod unused_iso;
mod unused_lock_entry;
mod unused_profile;

use pxectl_model::diag::RuleId;

use crate::draft::Draft;
use crate::findings::Findings;
use crate::signing_keys::WRONG_KEY;
use crate::{allow, here};
use meta::Meta;

/// A rule that looks at the draft.
pub struct Rule {
    /// Its card.
    pub meta: Meta,
    /// Looks, and puts what it finds into the findings.
    pub check: fn(&Draft, &mut Findings),
}

/// All rules, in the order in which they look.
pub const RULES: &[Rule] = &[
    Rule { meta: placeholder_serial::META, check: placeholder_serial::check },
    Rule { meta: placeholder_uuid::META, check: placeholder_uuid::check },
    Rule { meta: placeholder_mac::META, check: placeholder_mac::check },
    Rule { meta: sample_mac::META, check: sample_mac::check },
    Rule { meta: no_identity::META, check: no_identity::check },
    Rule { meta: duplicate_serial::META, check: duplicate_serial::check },
    Rule { meta: duplicate_uuid::META, check: duplicate_uuid::check },
    Rule { meta: duplicate_mac::META, check: duplicate_mac::check },
    Rule { meta: duplicate_asset::META, check: duplicate_asset::check },
    Rule { meta: duplicate_board_serial::META, check: duplicate_board_serial::check },
    Rule { meta: duplicate_name::META, check: duplicate_name::check },
    Rule { meta: duplicate_ip::META, check: duplicate_ip::check },
    Rule { meta: ip_without_mac::META, check: ip_without_mac::check },
    Rule { meta: address_outside_subnet::META, check: address_outside_subnet::check },
    Rule { meta: address_in_range::META, check: address_in_range::check },
    Rule { meta: address_of_server::META, check: address_of_server::check },
    Rule { meta: address_reserved::META, check: address_reserved::check },
    Rule { meta: range_outside_subnet::META, check: range_outside_subnet::check },
    Rule { meta: overlapping_subnets::META, check: overlapping_subnets::check },
    Rule { meta: unknown_profile::META, check: unknown_profile::check },
    Rule { meta: unknown_recipe::META, check: unknown_recipe::check },
    Rule { meta: unknown_artifact::META, check: unknown_artifact::check },
    Rule { meta: cyclic_extends::META, check: cyclic_extends::check },
    Rule { meta: no_recipe::META, check: no_recipe::check },
    Rule { meta: recipe_key::META, check: recipe_key::check },
    Rule { meta: no_iso::META, check: no_iso::check },
    Rule { meta: recipe_firmware::META, check: recipe_firmware::check },
    Rule { meta: kernel_argument::META, check: kernel_argument::check },
    Rule { meta: rule_never_wins::META, check: rule_never_wins::check },
    Rule { meta: unused_profile::META, check: unused_profile::check },
    Rule { meta: unused_artifact::META, check: unused_artifact::check },
    Rule { meta: auth_over_http::META, check: auth_over_http::check },
    Rule { meta: unused_iso::META, check: unused_iso::check },
    Rule { meta: http_without_digest::META, check: http_without_digest::check },
    Rule { meta: no_digest::META, check: no_digest::check },
    Rule { meta: unsigned_checksums::META, check: unsigned_checksums::check },
    Rule { meta: no_lock_file::META, check: no_lock_file::check },
    Rule { meta: not_locked::META, check: not_locked::check },
    Rule { meta: lock_drift::META, check: lock_drift::check },
    Rule { meta: unused_lock_entry::META, check: unused_lock_entry::check },
    Rule { meta: secret_in_plain_sight::META, check: secret_in_plain_sight::check },
];

/// The cards of everything that can be found in an inventory.
pub fn catalogue() -> Vec<Meta> {
    let checks = RULES.iter().map(|rule| rule.meta);
    structure::ALL.iter().copied().chain(allow::rules::ALL).chain(checks).chain([WRONG_KEY]).chain(here::ALL).collect()
}

/// Whether a rule looks at the serving host, so that only `--here` finds something.
pub fn needs_host(id: RuleId) -> bool {
    here::ALL.iter().any(|card| card.id == id)
}

/// Lets every rule look.
pub(crate) fn run(draft: &Draft, findings: &mut Findings) {
    for rule in RULES {
        (rule.check)(draft, findings);
    }
}
