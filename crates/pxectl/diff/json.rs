//! A difference as JSON: `"schema": "pxectl.explain-diff/1"`, documented in docs/explain.md. Fields are only ever added.

use serde_json::{Value, json};

use super::{Becomes, Broken, Change, Difference, Fate, Group, Machine};

/// The version of the shape.
pub const SCHEMA: &str = "pxectl.explain-diff/1";

/// One difference as one JSON object.
pub fn json(d: &Difference) -> Value {
    json!({
        "schema": SCHEMA,
        "old": {"name": d.old, "hosts": d.hosts.0},
        "new": {"name": d.new, "hosts": d.hosts.1},
        "broken": null,
        "lab": d.lab.iter().map(change).collect::<Vec<_>>(),
        "groups": d.groups.iter().map(group).collect::<Vec<_>>(),
    })
}

/// A version that cannot be compared.
pub fn broken(broken: &Broken) -> Value {
    let finding = |(at, message): &(String, String)| json!({"at": at, "message": message});
    json!({
        "schema": SCHEMA,
        "broken": {"name": broken.name, "findings": broken.findings.iter().map(finding).collect::<Vec<_>>()},
    })
}

fn group(g: &Group) -> Value {
    let fate = match g.fate {
        Fate::Added => "added",
        Fate::Changed => "changed",
        Fate::Removed => "removed",
    };
    json!({
        "fate": fate,
        "newly_installs": g.newly_installs(),
        "before": g.before.as_ref().map(becomes),
        "after": g.after.as_ref().map(becomes),
        "changes": g.changes.iter().map(change).collect::<Vec<_>>(),
        "machines": g.machines.iter().map(machine).collect::<Vec<_>>(),
    })
}

fn becomes(b: &Becomes) -> Value {
    json!({"profile": b.profile, "what": b.what, "installs": b.installs, "by": b.by})
}

fn machine(m: &Machine) -> Value {
    json!({"label": m.label, "key": m.key, "at": m.at, "own": m.own.iter().map(change).collect::<Vec<_>>()})
}

fn change(c: &Change) -> Value {
    match c {
        Change::Value { what, old, new } => json!({"what": what, "from": old, "to": new}),
        Change::Text { what, firmware, hunks } => {
            let hunk = |hunk: &super::Hunk| json!({"line": hunk.line, "removed": hunk.old, "added": hunk.new});
            json!({"what": what, "firmware": firmware, "hunks": hunks.iter().map(hunk).collect::<Vec<_>>()})
        }
    }
}
