//! Keys and signatures of any bytes: nothing panics, and only what was signed is good. The plain twin of the fuzz target `openpgp`.

use proptest::prelude::*;
use pxectl_model::utc::Utc;

use super::super::clearsign;
use super::super::openpgp::{judge_keys, verify};

const KEY: &[u8] = include_bytes!("seeds/key.gpg");
const ARMORED: &[u8] = include_bytes!("seeds/key.asc");
const SUMS: &[u8] = include_bytes!("seeds/SHA256SUMS");
const PRIMARY: &[u8] = include_bytes!("seeds/primary.sig");
const SUBKEY: &[u8] = include_bytes!("seeds/subkey.asc");
const CLEAR: &[u8] = include_bytes!("seeds/clearsigned.asc");
const PINNED: &str = "0F879070408900AF8EE61BFFCBB300DB64374DF8";

fn good(keys: &[u8], signatures: &[u8], data: &[u8]) -> bool {
    verify(keys, &PINNED.parse().unwrap(), signatures, data, Utc::of(1_800_000_000)).is_ok()
}

#[test]
fn the_seeds_are_good() {
    for keys in [KEY, ARMORED] {
        assert!(good(keys, PRIMARY, SUMS) && good(keys, SUBKEY, SUMS));
        let taken = clearsign::split(CLEAR).unwrap().unwrap();
        assert!(good(keys, taken.signature, &taken.signed));
    }
}

/// One of the seeds with a few bytes changed, cut, or put in.
fn bent(seed: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6);
    changes.prop_map(move |changes| {
        let mut bytes = seed.to_vec();
        for (at, byte, kind) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.truncate(at),
                _ => bytes.insert(at, byte),
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn bent_data_is_never_good(data in bent(SUMS)) {
        prop_assert_eq!(good(KEY, PRIMARY, &data), data == SUMS);
        prop_assert_eq!(good(KEY, SUBKEY, &data), data == SUMS);
    }

    #[test]
    fn bent_signatures_are_good_for_nothing_else(signature in prop_oneof![bent(PRIMARY), bent(SUBKEY)]) {
        let _ = good(KEY, &signature, SUMS);
        prop_assert!(!good(KEY, &signature, b"other"));
    }

    #[test]
    fn bent_keys_vouch_for_nothing_else(keys in prop_oneof![bent(KEY), bent(ARMORED)]) {
        let _ = judge_keys(&keys, &PINNED.parse().unwrap());
        prop_assert!(!good(&keys, PRIMARY, b"other") && !good(&keys, SUBKEY, b"other"));
    }

    #[test]
    fn any_bytes(keys in proptest::collection::vec(any::<u8>(), 0..200), signature in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(!good(&keys, &signature, SUMS) && !good(KEY, &signature, SUMS) && !good(&keys, PRIMARY, SUMS));
    }
}
