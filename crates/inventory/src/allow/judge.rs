//! Which findings are silenced, and by which comment; then the comments themselves.

use std::collections::BTreeMap;

use pxectl_model::diag::{Diagnostic, Place, RuleId, Severity};
use pxectl_model::rule::Meta;
use pxectl_model::source::{FileId, Span};

use super::rules::{ALLOW_ERROR, ALLOW_SYNTAX, ALLOW_UNKNOWN, ALLOW_UNUSED, ALLOW_WITHOUT_REASON};
use super::{Allow, Order};
use crate::findings::{Findings, shown};
use crate::read::Reading;
use crate::rules::structure::TOO_LARGE;

/// A finding that a comment silences.
#[derive(Debug, Clone)]
pub struct Allowed {
    /// What was found.
    pub finding: Diagnostic,
    /// The comment.
    pub by: Span,
    /// What it gives as its reason.
    pub reason: Option<String>,
}

/// All findings of a run, after the comments were heard.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    /// What is left, with what is wrong with the comments; sorted by file and place.
    pub findings: Vec<Diagnostic>,
    /// What is silenced, in the same order.
    pub allowed: Vec<Allowed>,
}

impl Judged {
    /// How many findings are left at this level.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

impl Reading {
    /// Hears the allow comments. `found` is everything that was found in these texts, by whatever crate; `rules` are the cards of
    /// all rules that there are; `looked` tells which of them had a chance to find something, so that a comment that was of no
    /// use this time is not called unused.
    pub fn judge(&self, mut found: Vec<Diagnostic>, rules: &[Meta], looked: &dyn Fn(RuleId) -> bool) -> Judged {
        self.hush(&mut found);
        self.sort(&mut found);
        let mut lines: BTreeMap<(FileId, usize), Vec<usize>> = BTreeMap::new();
        for (n, allow) in self.allows.iter().enumerate() {
            lines.entry((allow.at.file, allow.about.start)).or_default().push(n);
        }
        let mut used = vec![false; self.allows.len()];
        // After an error many rules do not look, and beyond the limit findings are only counted.
        let whole = !found.iter().any(|finding| finding.severity == Severity::Error || finding.rule == TOO_LARGE.id);
        let mut judged = Judged::default();
        for finding in found {
            if finding.severity == Severity::Error {
                judged.findings.push(finding);
                continue;
            }
            // One comment silences one finding; of several on a line the first comment the first.
            let mut speak = self.allowing(&finding, &lines).into_iter().peekable();
            let any = speak.peek().is_some();
            match speak.find(|n| !used[*n]) {
                Some(n) => {
                    used[n] = true;
                    let reason = self.allows[n].order.as_ref().and_then(|order| order.reason.clone());
                    judged.allowed.push(Allowed { finding, by: self.allows[n].at, reason });
                }
                None if any => judged.findings.push(one_more(finding)),
                None => judged.findings.push(finding),
            }
        }
        let mut complaints = Findings::default();
        for (allow, used) in self.allows.iter().zip(used) {
            let complaint = complain(allow, used, rules, &|rule| whole && looked(rule), &mut complaints);
            complaint.into_iter().for_each(|complaint| complaints.push(complaint));
        }
        judged.findings.extend(complaints.into_list());
        self.sort(&mut judged.findings);
        judged
    }

    /// The comments that speak of this finding's rule on its line, in their order.
    fn allowing(&self, finding: &Diagnostic, lines: &BTreeMap<(FileId, usize), Vec<usize>>) -> Vec<usize> {
        if lines.is_empty() {
            return Vec::new();
        }
        let speak = || {
            let span = self.locate(&finding.at)?;
            // What is said of a file as a whole is allowed where the file begins to say something.
            let at = if matches!(finding.at, Place::File(_)) { self.first_byte(span.file)? } else { span.start };
            let (_, candidates) = lines.range(..=(span.file, at)).next_back()?;
            let hits = |n: &&usize| {
                let allow = &self.allows[**n];
                let rule = allow.order.as_ref().map(|order| order.rule.as_str());
                allow.at.file == span.file && at <= allow.about.end && rule == Some(finding.rule.0)
            };
            Some(candidates.iter().filter(hits).copied().collect())
        };
        speak().unwrap_or_default()
    }
}

/// A finding that is left although a comment on its line speaks of its rule: that one is another's.
fn one_more(mut finding: Diagnostic) -> Diagnostic {
    let words = "the comment on this line allows another finding: one comment allows one";
    finding.help = Some(finding.help.map_or_else(|| words.to_owned(), |help| format!("{help}; {words}")));
    finding
}

/// The form of a comment, as the text that this one stands in takes it.
fn form(allow: &Allow, rule: &str) -> String {
    if allow.in_template {
        format!("{{# pxectl: allow({rule}) because … #}}")
    } else {
        format!("# pxectl: allow({rule}) because …")
    }
}

/// What is wrong with a comment, if anything.
fn complain(
    allow: &Allow,
    used: bool,
    rules: &[Meta],
    looked: &dyn Fn(RuleId) -> bool,
    complaints: &mut Findings,
) -> Option<Diagnostic> {
    let whole = Place::Span(allow.at);
    let Some(Order { rule, rule_at, reason }) = &allow.order else {
        let help = format!("write `{}`", form(allow, "rule-id"));
        return Some(ALLOW_SYNTAX.at(whole, "this comment for pxectl cannot be read").help(help));
    };
    let name = Place::Span(*rule_at);
    let Some(card) = rules.iter().find(|card| card.id.0 == rule) else {
        let message = format!("there is no rule `{}`", shown(rule));
        let meant = complaints.suggest(rule, rules.iter().map(|card| card.id.0));
        let help =
            meant.map_or_else(|| "a finding's id stands in its brackets".to_owned(), |name| format!("did you mean `{name}`?"));
        return Some(ALLOW_UNKNOWN.at(name, message).help(help));
    };
    // A rule of errors may find warnings, too.
    if card.severity == Severity::Error && !used {
        let message = format!("`{rule}` finds errors, and no comment silences those");
        return Some(
            ALLOW_ERROR.at(name, message).help("mend the error and remove the comment: an inventory with one is unsound"),
        );
    }
    if reason.is_none() {
        let message = format!("this does not say why `{rule}` may be ignored here");
        return Some(ALLOW_WITHOUT_REASON.at(whole, message).help(format!("write `{}`", form(allow, rule))));
    }
    let idle = !used && looked(card.id);
    idle.then(|| {
        let message = format!("no finding of `{rule}` is silenced by this");
        ALLOW_UNUSED.at(whole, message).help("remove it, or move it to the line of the finding")
    })
}
