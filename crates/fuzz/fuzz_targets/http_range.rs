//! Any Range and If-Range against a file of any length. The twin: `crates/netboot/src/http/fuzz.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|headers: &[u8]| pxectl_netboot::http::fuzz_range(headers));
