//! Any bytes as an inventory: findings or a sound inventory, never a panic.
#![no_main]

use std::collections::BTreeMap;
use std::path::PathBuf;

use pxectl_inventory::{File, Input, LockInput, includes, read};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = includes(bytes);
    let main = File { name: "inventory.yaml".to_owned(), bytes: bytes.to_vec() };
    let input = Input { main, folder: PathBuf::from("/lab"), included: Vec::new(), lock: LockInput::Missing };
    let reading = read(&input, &BTreeMap::new());
    let errors = reading.diagnostics.iter().any(|found| found.severity == pxectl_model::diag::Severity::Error);
    assert!(errors || reading.inventory.is_some(), "what has no error is an inventory");
});
