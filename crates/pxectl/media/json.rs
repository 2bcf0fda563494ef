//! What is in an image as JSON: `"schema": "pxectl.media/1"`, documented in docs/media.md. Fields are only ever added.

use pxectl_media::{BootEntry, Found, Judged, Kind, Part, Udf, Volume};
use serde_json::{Value, json};

use super::{emulation, kind, moment, names, revision};

/// The version of the shape.
pub const SCHEMA: &str = "pxectl.media/1";

/// What `media ls` found.
pub fn listing(volume: &Volume, found: &[Found]) -> Value {
    json!({"schema": SCHEMA, "names": names(volume.names), "udf": volume.udf != Udf::None, "entries": found.iter().map(entry).collect::<Vec<_>>()})
}

/// What `media ls` found in an image of a WIM.
pub fn wim_listing(image: u32, found: &[Found]) -> Value {
    let entries: Vec<_> = found.iter().map(entry).collect();
    json!({"schema": SCHEMA, "names": "wim", "udf": false, "image": image, "entries": entries})
}

fn entry(found: &Found) -> Value {
    let entry = &found.entry;
    let mut parts: &[_] = &[];
    let (mut target, mut flaw) = (None, None);
    match &entry.kind {
        Kind::File { parts: at, flaw: why, .. } => (parts, flaw) = (at, *why),
        Kind::Link(to) => target = Some(String::from_utf8_lossy(to).into_owned()),
        _ => {}
    }
    json!({
        "path": found.shown(), "kind": kind(&entry.kind), "size": entry.kind.size(), "mode": entry.mode.map(|mode| format!("{mode:04o}")),
        "modified": entry.modified.as_ref().map(moment), "target": target, "flaw": flaw,
        "extents": parts.iter().map(extent).collect::<Vec<_>>(),
    })
}

/// A hole lies nowhere.
fn extent(part: &Part) -> Value {
    match part {
        Part::Bytes(extent) => json!({"offset": extent.offset, "len": extent.len}),
        Part::Zeros(len) => json!({"offset": null, "len": len}),
    }
}

/// What `media info` tells.
pub fn info(volume: &Volume, boot: &[BootEntry], judged: &Judged) -> Value {
    let entry = |entry: &BootEntry| {
        json!({
            "platform": entry.platform.to_string(), "bootable": entry.bootable, "emulation": emulation(entry.emulation),
            "offset": entry.offset, "sectors": entry.sectors,
        })
    };
    let flaw = if let Udf::Unread(why) = &volume.udf { Some(why) } else { None };
    json!({
        "schema": SCHEMA, "format": "iso", "problems": judged.problems, "notes": judged.notes, "label": volume.label, "names": names(volume.names), "udf": volume.udf != Udf::None,
        "udf_revision": revision(&volume.udf), "udf_flaw": flaw, "volume_size": volume.size,
        "file_size": volume.image, "whole": volume.image >= volume.size, "boot": boot.iter().map(entry).collect::<Vec<_>>(),
    })
}
