//! Any bytes as an install image: every call ends within its bounds, and extents lie inside the image.
#![no_main]

use std::io::Cursor;

use pxectl_media::{Image, Walk};

libfuzzer_sys::fuzz_target!(|image: &[u8]| {
    let Ok(mut iso) = Image::open(Cursor::new(image)) else { return };
    let _ = iso.boot();
    let _ = iso.find(b"a/../b/link/file.txt");
    let root = iso.root();
    let Ok(mut walk) = Walk::new(&mut iso, &root) else { return };
    while let Ok(Some(found)) = walk.step(&mut iso) {
        let Ok(extents) = iso.extents(&found) else { continue };
        assert!(extents.iter().all(|extent| extent.len > 0 && extent.offset + extent.len <= image.len() as u64), "{extents:?}");
        assert_eq!(extents.iter().map(|extent| extent.len).sum::<u64>(), found.entry.kind.size());
    }
});
