//! `--format json`: `"schema": "pxectl.verify/1"`, documented in docs/images.md. Fields are only ever added.

use pxectl_model::digest::Digest;
use serde_json::{Map, Value, json};

use super::judge::{State, Verdict};

/// The version of the shape.
pub const SCHEMA: &str = "pxectl.verify/1";

const STATES: [State; 7] =
    [State::Ok, State::Missing, State::Changed, State::Flawed, State::Unlocked, State::Extra, State::Unreadable];

/// All of it as one object.
pub fn report(verdicts: &[Verdict]) -> Value {
    let count = |state: State| verdicts.iter().filter(|verdict| verdict.state == state).count();
    let summary: Map<String, Value> = STATES.map(|state| (state.as_str().to_owned(), count(state).into())).into_iter().collect();
    json!({"schema": SCHEMA, "summary": summary, "files": verdicts.iter().map(file).collect::<Vec<_>>()})
}

fn file(verdict: &Verdict) -> Value {
    let subject = &verdict.subject;
    let found =
        |wide: bool| verdict.found.filter(|found| matches!(found, Digest::Sha512(_)) == wide).map(|found| found.to_string());
    let judged = verdict.judged.as_ref().map(|judged| {
        let facts: Vec<_> = judged.facts.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
        json!({
            "format": judged.format, "title": judged.title, "facts": facts, "problems": judged.problems, "notes": judged.notes,
        })
    });
    json!({
        "judged": judged, "artifact": subject.name, "state": verdict.state.as_str(), "why": verdict.why,
        "file": subject.path.as_ref().map(|path| path.display().to_string()), "stored": subject.stored, "size": verdict.size,
        "expected": {"sha256": subject.sha256.map(|d| d.to_string()), "sha512": subject.sha512.map(|d| d.to_string()), "size": subject.size},
        "found": {"sha256": found(false), "sha512": found(true)},
    })
}
