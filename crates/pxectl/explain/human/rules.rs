//! The rules, and how each fared.

use pxectl_inventory::findings::shown;
use pxectl_model::profile::MatchKey;

use super::{Page, place};
use crate::explain::{Case, Explanation, Outcome, RuleLine};
use crate::session::Level;
use crate::show::style::{bold, dim, yellow};

/// Rules that are told one by one where none of them decides.
const RULES_MOST: usize = 20;

impl Page {
    pub(super) fn rules(&mut self, e: &Explanation, first: &Case, level: Level) {
        let count = first.rules.len();
        if count == 0 {
            return;
        }
        let all = level > Level::Normal;
        // A host beats every rule, so only those are worth a line that would have matched.
        let mut left = if matches!(first.decision.by, "rule" | "unknown") { RULES_MOST } else { 0 };
        self.section("Rules", "tried in order, the first that matches wins; a host beats them all");
        let mut hidden = 0;
        for (n, rule) in first.rules.iter().enumerate() {
            let mut outcomes = e.cases.iter().filter_map(|case| case.rules.get(n)).map(|rule| &rule.outcome);
            let told = outcomes.any(|outcome| matches!(outcome, Outcome::Won | Outcome::Lost(_)));
            if !told && !all && left == 0 {
                hidden += 1;
                continue;
            }
            left = left.saturating_sub(usize::from(!told));
            self.line(&wants(rule));
            let mut outcomes: Vec<(&Outcome, Vec<String>)> = Vec::new();
            for case in &e.cases {
                let Some(theirs) = case.rules.get(n).map(|rule| &rule.outcome) else { continue };
                match outcomes.iter_mut().find(|(outcome, _)| *outcome == theirs) {
                    Some((_, firmware)) => firmware.push(case.firmware.to_string()),
                    None => outcomes.push((theirs, vec![case.firmware.to_string()])),
                }
            }
            for (outcome, firmware) in &outcomes {
                let on = if outcomes.len() > 1 { format!("on {}: ", firmware.join(", ")) } else { String::new() };
                self.line(&format!("          {on}{}", fared(outcome)));
            }
        }
        if hidden > 0 {
            let more =
                if hidden == count { format!("  none of {count} is known to match") } else { format!("  … and {hidden} more") };
            self.line(&dim(&format!("{more}; -v shows them")));
        }
    }
}

/// What a rule wants.
fn wants(rule: &RuleLine) -> String {
    let wants: Vec<_> = rule.wants.iter().map(|(key, glob)| format!("{} {}", key.as_str(), shown(glob))).collect();
    format!("  rule {}  {} -> {}{}", rule.number, wants.join(", "), rule.profile, place(rule.at.as_deref()))
}

/// How a rule fared.
fn fared(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Won => bold("decides"),
        Outcome::Lost(why) => yellow(&format!("matches, but {why}")),
        Outcome::Untold(keys) => {
            let options: Vec<_> = keys.iter().map(|key| option(*key)).collect();
            format!("open: it depends on {}", options.join(" and "))
        }
        Outcome::Missed(keys) => {
            let key = |(key, _, said): &(MatchKey, String, String)| format!("its {} is {}", key.as_str(), shown(said));
            format!("no: {}", keys.iter().map(key).collect::<Vec<_>>().join(", "))
        }
    }
}

/// The option that stands in for what a machine says.
fn option(key: MatchKey) -> String {
    match key {
        MatchKey::Serial => "its serial".to_owned(),
        key => format!("--{}", key.as_str().replace('_', "-")),
    }
}
