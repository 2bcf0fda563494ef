//! Any bytes as a WIM.
#![no_main]

use std::io::Cursor;

use pxectl_media::{Depth, Wim, judge};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = judge("a.wim", Depth::Full, Cursor::new(bytes));
    let Ok(mut wim) = Wim::open(Cursor::new(bytes)) else { return };
    assert_eq!(wim.images().len(), wim.header().images as usize);
    let _ = (wim.missing(), wim.sums(true));
});
