//! Any bytes as a checksum file, of whichever format: what is found is what is listed, and of a clearsigned text only the inside.
#![no_main]

use pxectl_store::evidence::{Fault, clearsign, read};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(Some(taken)) = clearsign::split(bytes) {
        assert!(taken.signed.len() <= bytes.len() * 2 && taken.signature.len() <= bytes.len());
    }
    let Ok(listing) = read(bytes) else { return };
    assert!(!listing.is_empty());
    for (name, entry) in listing.entries().take(50) {
        match listing.named(name) {
            Ok(found) => assert_eq!(found, *entry),
            Err(fault) => assert!(matches!(fault, Fault::Weak { .. }), "{fault}"),
        }
        let _ = listing.of_path(&format!("mirror/{name}"));
    }
});
