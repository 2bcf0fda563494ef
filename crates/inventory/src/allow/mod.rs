//! `# pxectl: allow(rule-id) because …`, in templates `{# … #}`: comments that silence a finding each, and what is wrong with them.

mod comment;
mod judge;
mod order;
pub(crate) mod rules;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use pxectl_model::diag::Place;
use pxectl_model::source::{FileId, Span};

use crate::findings::Findings;
use crate::limits;
use crate::read::Reading;
use crate::rules::structure::TOO_LARGE;
use crate::tree::Node;
pub use judge::{Allowed, Judged};

/// A comment that speaks to pxectl.
#[derive(Debug, Clone)]
pub(crate) struct Allow {
    /// The comment.
    pub at: Span,
    /// The line that it is about; bytes of the same text.
    pub about: Range<usize>,
    /// Whether it stands in a template.
    pub in_template: bool,
    /// What it allows; none where it cannot be read.
    pub order: Option<Order>,
}

/// What a comment allows.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// The rule's name as typed.
    pub rule: String,
    /// Where that name stands.
    pub rule_at: Span,
    /// Why, in the words of whoever wrote it.
    pub reason: Option<String>,
}

/// The comments of one text, in its order; `left` is how many all texts together may still have.
pub(crate) fn allows(file: FileId, text: &str, root: &Node, left: &mut usize, findings: &mut Findings) -> Vec<Allow> {
    orders(file, text, (comment::comments(text, root, *left), false), left, findings)
}

impl Reading {
    /// Hears the comments of a template that was added to the texts: `{# pxectl: allow(rule-id) because … #}`. `comments` are the places
    /// of all its comments, each from `{#` to `#}`.
    pub fn hear(&mut self, file: FileId, comments: &[Range<usize>]) {
        let Some(text) = self.sources.get(file).map(|source| Arc::clone(&source.text)) else { return };
        let mut findings = Findings::default();
        let found = comment::of_template(&text, comments, self.allows_left);
        self.allows.extend(orders(file, &text, (found, true), &mut self.allows_left, &mut findings));
        self.first_words.insert(file, comment::first_word(&text, comments));
        self.diagnostics.extend(findings.into_list());
    }
}

fn orders(
    file: FileId,
    text: &str,
    (mut found, in_template): (Vec<comment::Comment>, bool),
    left: &mut usize,
    findings: &mut Findings,
) -> Vec<Allow> {
    let span = |part: Range<usize>| Span { file, start: part.start, end: part.end };
    if let Some(beyond) = found.get(*left) {
        let message = format!("a lab has at most {} comments that speak to pxectl", limits::ALLOWS);
        findings.push(TOO_LARGE.at(Place::Span(span(beyond.at.clone())), message).help("mend what they allow, and remove them"));
        found.truncate(*left);
    }
    *left -= found.len();
    let allow = |comment: comment::Comment| {
        let base = comment.says.start;
        let says = &text[comment.says];
        let order = order::order(says).map(|order| Order {
            rule: says[order.rule.clone()].to_owned(),
            rule_at: span(base + order.rule.start..base + order.rule.end),
            reason: order.reason.map(|reason| says[reason].to_owned()),
        });
        Allow { at: span(comment.at), about: comment.about, in_template, order }
    };
    found.into_iter().map(allow).collect()
}
