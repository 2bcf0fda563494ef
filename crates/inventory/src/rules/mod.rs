//! The rules that judge a whole inventory. One file each, with its card ([`meta::Meta`]) and its `check`; a section of the same id
//! in docs/rules.md; a fixture under tests/rules.

pub mod meta;
pub mod structure;

use crate::draft::Draft;
use crate::findings::Findings;
use crate::here;
use meta::Meta;

/// A rule that looks at the draft.
pub struct Rule {
    /// Its card.
    pub meta: Meta,
    /// Looks, and puts what it finds into the findings.
    pub check: fn(&Draft, &mut Findings),
}

/// All rules, in the order in which they look.
pub const RULES: [Rule; 0] = [];

/// The cards of everything that can be found in an inventory.
pub fn catalogue() -> Vec<Meta> {
    let checks = RULES.iter().map(|rule| rule.meta);
    structure::ALL.into_iter().chain(checks).chain([here::MISSING_FILE]).collect()
}

/// Lets every rule look.
pub(crate) fn run(draft: &Draft, findings: &mut Findings) {
    for rule in &RULES {
        (rule.check)(draft, findings);
    }
}
