//! Any HTTP request target, and any query of `/boot`. The twin: `crates/netboot/src/http/fuzz.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|target: &[u8]| pxectl_netboot::http::fuzz_target(target));
