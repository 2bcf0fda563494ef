//! `--format sarif`: SARIF 2.1.0 (OASIS), as code scanning takes it.

use std::path::Path;

use pxectl_model::rule::Meta;
use serde_json::{Map, Value, json};

use super::sections::section;
use super::{At, Finding, Permission, Report, level, link, path};

/// The schema that this version of the format publishes.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The whole report as one log of one run; `cards` are those of all rules.
pub fn report(report: &Report, cards: &[Meta]) -> Value {
    let failures: Vec<_> = report.failures.iter().map(|why| json!({"level": "error", "message": text(why)})).collect();
    let mut invocation = Map::new();
    invocation.insert("executionSuccessful".into(), failures.is_empty().into());
    if !failures.is_empty() {
        invocation.insert("toolExecutionNotifications".into(), failures.into());
    }
    let results = report.findings.iter().map(|finding| result(finding, cards, &report.folder)).collect::<Vec<_>>();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "pxectl",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": cards.iter().map(rule).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": results,
        }],
    })
}

fn rule(card: &Meta) -> Value {
    let help = section(card.id.0).unwrap_or_else(|| card.summary.to_owned());
    let mut rule = json!({
        "id": card.id.0,
        "shortDescription": {"text": card.summary},
        "help": {"text": help, "markdown": help},
        "defaultConfiguration": {"level": level(card.severity)},
    });
    // The format wants an absolute address, or none.
    let link = link(card.id.0);
    if link.contains("://") {
        rule["helpUri"] = link.into();
    }
    rule
}

fn result(one: &Finding, cards: &[Meta], folder: &Path) -> Value {
    let mut message = one.message.clone();
    one.label.iter().for_each(|label| message.push_str(&format!(" ({label})")));
    one.help.iter().for_each(|help| message.push_str(&format!("\nhelp: {help}")));
    let mut result = json!({
        "ruleId": one.id,
        "level": level(one.severity),
        "message": text(&message),
        "locations": one.at.iter().map(|at| json!({"physicalLocation": physical(at, folder)})).collect::<Vec<_>>(),
    });
    if let Some(index) = cards.iter().position(|card| card.id.0 == one.id) {
        result["ruleIndex"] = index.into();
    }
    if !one.related.is_empty() {
        let place = |(n, (at, words)): (usize, &(At, String))| json!({"id": n, "physicalLocation": physical(at, folder), "message": text(words)});
        result["relatedLocations"] = one.related.iter().enumerate().map(place).collect();
    }
    if let Some(fix) = &one.fix {
        result["fixes"] = json!([{"description": text(&fix.title), "artifactChanges": changes(&fix.edits, folder)}]);
    }
    // All results of a run tell of suppressions or none does; an empty list says that there is none.
    result["suppressions"] = one.allowed.iter().map(|allowed| suppression(allowed, folder)).collect();
    result
}

fn suppression(allowed: &Permission, folder: &Path) -> Value {
    let mut suppression = json!({"kind": "inSource", "status": "accepted"});
    if let Some(reason) = &allowed.reason {
        suppression["justification"] = reason.as_str().into();
    }
    if let Some(at) = &allowed.at {
        suppression["location"] = json!({"physicalLocation": physical(at, folder)});
    }
    suppression
}

/// The edits, file by file.
fn changes(edits: &[(At, String)], folder: &Path) -> Vec<Value> {
    let mut files: Vec<&str> = edits.iter().map(|(at, _)| at.file.as_str()).collect();
    files.dedup();
    let replacement = |(at, text): &(At, String)| json!({"deletedRegion": region(at), "insertedContent": {"text": text}});
    let change = |file: &str| {
        let replacements: Vec<_> = edits.iter().filter(|(at, _)| at.file == file).map(replacement).collect();
        json!({"artifactLocation": {"uri": path::uri(file, folder)}, "replacements": replacements})
    };
    files.into_iter().map(change).collect()
}

fn physical(at: &At, folder: &Path) -> Value {
    json!({"artifactLocation": {"uri": path::uri(&at.file, folder)}, "region": region(at)})
}

fn region(at: &At) -> Value {
    json!({"startLine": at.line, "startColumn": at.column, "endLine": at.end_line, "endColumn": at.end_column})
}

/// A message. What would be a link in it is none (SARIF 2.1.0, 3.11.6): the words of an inventory lead nowhere.
fn text(words: &str) -> Value {
    let link = words.contains("](");
    json!({"text": if link { words.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]") } else { words.to_owned() }})
}
