//! Any text: what is taken for ordinary YAML is what the real readers read. The twin: `crates/inventory/src/tree/ordinary/tests.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pxectl_inventory::fuzz_readers(bytes));
