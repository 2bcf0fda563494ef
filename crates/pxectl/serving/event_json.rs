//! Events as JSON: `"schema": "pxectl.event/1"`, documented in docs/events.md. Fields are only ever added.

use pxectl_model::event::{Event, EventKind, Payload, ScriptSent, Transfer};
use serde_json::{Map, Value, json};

use crate::show::words::action;

/// The version of the shape.
pub const SCHEMA: &str = "pxectl.event/1";

/// One event as one JSON object.
pub fn event(event: &Event) -> Value {
    let mut object = Map::new();
    object.insert("schema".into(), SCHEMA.into());
    object.insert("seq".into(), event.seq.into());
    object.insert("at".into(), json!(event.at.as_millis() as u64));
    let (name, fields) = kind(&event.kind);
    object.insert("event".into(), name.into());
    if let Value::Object(fields) = fields {
        object.extend(fields);
    }
    Value::Object(object)
}

fn kind(kind: &EventKind) -> (&'static str, Value) {
    match kind {
        EventKind::Listening { tftp, http } => ("listening", json!({"tftp": tftp.to_string(), "http": http.to_string()})),
        EventKind::TransferStarted(t) => ("transfer-started", transfer(t)),
        EventKind::TransferProgress { id, sent } => ("transfer-progress", json!({"transfer": id, "sent": sent})),
        EventKind::TransferDone { transfer: t, took } => {
            ("transfer-done", with(transfer(t), "took_ms", json!(took.as_millis() as u64)))
        }
        EventKind::TransferFailed { transfer: t, sent, reason } => {
            ("transfer-failed", with(with(transfer(t), "sent", json!(sent)), "reason", json!(reason)))
        }
        EventKind::Script(sent) => ("script", script(sent)),
        EventKind::Booted { boot, machine, label, profile, installs, action: what, took } => (
            "booted",
            json!({
                "boot": boot.to_string(), "machine": machine.as_ref().map(ToString::to_string), "label": label, "profile": profile,
                "installs": installs, "action": action(*what), "took_ms": took.as_millis() as u64,
            }),
        ),
        EventKind::BeaconRefused { boot, label, reason } => {
            ("beacon-refused", json!({"boot": boot.to_string(), "label": label, "reason": reason}))
        }
        EventKind::Refused { protocol, peer, what, reason } => {
            ("refused", json!({"protocol": protocol.as_str(), "peer": peer.to_string(), "what": what, "reason": reason}))
        }
        EventKind::Warning { boot, text } => ("warning", json!({"boot": boot.as_ref().map(ToString::to_string), "text": text})),
        EventKind::Reloaded { changed, hosts } => ("reloaded", json!({"changed": changed, "hosts": hosts})),
        EventKind::ReloadRefused { changed, text } => ("reload-refused", json!({"changed": changed, "text": text})),
        EventKind::Stopping { why } => ("stopping", json!({"why": why})),
        EventKind::Stopped => ("stopped", json!({})),
    }
}

fn transfer(t: &Transfer) -> Value {
    let (payload, role) = match &t.payload {
        Payload::Nbp => ("nbp", None),
        Payload::Stage1 => ("stage1", None),
        Payload::Load { role } => ("load", Some(role)),
        Payload::Answer => ("answer", None),
        Payload::Plain => ("plain", None),
    };
    json!({
        "transfer": t.id, "protocol": t.protocol.as_str(), "peer": t.peer.to_string(),
        "mac": t.mac.map(|m| m.to_string()), "boot": t.boot.as_ref().map(ToString::to_string),
        "payload": payload, "role": role, "name": t.name, "bytes": t.bytes, "whole": t.whole,
    })
}

fn script(s: &ScriptSent) -> Value {
    json!({
        "boot": s.boot.to_string(), "peer": s.peer.to_string(), "machine": s.machine.as_ref().map(ToString::to_string),
        "label": s.label, "serial": s.serial, "mac": s.mac.map(|m| m.to_string()), "profile": s.profile,
        "installs": s.installs, "action": action(s.action), "why": s.why, "bytes": s.bytes,
    })
}

fn with(mut object: Value, key: &str, value: Value) -> Value {
    object[key] = value;
    object
}
