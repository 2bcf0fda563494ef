//! Any bytes as a WIM.
#![no_main]

use std::io::Cursor;

use pxectl_media::{Depth, Wim, judge};
use pxectl_model::body::Extent;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = judge("a.wim", Depth::Full, Cursor::new(bytes));
    let Ok(mut wim) = Wim::open(Cursor::new(bytes)) else { return };
    assert_eq!(wim.images().len(), wim.header().images as usize);
    let _ = (wim.missing(), wim.sums(true));
    let len = bytes.len() as u64;
    for image in 1..=wim.header().images.min(3) {
        for part in wim.frame(image).unwrap_or_default() {
            assert!(part.len > 0 && part.offset + part.len <= len, "{part:?}");
            // Wherever it lies, a run that reaches the end has its chunks inside.
            let Ok(solid) = wim.solid(Extent { offset: part.offset, len: len - part.offset }) else { continue };
            assert!(solid.chunks(0, 1).is_none_or(|chunk| chunk.offset + chunk.len <= len));
        }
    }
});
