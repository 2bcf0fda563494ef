//! An explanation as JSON: `"schema": "pxectl.explain/1"`, documented in docs/explain.md. Fields are only ever added.

use serde_json::{Value, json};

use super::{Case, Explanation, FileLine, From, Outcome, RuleLine, Standing, Stated, kind_word};
use crate::show::words::action;

/// The version of the shape.
pub const SCHEMA: &str = "pxectl.explain/1";

/// One explanation as one JSON object.
pub fn json(e: &Explanation) -> Value {
    json!({
        "schema": SCHEMA,
        "asked": e.asked,
        "label": e.label,
        "host": e.entry.is_some(),
        "at": e.entry,
        "identity": e.stated.iter().map(stated).collect::<Vec<_>>(),
        "nearest": e.nearest.iter().map(|near| json!({
            "label": near.label, "key": near.key, "value": near.value, "at": near.at,
        })).collect::<Vec<_>>(),
        "standing": e.standing.as_ref().map(standing),
        "cards": e.cards.iter().map(|card| json!({
            "mac": card.mac, "ip": card.ip, "subnet": card.subnet, "at": card.at,
        })).collect::<Vec<_>>(),
        "dynamic": e.dynamic.iter().map(|range| json!({"range": range.range, "at": range.at})).collect::<Vec<_>>(),
        "firmware": e.cases.iter().map(case).collect::<Vec<_>>(),
    })
}

fn stated(s: &Stated) -> Value {
    let owner = s.owner.as_ref().map(|(label, at)| json!({"label": label, "at": at}));
    json!({
        "key": s.key.as_str(), "written": s.written, "compared": s.compared.as_ref().ok(),
        "unusable": s.compared.as_ref().err(), "at": s.at, "host": owner,
    })
}

fn standing(standing: &Standing) -> Value {
    match standing {
        Standing::Armed => json!({"state": "armed"}),
        Standing::Done { profile, label, at } => {
            json!({"state": "done", "profile": profile, "label": label, "at_ms": u64::try_from(at.as_millis()).ok()})
        }
        Standing::Unreadable(why) => json!({"state": "unreadable", "reason": why}),
    }
}

fn case(c: &Case) -> Value {
    let decision = &c.decision;
    json!({
        "firmware": c.firmware.as_str(),
        "served": c.served,
        "decision": {
            "by": decision.by, "because": decision.because, "at": decision.at, "profile": decision.profile,
            "recipe": decision.recipe.as_ref().map(|(name, _)| name), "kind": decision.kind.map(kind_word), "notes": decision.notes,
        },
        "rules": c.rules.iter().map(rule).collect::<Vec<_>>(),
        "dhcp": {
            "next_server": c.dhcp.next_server, "pxe": c.dhcp.pxe, "http_boot": c.dhcp.http, "ipxe": c.dhcp.ipxe,
        },
        "nbp": match &c.nbp {
            Ok(found) => file(found),
            Err(why) => json!({"path": null, "size": null, "missing": why}),
        },
        "script": {
            "action": action(c.script.action), "why": c.script.why, "text": c.script.text, "template": c.script.template,
            "template_file": c.script.template_file,
        },
        "values": c.values.iter().map(|value| json!({
            "key": value.key, "value": value.value, "from": from(&value.from),
            "over": value.over.iter().map(|(text, by)| json!({"value": text, "from": from(by)})).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "answers": c.answers.iter().map(|answer| json!({
            "name": answer.name, "template": answer.template, "template_file": answer.template_file,
            "from": from(&answer.from), "text": answer.text,
        })).collect::<Vec<_>>(),
        "artifacts": c.artifacts.iter().map(|artifact| json!({
            "role": artifact.role, "name": artifact.name, "file": artifact.file.as_ref().map(file), "url": artifact.url, "sha256": artifact.sha256, "at": artifact.at,
            "inside": artifact.inside.as_ref().map(|inside| json!({
                "path": inside.path, "size": inside.size, "extents": inside.extents,
                "absent": inside.absent.as_ref().map(|absent| &absent.why),
            })),
        })).collect::<Vec<_>>(),
        "missing": c.missing,
    })
}

fn rule(r: &RuleLine) -> Value {
    let (outcome, why, keys) = match &r.outcome {
        Outcome::Won => ("won", None, Vec::new()),
        Outcome::Lost(why) => ("lost", Some(why.clone()), Vec::new()),
        Outcome::Untold(keys) => ("untold", None, keys.iter().map(|key| json!({"key": key.as_str()})).collect()),
        Outcome::Missed(keys) => {
            let key = |(key, wants, said): &(pxectl_model::profile::MatchKey, String, String)| json!({"key": key.as_str(), "wants": wants, "says": said});
            ("missed", None, keys.iter().map(key).collect())
        }
    };
    let wants: serde_json::Map<_, _> = r.wants.iter().map(|(key, glob)| (key.as_str().to_owned(), glob.clone().into())).collect();
    json!({
        "rule": r.number, "at": r.at, "match": wants, "profile": r.profile, "outcome": outcome, "why": why, "keys": keys,
    })
}

fn file(f: &FileLine) -> Value {
    json!({"path": f.path.display().to_string(), "size": f.size})
}

fn from(f: &From) -> Value {
    json!({"layer": f.layer, "at": f.at})
}
