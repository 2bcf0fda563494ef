//! The lock file as text. One artifact is one block and blocks are sorted, so that git merges what two people fetched.

use std::fmt::Write as _;

use pxectl_model::lock::{Built, Lockfile, Version};
use pxectl_model::source::FileId;

use crate::findings::Findings;
use crate::tree::{self, Budget};
use crate::{limits, lower, text};

const HEAD: &str = "\
# What each artifact was when it was fetched. `pxectl fetch` writes this file: keep it in git. In a conflict keep the blocks of both
# sides, of an artifact that both have either one, and fetch again.
pxectl_lock: 1
";

/// What a lock file says; none where anything is wrong with it, which [`crate::read()`] tells with its place.
pub fn read(bytes: &[u8]) -> Option<Lockfile> {
    let decoded = text::decode(FileId(0), bytes);
    let (mut findings, mut budget) = (Findings::default(), Budget { events: limits::EVENTS });
    let readable = decoded.readable && decoded.findings.is_empty() && bytes.len() <= limits::TEXT;
    let root = readable.then(|| tree::parse(FileId(0), &decoded.text, &mut budget, &mut findings)).flatten()?.root;
    let lock = lower::lock(FileId(0), &root, &mut findings);
    (findings.errors() == 0).then_some(lock)
}

fn recipe(text: &mut String, built: &Built) {
    let Built { target, source, commit, with, script, trust, compiler } = built;
    let ca = trust.map(|digest| digest.to_string());
    let with = (!with.is_empty()).then(|| with.join(", "));
    let lines = [
        ("target", Some(target.clone())),
        ("source", Some(source.to_string())),
        ("commit", commit.clone()),
        ("with", with),
        ("script", Some(script.to_string())),
        ("ca", ca),
        ("compiler", Some(compiler.clone())),
    ];
    text.push_str("    built:\n");
    for (key, value) in lines {
        let _ = value.map(|value| writeln!(text, "      {key}: \"{value}\""));
    }
}

/// The text of a lock file: reading it gives the same lock file again.
pub fn write(lock: &Lockfile) -> String {
    let mut text = HEAD.to_owned();
    if !lock.artifacts.is_empty() {
        text.push_str("artifacts:\n");
    }
    for (name, locked) in &lock.artifacts {
        // Names are letters, digits, `.`, `_` and `-`, and URLs printable ASCII without quotes and backslashes; in quotes
        // none of them is a number, a date or a word of YAML to anybody.
        let _ = writeln!(text, "  \"{name}\":");
        if let Some(url) = &locked.url {
            let _ = writeln!(text, "    url: \"{url}\"");
        }
        if let Some(member) = &locked.member {
            let _ = writeln!(text, "    member: \"{member}\"");
        }
        let _ = writeln!(text, "    size: {}", locked.size);
        let _ = writeln!(text, "    sha256: \"{}\"", locked.sha256);
        if let Some(sha512) = &locked.sha512 {
            let _ = writeln!(text, "    sha512: \"{sha512}\"");
        }
        let _ = writeln!(text, "    trust: {}", locked.trust.as_str());
        if let Some(key) = &locked.key {
            let _ = writeln!(text, "    key: \"{key}\"");
        }
        for (key, value) in [("etag", &locked.version.etag), ("modified", &locked.version.modified)] {
            if let Some(value) = value.as_ref().filter(|value| Version::is_plain(value)) {
                let _ = writeln!(text, "    {key}: \"{value}\"");
            }
        }
        let _ = writeln!(text, "    fetched: \"{}\"", locked.fetched);
        if let Some(built) = &locked.built {
            recipe(&mut text, built);
        }
    }
    text
}
