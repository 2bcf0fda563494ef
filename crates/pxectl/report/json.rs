//! `--format json`: `"schema": "pxectl.lint/1"`, described by docs/schema/lint.json. Fields are only ever added.

use pxectl_model::diag::Severity;
use serde_json::{Value, json};

use super::{At, Finding, Report, level, link};

/// The version of the shape.
pub const SCHEMA: &str = "pxectl.lint/1";

/// The whole report as one object.
pub fn report(report: &Report) -> Value {
    json!({
        "schema": SCHEMA,
        "version": env!("CARGO_PKG_VERSION"),
        "summary": {
            "errors": report.count(Severity::Error),
            "warnings": report.count(Severity::Warning),
            "notes": report.count(Severity::Note),
            "allowed": report.allowed(),
        },
        "failures": report.failures,
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn finding(one: &Finding) -> Value {
    let related: Vec<_> = one.related.iter().map(|(place, text)| json!({"at": at(place), "text": text})).collect();
    let fix = one.fix.as_ref().map(|fix| {
        let edits: Vec<_> = fix.edits.iter().map(|(place, text)| json!({"at": at(place), "text": text})).collect();
        json!({"title": fix.title, "safe": fix.safe, "edits": edits})
    });
    let allowed = one.allowed.as_ref().map(|allowed| json!({"reason": allowed.reason, "at": allowed.at.as_ref().map(at)}));
    json!({
        "id": one.id,
        "severity": level(one.severity),
        "message": one.message,
        "at": one.at.as_ref().map(at),
        "label": one.label,
        "related": related,
        "help": one.help,
        "link": link(one.id),
        "fix": fix,
        "allowed": allowed,
    })
}

fn at(at: &At) -> Value {
    json!({
        "file": at.file, "line": at.line, "column": at.column, "end_line": at.end_line, "end_column": at.end_column,
        "start": at.start, "end": at.end,
    })
}
