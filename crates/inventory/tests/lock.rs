//! The lock file: what is written is read again, what is broken is told at its place, and no bytes are too much.
// A test may stop at what it did not expect.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::{LAB, input, lines, recipes};
use proptest::prelude::*;
use pxectl_inventory::{File, LockInput, Reading, lock, read};
use pxectl_model::artifact::ArtifactPlace;
use pxectl_model::digest::{Sha256, Sha512};
use pxectl_model::fingerprint::Fingerprint;
use pxectl_model::lock::{Locked, Lockfile, Trust, Version};
use pxectl_model::utc::Utc;

fn with_lock(inventory: &str, lock: impl Into<Vec<u8>>) -> Reading {
    let mut input = input(inventory);
    input.lock = LockInput::Found(File { name: "pxectl.lock".to_owned(), bytes: lock.into() });
    read(&input, &recipes())
}

fn locked() -> impl Strategy<Value = Locked> {
    let url = proptest::option::of(
        "(https://|http://|file:///)[a-z0-9]{1,9}(/[-a-zA-Z0-9._~!$&'()*+,;=:@]{1,9}){0,3}(%[0-9A-F][1-9])?",
    );
    let parts = (
        url,
        any::<u64>(),
        any::<[u8; 32]>(),
        proptest::option::of(any::<[u8; 32]>()),
        // One that was built needs the recipe of that.
        prop::sample::select(Trust::ALL.into_iter().filter(|trust| *trust != Trust::Built).collect::<Vec<_>>()),
        any::<u64>(),
        version(),
    );
    parts.prop_map(|(url, size, sha256, wide, trust, seconds, version)| Locked {
        url: url.and_then(|url| url.parse().ok()),
        size,
        sha256: Sha256(sha256),
        sha512: wide.map(|half| Sha512(std::array::from_fn(|n| half[n % 32]))),
        trust,
        key: (trust == Trust::Signed).then_some(Fingerprint::V4(std::array::from_fn(|n| sha256[n]))),
        version,
        member: None,
        built: None,
        fetched: Utc::of(seconds),
    })
}

fn version() -> impl Strategy<Value = Version> {
    let text = || proptest::option::of("[ -~]{0,12}");
    (text(), text())
        .prop_map(|(etag, modified)| Version::of(etag.map(|etag| format!("\"{etag}\"")).as_deref(), modified.as_deref()))
}

/// Names that mean something to YAML, and any others.
fn names() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9][a-zA-Z0-9._-]{0,20}", "null|true|no|on|y|1e5|0x1F|0777|1.0|2026-11-24|~?n"]
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(entries in proptest::collection::btree_map(names(), locked(), 0..8)) {
        let artifacts: BTreeMap<_, _> = entries.into_iter().filter_map(|(name, locked)| Some((name.parse().ok()?, locked))).collect();
        let lock = Lockfile { artifacts };
        let text = lock::write(&lock);
        let reading = with_lock(LAB, text.clone());
        let read = reading.draft.lock.read().map(|(_, lock)| lock.clone());
        prop_assert_eq!(read.as_ref(), Some(&lock), "{}\n{}", text, lines(&reading));
        prop_assert_eq!(lock::read(text.as_bytes()), Some(lock));
    }

    #[test]
    fn any_bytes_are_a_reading(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let reading = with_lock(LAB, bytes.clone());
        let alone = lock::read(&bytes);
        prop_assert_eq!(alone.as_ref(), reading.draft.lock.read().map(|(_, lock)| lock));
        prop_assert!(reading.diagnostics.iter().all(|finding| reading.locate(&finding.at).is_some()));
        prop_assert_eq!(reading.has_errors(), reading.inventory.is_none());
    }

    #[test]
    fn half_a_lock_file_is_told(cut in 0_usize..400) {
        let text = lock::write(&Lockfile { artifacts: BTreeMap::from([("linux".parse().unwrap(), sample())]) });
        let cut = cut.min(text.len() - 1);
        let reading = with_lock(LAB, &text[..cut]);
        let whole = reading.draft.lock.read().is_some_and(|(_, lock)| lock.artifacts.values().eq([&sample()]));
        // Without its last quote or newline it may still say all.
        prop_assert!(reading.has_errors() || whole || !text[..cut].contains("artifacts:\n"), "{}", &text[..cut]);
    }
}

fn sample() -> Locked {
    Locked {
        url: Some("https://mirror.example.net/linux".parse().unwrap()),
        size: 8_224_704,
        sha256: Sha256([0x9f; 32]),
        sha512: None,
        trust: Trust::Inventory,
        key: None,
        version: Version::default(),
        member: None,
        built: None,
        fetched: Utc::of(1_795_486_500),
    }
}

#[test]
fn the_text() {
    let lock = Lockfile { artifacts: BTreeMap::from([("linux".parse().unwrap(), sample())]) };
    let expected = format!(
        "pxectl_lock: 1\nartifacts:\n  \"linux\":\n    url: \"https://mirror.example.net/linux\"\n    size: 8224704\n    \
         sha256: \"{}\"\n    trust: inventory\n    fetched: \"2026-11-24T02:15:00Z\"\n",
        "9f".repeat(32)
    );
    let text = lock::write(&lock);
    let body: String = text.split_inclusive('\n').filter(|line| !line.starts_with('#')).collect();
    assert_eq!(body, expected);
}

#[test]
fn what_is_broken_is_told_at_its_place() {
    let text = format!(
        "pxectl_lock: 2\nartifacts:\n  a: {{url: \"ftp://x/\", size: -1, sha256: {}, trust: me, fetched: yesterday, mtime: 1}}\n  b: {{}}\n",
        "9".repeat(63)
    );
    let found = lines(&with_lock(LAB, text));
    let ids: Vec<_> = found.lines().filter(|line| line.starts_with("pxectl.lock:")).collect();
    assert_eq!(ids.len(), 11, "{found}");
    assert!(
        found.contains("pxectl.lock:1:14: error[version]: this program reads version 1 of the lock file, not `2`"),
        "{found}"
    );
    assert!(found.contains("error[unknown-key]: an entry of the lock file has no key `mtime`"), "{found}");
    assert!(found.contains("`ftp://x/` does not fit: a URL begins with https://, http:// or file:///"), "{found}");
    assert!(found.contains("pxectl.lock:4:6: error[missing-key]: this entry has no `size`"), "{found}");
}

#[test]
fn nothing_is_said_of_what_may_be_missing_in_a_broken_lock_file() {
    let inventory = format!("{LAB}artifacts:\n  a: {{url: \"https://mirror.example.net/a\", sha256: \"{}\"}}\n", "9f".repeat(32));
    for lock in ["", "pxectl_lock: 1\nartifacts: []\n", "\u{feff}pxectl_lock: 1\n", "hello\n", "pxectl_lock: 1\n---\n", "{"] {
        let reading = with_lock(&inventory, lock);
        let found = lines(&reading);
        assert!(reading.inventory.is_none() && found.starts_with("pxectl.lock:"), "{lock:?}: {found}");
        assert!(!found.contains("not-locked"), "{found}");
    }
}

#[test]
fn the_lock_file_pins_what_the_inventory_does_not() {
    let inventory =
        format!("{LAB}artifacts:\n  linux: {{url: [\"https://other.example.net/l\", \"https://mirror.example.net/linux\"]}}\n");
    let reading =
        with_lock(&inventory, lock::write(&Lockfile { artifacts: BTreeMap::from([("linux".parse().unwrap(), sample())]) }));
    let artifact = &reading.inventory.as_ref().unwrap().parts().artifacts["linux"];
    assert_eq!(artifact.sha256.as_ref().unwrap().value, Sha256([0x9f; 32]));
    assert_eq!(artifact.size, Some(8_224_704));
    assert!(matches!(&artifact.place, ArtifactPlace::Urls(urls) if urls.len() == 2));
    assert!(artifact.place.path().is_none());
    // The finding's change points at the entry of the inventory, and its text is YAML.
    let fix = reading.diagnostics.iter().find_map(|finding| finding.fix.clone()).unwrap();
    let pxectl_model::diag::Change::Add { to, key, text } = fix.change else { panic!() };
    assert_eq!((to.to_string().as_str(), key.as_str(), fix.safe), ("artifacts.linux", "sha256", true));
    assert_eq!(text, format!("\"{}\"", "9f".repeat(32)));
}

#[test]
fn a_thousand_artifacts_of_a_bomb_cost_little() {
    let laughs: String = (1..30).map(|n| format!("  v{n}: &v{n} [*v{0}, *v{0}, *v{0}, *v{0}]\n", n - 1)).collect();
    let found = lines(&with_lock(LAB, format!("pxectl_lock: 1\nartifacts:\n  v0: &v0 [x, x]\n{laughs}")));
    assert!(found.contains("error[too-large]"), "{found}");
    let found = lines(&with_lock(LAB, "[".repeat(100_000)));
    assert!(found.contains("error[too-large]"), "{found}");
}
