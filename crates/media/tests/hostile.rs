//! Images that lie.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::disallowed_methods, clippy::disallowed_types, missing_docs)]

mod support;

use std::io::{Cursor, Read, Seek, SeekFrom};

use proptest::prelude::*;
use pxectl_media::{Error, Image, Kind, Names, Platform, Walk, limits};
use support::{SECTOR, bytes, everything, explore, image, own, record, sample, susp};

fn open(bytes: Vec<u8>) -> Image<Cursor<Vec<u8>>> {
    Image::open(Cursor::new(bytes)).unwrap()
}

fn walked(bytes: Vec<u8>) -> Result<usize, Error> {
    let mut iso = open(bytes);
    let root = iso.root();
    let mut walk = Walk::new(&mut iso, &root)?;
    let mut n = 0;
    while walk.step(&mut iso)?.is_some() {
        n += 1;
    }
    Ok(n)
}

#[test]
fn the_sample_is_read_whole() {
    let mut iso = open(sample());
    assert_eq!((iso.volume().names, iso.volume().label.as_str(), iso.volume().size), (Names::RockRidge, "LABEL", 24 * 2048));
    let all = everything(&mut iso);
    assert_eq!(all.keys().map(String::as_str).collect::<Vec<_>>(), ["a", "a/continued", "file.txt", "link"]);
    let file = iso.find(b"/link/a/../link/./file.txt").unwrap();
    assert_eq!((file.shown().as_str(), iso.extents(&file).unwrap().len()), ("file.txt", 2));
    assert_eq!(bytes(&mut iso, &file)[2040..], *b"xxxxxxxx\x01\0\0\0\0");
    let at = file.entry.modified.unwrap();
    assert_eq!((at.year, at.month, at.day, at.hour, at.minute, at.ahead), (2024, 2, 29, 12, 30, 60));
    let boot = iso.boot().unwrap();
    assert_eq!((boot.len(), boot[0].platform, boot[0].bootable, boot[0].offset), (1, Platform::Bios, true, 21 * 2048));
    assert!(matches!(iso.find(b"file.txt/x"), Err(Error::NotFolder(_))));
    assert!(matches!(iso.find(b"FILE.TXT"), Err(Error::Missing(_))), "Rock Ridge minds the case");
}

#[test]
fn a_file_in_parts_is_sought_in() {
    let mut iso = open(sample());
    let file = iso.find(b"file.txt").unwrap();
    let whole = bytes(&mut iso, &file);
    let mut contents = iso.contents(&file).unwrap();
    assert_eq!((contents.size(), whole.len()), (2053, 2053));
    for from in [0, 2050, 1, 2047, 2048, 2053, 9000, 2052] {
        assert_eq!(contents.seek(SeekFrom::Start(from)).unwrap(), from.min(2053));
        let mut rest = Vec::new();
        contents.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, whole[from.min(2053) as usize..], "from byte {from}");
    }
    assert_eq!((contents.seek(SeekFrom::End(-3)).unwrap(), contents.seek(SeekFrom::Current(-1)).unwrap()), (2050, 2049));
    assert!(contents.seek(SeekFrom::End(-2054)).is_err() && contents.seek(SeekFrom::Current(-2050)).is_err());
}

#[test]
fn folders_inside_themselves_end() {
    let loops = image(&[record(b"A", 20, 2048, 2, b"")], &[record(b"B", 19, 2048, 2, b"")]);
    assert!(matches!(walked(loops), Err(Error::Damaged(_))));
    let deep = image(&[record(b"A", 20, 2048, 2, b"")], &[record(b"B", 20, 2048, 2, b"")]);
    let mut iso = open(deep);
    assert!(matches!(iso.find("a/".to_owned().as_bytes()).map(|f| f.path.len()), Ok(1)));
    assert!(matches!(iso.find(format!("a{}", "/b".repeat(limits::DEPTH_MOST)).as_bytes()), Err(Error::TooMuch(_))));
}

#[test]
fn symlinks_that_lead_to_each_other_end() {
    let link =
        |name: &[u8], to: &[u8]| record(name, 0, 0, 0, &susp(b"SL", &[&[0, 0, u8::try_from(to.len()).unwrap()], to].concat()));
    let mut iso = open(image(&[own(), link(b"A", b"b"), link(b"B", b"a")], &[]));
    assert!(matches!(iso.find(b"a"), Err(Error::Links(_))));
}

#[test]
fn what_lies_beyond_the_end_is_said() {
    let far =
        [record(b"A.;1", u32::MAX, u32::MAX, 0, b""), record(b"B", u32::MAX, 4096, 2, b""), record(b"C", 20, u32::MAX, 2, b"")];
    let mut iso = open(image(&far, &[]));
    let a = iso.find(b"a").unwrap();
    assert!(matches!(iso.extents(&a), Err(Error::Beyond { .. })));
    for (path, told) in [("b/x", "was it downloaded whole?"), ("c/x", "more than 16 MiB")] {
        let error = iso.find(path.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    let cut = image(&[record(b"A.;1", 20, 10, 0x80, b""), record(b"B.;1", 20, 10, 0, b"")], &[]);
    let mut iso = open(cut);
    let a = iso.find(b"a").unwrap();
    assert!(matches!(iso.extents(&a), Err(Error::Unsupported("its last part is missing"))));
    let b = iso.find(b"b").unwrap();
    assert!(iso.extents(&b).is_ok());
}

#[test]
fn records_and_names_that_do_not_fit_are_told() {
    for root in [vec![33; 33], vec![250], [&[34; 32][..], &[9, b'A']].concat()] {
        let zeros = vec![0; SECTOR - 40];
        assert!(matches!(walked(image(&[zeros, root], &[])), Ok(0)), "a sector ends with its first empty record");
    }
    let past = record(b"A.;1", 20, 1, 0, &[0; 200]);
    let full: Vec<_> = std::iter::repeat_n(past, 8).chain([vec![200; 100]]).collect();
    assert!(matches!(walked(image(&full, &[])), Err(Error::Damaged(_))));
    assert!(matches!(Image::open(Cursor::new(vec![0; 100_000])), Err(Error::NotImage)));
    assert!(matches!(Image::open(Cursor::new(Vec::new())), Err(Error::NotImage)));
    let mut udf = vec![0; 100_000];
    udf[32768..32775].copy_from_slice(b"\0BEA01\x01");
    udf[34816..34823].copy_from_slice(b"\0NSR02\x01");
    assert!(matches!(Image::open(Cursor::new(udf)), Err(Error::Damaged(_))));
}

#[test]
fn a_boot_catalog_proves_itself() {
    let mut bytes = sample();
    bytes[23 * SECTOR + 5] ^= 1;
    assert!(matches!(open(bytes).boot(), Err(Error::Damaged(_))));
}

/// A small image that says it goes on for ever, and counts what is read of it.
struct Endless {
    head: Cursor<Vec<u8>>,
    read: u64,
}

impl Read for Endless {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        // Each sector behind the head is full of records of relocated folders in that very sector.
        let at = self.head.position();
        let pattern = record(b"A", 24, 2048, 0, &susp(b"CL", &[24, 0, 0, 0, 0, 0, 0, 24]));
        for (n, byte) in room.iter_mut().enumerate() {
            let at = at + n as u64;
            let known = usize::try_from(at).ok().and_then(|at| self.head.get_ref().get(at));
            let inside = at as usize % SECTOR;
            let whole = SECTOR / pattern.len() * pattern.len();
            *byte = known.copied().unwrap_or(if inside < whole { pattern[inside % pattern.len()] } else { 0 });
        }
        self.head.set_position(at + room.len() as u64);
        self.read += room.len() as u64;
        Ok(room.len())
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        match to {
            SeekFrom::End(_) => Ok(1 << 50),
            to => self.head.seek(to),
        }
    }
}

#[test]
fn reading_is_bounded_however_large_an_image_is() {
    let head = image(&[own(), record(b"D", 24, limits::FOLDER_MOST, 2, b"")], &[]);
    let mut iso = Image::open(Endless { head: Cursor::new(head), read: 0 }).unwrap();
    let error = iso.find(b"d/none").unwrap_err();
    assert!(matches!(error, Error::TooMuch(_)), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// The plain twin of the fuzz target `iso_image`.
    #[test]
    fn any_change_of_an_image_is_survived(changes in proptest::collection::vec((16 * SECTOR..24 * SECTOR, any::<u8>()), 0..24)) {
        let mut bytes = sample();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        explore(&bytes);
    }

    /// Changes where records are, so that most of them are heard.
    #[test]
    fn any_change_of_a_record_is_survived(
        changes in proptest::collection::vec((prop::sample::select(vec![16 * SECTOR + 156, 19 * SECTOR, 20 * SECTOR, 22 * SECTOR + 100, 23 * SECTOR]), 0..400_usize, any::<u8>()), 1..8)
    ) {
        let mut bytes = sample();
        for (from, at, byte) in changes {
            bytes[from + at] = byte;
        }
        explore(&bytes);
    }

    #[test]
    fn any_bytes_as_folders_are_survived(root in proptest::collection::vec(any::<u8>(), 0..SECTOR), more in proptest::collection::vec(any::<u8>(), 0..SECTOR), rock: bool) {
        let first = if rock { own() } else { Vec::new() };
        let room = SECTOR - first.len();
        explore(&image(&[first, root[..root.len().min(room)].to_vec()], &[more.clone(), more]));
    }

    #[test]
    fn an_image_cut_anywhere_is_survived(len in 0..24 * SECTOR) {
        let mut bytes = sample();
        bytes.truncate(len);
        explore(&bytes);
        if let Ok(iso) = Image::open(Cursor::new(bytes)) {
            prop_assert!(iso.volume().image < iso.volume().size);
            let folder = matches!(iso.root().entry.kind, Kind::Folder { .. });
            prop_assert!(folder);
        }
    }
}
