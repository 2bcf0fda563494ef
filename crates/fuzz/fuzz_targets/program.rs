//! Any bytes as a program that firmware starts, and as whatever else a name may promise.
#![no_main]

use std::io::Cursor;

use pxectl_media::{Binary, Depth, judge};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(binary) = Binary::read(Cursor::new(bytes)) {
        assert!(!binary.is_known() || !binary.title().is_empty());
        let _ = (binary.firmware(), binary.missing());
    }
    for name in ["a.efi", "a.kpxe", "a.iso", "a.wim", "vmlinuz"] {
        let _ = judge(name, Depth::Full, Cursor::new(bytes));
    }
});
