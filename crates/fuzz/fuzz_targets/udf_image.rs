//! Any bytes as a UDF: the seals (checksum and CRC of each tag) are made right first, or nothing behind them would be reached.
#![no_main]

use std::io::Cursor;

use pxectl_media::{Image, Kind, Walk};

fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc: u16, byte| {
        (0..8).rev().fold(crc, |crc, bit| (crc << 1) ^ (((crc >> 15) ^ u16::from((byte >> bit) & 1)) * 0x1021))
    })
}

fn seal(bytes: &mut [u8], at: usize) {
    let len = usize::from(u16::from_le_bytes([bytes[at + 10], bytes[at + 11]]));
    if let Some(body) = bytes.get(at + 16..at + 16 + len) {
        let crc = crc(body);
        bytes[at + 8..at + 10].copy_from_slice(&crc.to_le_bytes());
    }
    bytes[at + 4] = 0;
    bytes[at + 4] = bytes[at..at + 16].iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte));
}

libfuzzer_sys::fuzz_target!(|image: &[u8]| {
    let mut image = image.to_vec();
    for at in (0..image.len().saturating_sub(16)).step_by(4) {
        // A name in a folder may stand anywhere, the others begin blocks.
        if image[at..].starts_with(&[1, 1]) || (at % 512 == 0 && image[at + 1] <= 1) {
            seal(&mut image, at);
        }
    }
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
