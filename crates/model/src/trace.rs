//! How the resolver came to its answer: everything that could have decided, and why it did not.

use crate::arch::Firmware;
use crate::identity::Identity;
use crate::inventory::Inventory;
use crate::profile::Rule;
use crate::resolve::{Because, Claim, Miss, Resolution, claims, decide, misses};

/// A rule, and how an asker fits it.
#[derive(Debug, Clone)]
pub struct Tried<'a> {
    /// Its position, from 0; rules are tried in this order.
    pub index: usize,
    /// The rule.
    pub rule: &'a Rule,
    /// Each key that the asker does not fit; none: it matches.
    pub misses: Vec<Miss<'a>>,
}

impl Tried<'_> {
    /// Whether it matches.
    pub fn matches(&self) -> bool {
        self.misses.is_empty()
    }
}

/// Everything that the resolver looked at, or would have looked at had nothing decided before.
#[derive(Debug, Clone)]
pub struct Trace<'a> {
    /// Each key that the asker states, the strongest first, with the host whose key it is.
    pub claims: Vec<Claim>,
    /// Every rule, in the order in which they are tried.
    pub rules: Vec<Tried<'a>>,
    /// The answer: what [`crate::resolve::resolve`] says, by the same function.
    pub resolution: Resolution<'a>,
}

impl<'a> Trace<'a> {
    /// The rules that match and do not decide: the asker is a host, or an earlier rule matches, too.
    pub fn lost(&self) -> impl Iterator<Item = &Tried<'a>> {
        let won = match &self.resolution {
            Resolution::Found(Because::Rule(n, _), _) => Some(*n),
            _ => None,
        };
        self.rules.iter().filter(move |tried| tried.matches() && Some(tried.index) != won)
    }
}

/// Resolves an asker and keeps everything that was looked at. Unlike [`crate::resolve::resolve`] it looks at every rule.
pub fn trace<'a>(inventory: &'a Inventory, who: &Identity, firmware: Option<Firmware>) -> Trace<'a> {
    let claims = claims(inventory, who);
    let rules = inventory.parts().rules.iter().enumerate();
    let tried = |(index, rule)| Tried { index, rule, misses: misses(rule, who, firmware).collect() };
    let rules: Vec<Tried<'a>> = rules.map(tried).collect();
    let resolution = decide(inventory, &claims, |n, _| rules[n].matches());
    Trace { claims, rules, resolution }
}
