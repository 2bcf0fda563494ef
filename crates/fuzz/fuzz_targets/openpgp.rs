//! Any bytes as keys and as signatures, armored and not: nothing panics, and nothing but the file that was signed is good.
#![no_main]

use pxectl_model::utc::Utc;
use pxectl_store::evidence::openpgp::verify;

const KEY: &[u8] = include_bytes!("../../store/src/evidence/tests/seeds/key.gpg");
const SIGNATURE: &[u8] = include_bytes!("../../store/src/evidence/tests/seeds/primary.sig");
const PINNED: &str = "0F879070408900AF8EE61BFFCBB300DB64374DF8";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(pinned) = PINNED.parse() else { return };
    let now = Utc::of(1_800_000_000);
    for (keys, signatures) in [(bytes, SIGNATURE), (KEY, bytes), (bytes, bytes)] {
        assert!(verify(keys, &pinned, signatures, b"nobody signed this", now).is_err());
    }
});
