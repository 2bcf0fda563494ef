//! What decides, and how every rule fared.

use pxectl_model::inventory::Inventory;
use pxectl_model::profile::{MatchKey, Rule};
use pxectl_model::recipe::Kind;
use pxectl_model::resolve::{Because, Miss, Resolution, Setup};
use pxectl_model::trace::{Trace, Tried};

use super::places::Places;

/// What decides what a machine becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// `host`, `rule`, `unknown` or `refused`.
    pub by: &'static str,
    /// In a sentence's words: why it is this and nothing else.
    pub because: String,
    /// Where it stands.
    pub at: Option<String>,
    /// The profile; none where the machine is refused.
    pub profile: Option<String>,
    /// Its recipe, with its line for people.
    pub recipe: Option<(String, String)>,
    /// What booting it means; none where the machine is refused.
    pub kind: Option<Kind>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// A rule, and how it fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleLine {
    /// From 1, in the order in which they are tried.
    pub number: usize,
    /// Where it stands.
    pub at: Option<String>,
    /// What it wants.
    pub wants: Vec<(MatchKey, String)>,
    /// What its machines become.
    pub profile: String,
    /// How it fared.
    pub outcome: Outcome,
}

/// How a rule fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It decides.
    Won,
    /// It matches, and something else decides.
    Lost(String),
    /// It would match, but it is not known what the machine says of these keys.
    Untold(Vec<MatchKey>),
    /// These keys do not match: which, what the rule wants, what the machine says.
    Missed(Vec<(MatchKey, String, String)>),
}

pub(super) fn decision(inventory: &Inventory, trace: &Trace<'_>, setup: Option<&Setup<'_>>, places: Places<'_>) -> Decision {
    let (by, because, route, notes) = match &trace.resolution {
        Resolution::Found(Because::Host(_, host, key), notes) => {
            let value = trace.claims.iter().find(|claim| claim.key == *key).map(|claim| claim.value.as_str()).unwrap_or_default();
            ("host", format!("its {key} {value} is that of host {}", host.label()), Some(&host.route), notes.clone())
        }
        Resolution::Found(Because::Rule(n, rule), notes) => {
            let because = format!("no host has its keys, and rule {} is the first that matches: {}", n + 1, wanted(rule));
            ("rule", because, Some(&rule.route), notes.clone())
        }
        Resolution::Found(Because::Unknown, notes) => {
            let unknown = &inventory.lab().unknown;
            let said = if unknown.origin.route.is_some() { "`lab.unknown` says" } else { "the default of `lab.unknown` is" };
            let because = format!("no host has its keys and no rule matches, and {said} {}", unknown.value);
            ("unknown", because, unknown.origin.route.as_ref(), notes.clone())
        }
        Resolution::Refused(why) => ("refused", why.clone(), None, Vec::new()),
    };
    Decision {
        by,
        because,
        at: places.at(route),
        profile: setup.map(|setup| setup.profile.value.to_string()),
        recipe: setup.map(|setup| (setup.recipe.name.to_string(), setup.recipe.about.clone())),
        kind: setup.map(Setup::kind),
        notes,
    }
}

pub(super) fn rules(trace: &Trace<'_>, places: Places<'_>) -> Vec<RuleLine> {
    let line = |tried: &Tried<'_>| RuleLine {
        number: tried.index + 1,
        at: places.at(Some(&tried.rule.route)),
        wants: tried.rule.matches.iter().map(|(key, glob)| (*key, glob.value.to_string())).collect(),
        profile: tried.rule.profile.value.to_string(),
        outcome: outcome(tried, trace),
    };
    trace.rules.iter().map(line).collect()
}

fn outcome(tried: &Tried<'_>, trace: &Trace<'_>) -> Outcome {
    if !tried.matches() {
        let silent = |miss: &Miss<'_>| miss.said.iter().all(|said| said.trim().is_empty());
        if tried.misses.iter().all(silent) {
            return Outcome::Untold(tried.misses.iter().map(|miss| miss.key).collect());
        }
        let spoken = tried.misses.iter().filter(|miss| !silent(miss));
        return Outcome::Missed(spoken.map(|miss| (miss.key, miss.glob.value.to_string(), miss.said.join(", "))).collect());
    }
    match &trace.resolution {
        Resolution::Found(Because::Rule(n, _), _) if *n == tried.index => Outcome::Won,
        Resolution::Found(Because::Rule(n, _), _) => Outcome::Lost(format!("rule {} comes first", n + 1)),
        Resolution::Found(Because::Host(_, host, _), _) => Outcome::Lost(format!("host {} beats every rule", host.label())),
        Resolution::Refused(_) => Outcome::Lost("the machine is refused".to_owned()),
        // The resolver has found no rule that matches.
        Resolution::Found(Because::Unknown, _) => Outcome::Missed(Vec::new()),
    }
}

/// What a rule wants, on one line.
pub fn wanted(rule: &Rule) -> String {
    let texts: Vec<_> = rule.matches.iter().map(|(key, glob)| format!("{} {}", key.as_str(), glob.value)).collect();
    texts.join(", ")
}
