//! Any datagram at the TFTP port. The twin: `crates/netboot/src/tftp/fuzz.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|datagram: &[u8]| pxectl_netboot::tftp::fuzz_request(datagram));
