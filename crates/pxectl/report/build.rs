//! From findings with places by meaning to findings with lines and columns.

use std::collections::HashMap;

use pxectl_inventory::Judged;
use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::source::{FileId, Span};

use super::{At, Finding, Lines, Permission, Report, Suggestion};
use crate::lab::Found;

impl Report {
    /// Adds what was found in one lab.
    pub fn add(&mut self, found: &Found, judged: &Judged) {
        let mut locator = Locator { found, lines: HashMap::new() };
        let mut findings: Vec<_> = judged.findings.iter().map(|one| (found.reading.locate(&one.at), one, None)).collect();
        findings.extend(judged.allowed.iter().map(|one| (found.reading.locate(&one.finding.at), &one.finding, Some(one))));
        findings.sort_by_key(|(at, one, _)| (*at, one.rule));
        for (_, one, allowed) in findings {
            let permission = allowed.map(|allowed| Permission { reason: allowed.reason.clone(), at: locator.span(allowed.by) });
            self.findings.push(locator.finding(one, permission));
        }
    }
}

struct Locator<'f> {
    found: &'f Found,
    lines: HashMap<FileId, Lines<'f>>,
}

impl Locator<'_> {
    fn finding(&mut self, one: &Diagnostic, allowed: Option<Permission>) -> Finding {
        let related = one.related.iter().filter_map(|other| Some((self.place(&other.at)?, other.text.clone())));
        let related = related.collect();
        let fix = one.fix.as_ref().and_then(|fix| {
            let edits = self.found.reading.edits(&fix.change)?.into_iter();
            let edits = edits.map(|(span, text)| Some((self.span(span)?, text))).collect::<Option<_>>()?;
            Some(Suggestion { title: fix.title.clone(), safe: fix.safe, edits })
        });
        Finding {
            id: one.rule.0,
            severity: one.severity,
            message: one.message.clone(),
            at: self.place(&one.at),
            label: one.label.clone(),
            related,
            help: one.help.clone(),
            fix,
            allowed,
        }
    }

    fn place(&mut self, place: &Place) -> Option<At> {
        let span = self.found.reading.locate(place)?;
        self.span(span)
    }

    fn span(&mut self, span: Span) -> Option<At> {
        let source = self.found.reading.sources.get(span.file)?;
        let lines = self.lines.entry(span.file).or_insert_with(|| Lines::of(&source.text));
        let ((line, column), (end_line, end_column)) = (lines.place(span.start), lines.place(span.end));
        Some(At { file: source.name.clone(), line, column, end_line, end_column, start: span.start, end: span.end })
    }
}
