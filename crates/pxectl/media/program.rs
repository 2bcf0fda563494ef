//! Boot programs as people and programs see them; the JSON is `"schema": "pxectl.ipxe/1"`, documented in docs/media.md.

use std::fmt::Write as _;

use pxectl_inventory::findings::whole;
use pxectl_media::{Binary, Judged, Nbp};
use serde_json::{Value, json};

use crate::show::size::size;

/// The version of the shape.
const SCHEMA: &str = "pxectl.ipxe/1";

/// Lines: what is known, and what is wrong.
pub fn human(judged: &Judged, binary: Option<&Binary>) -> String {
    let mut text = String::new();
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(text, "{key:<9} {}", whole(value));
    };
    line("what", &judged.title);
    if let Some(binary) = binary {
        line("size", &format!("{} bytes ({})", binary.size, size(binary.size)));
        let known = binary.is_known();
        let firmware = binary.firmware();
        if known {
            line("firmware", &if firmware.is_empty() { "-".to_owned() } else { firmware.join(", ") });
        }
        if let Some(version) = version(binary) {
            line("version", &version);
        } else if let Some(Nbp::Ipxe(_)) = binary.nbp {
            line("version", "not readable: builds for BIOS are compressed");
        }
        if let Some(ipxe) = &binary.ipxe {
            line("features", &ipxe.features.join(", "));
        }
        if let Some(pe) = &binary.pe {
            line("signed", if pe.signed { "yes (not verified)" } else { "no" });
            for signer in &pe.signers {
                line("signer", &format!("{}, certified by {}", signer.name, signer.issuer));
            }
            if let Some(name) = &pe.built_as {
                line("built as", name);
            }
        } else if known {
            line("signed", "no: programs for BIOS never are");
        }
    }
    judged.problems.iter().for_each(|problem| line("PROBLEM", problem));
    text
}

fn version(binary: &Binary) -> Option<String> {
    let ipxe = binary.ipxe.as_ref().map(|ipxe| ipxe.version.clone());
    ipxe.or_else(|| binary.kernel.as_ref().and_then(|kernel| kernel.version.clone()))
}

/// One object.
pub fn json(judged: &Judged, binary: Option<&Binary>) -> Value {
    let pe = binary.and_then(|binary| binary.pe.as_ref());
    let ipxe = binary.and_then(|binary| binary.ipxe.as_ref());
    let kernel = binary.and_then(|binary| binary.kernel.as_ref());
    json!({
        "schema": SCHEMA, "kind": judged.format, "title": judged.title,
        "size": binary.map(|binary| binary.size), "firmware": binary.map(Binary::firmware).unwrap_or_default(),
        "version": binary.and_then(version), "wimboot": binary.is_some_and(|binary| binary.wimboot),
        "ipxe": ipxe.map(|ipxe| json!({"version": ipxe.version, "features": ipxe.features})),
        "pe": pe.map(|pe| json!({
            "machine": pe.machine.0, "architecture": pe.machine.as_str(), "subsystem": pe.subsystem, "signed": pe.signed,
            "signers": pe.signers.iter().map(|signer| json!({"name": signer.name, "issuer": signer.issuer})).collect::<Vec<_>>(),
            "built_as": pe.built_as,
        })),
        "kernel": kernel.map(|kernel| json!({"protocol": format!("{}.{:02}", kernel.protocol.0, kernel.protocol.1), "version": kernel.version})),
        "problems": judged.problems,
    })
}
