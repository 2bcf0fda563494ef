//! A small UDF with bytes of it changed: the seals (checksum and CRC of each tag) are made right after that, or nothing behind them would be reached.
//!
//! A change is five bytes: which tag, how far behind it (little endian), how many bytes of those that follow are put there, and whether seals stay broken.
#![no_main]

use std::io::Cursor;
use std::sync::LazyLock;

use pxectl_media::{Image, Kind, Walk};

#[path = "../../media/tests/support/udf.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod udf;

static SAMPLE: LazyLock<udf::Udf> = LazyLock::new(udf::sample);

/// The sample with changes; what is left of a change that is cut off does nothing.
fn changed(mut changes: &[u8]) -> Vec<u8> {
    let mut image = SAMPLE.bytes.clone();
    let mut sealed = true;
    while let [tag, low, high, len, seals, rest @ ..] = changes {
        let (bytes, others) = rest.split_at(rest.len().min(usize::from(*len)));
        let at = SAMPLE.tags[usize::from(*tag) % SAMPLE.tags.len()] + usize::from(u16::from_le_bytes([*low, *high])) % 4096;
        if let Some(there) = image.get_mut(at..at + bytes.len()) {
            there.copy_from_slice(bytes);
        }
        sealed &= *seals != 0xff;
        changes = others;
    }
    if sealed {
        // A folder in an entry lies under two seals: the inner one comes first.
        SAMPLE.tags.iter().rev().for_each(|tag| udf::seal(&mut image, *tag));
    }
    image
}

libfuzzer_sys::fuzz_target!(|changes: &[u8]| {
    let image = changed(changes);
    let Ok(mut opened) = Image::open(Cursor::new(&image)) else { return };
    let _ = opened.find(b"Sources/../link/boot.wim");
    let root = opened.root();
    let Ok(mut walk) = Walk::new(&mut opened, &root) else { return };
    while let Ok(Some(found)) = walk.step(&mut opened) {
        let Kind::File { parts, .. } = &found.entry.kind else { continue };
        if opened.contents(&found).is_ok() {
            assert_eq!(parts.iter().map(|part| part.len()).sum::<u64>(), found.entry.kind.size());
        }
        let Ok(extents) = opened.extents(&found) else { continue };
        assert!(extents.iter().all(|extent| extent.len > 0 && extent.offset + extent.len <= image.len() as u64), "{extents:?}");
    }
});
