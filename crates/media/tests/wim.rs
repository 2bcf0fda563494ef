//! WIMs that wimlib-imagex makes, inside an ISO too; and any bytes.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::disallowed_methods, clippy::disallowed_types, missing_docs)]

mod support;

use std::fs::{self, File};
use std::io::Cursor;
use std::path::Path;

use proptest::prelude::*;
use pxectl_media::{Compression, Depth, Error, Image, Judged, Sums, Wim, judge};
use support::{have, output};

/// A WIM of a small tree; `append` adds a second image that boots.
fn made(folder: &Path, options: &[&str], append: bool) -> Vec<u8> {
    let tree = folder.join("tree");
    fs::create_dir_all(tree.join("Windows/System32")).unwrap();
    fs::write(tree.join("Windows/System32/setup.exe"), "MZ setup ".repeat(9000)).unwrap();
    let noise: Vec<u8> = (0..30_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    fs::write(tree.join("noise.bin"), noise).unwrap();
    let _ = fs::remove_file(folder.join("a.wim"));
    output("wimlib-imagex", &[&["capture", "tree", "a.wim", "Erstes & <Bild>", "für Tests"], options].concat(), folder);
    if append {
        output("wimlib-imagex", &["append", "tree", "a.wim", "Zweites", "--boot"], folder);
    }
    fs::read(folder.join("a.wim")).unwrap()
}

fn open(bytes: &[u8]) -> Result<Wim<Cursor<&[u8]>>, Error> {
    Wim::open(Cursor::new(bytes))
}

fn full(bytes: &[u8]) -> Judged {
    judge("a.wim", Depth::Full, Cursor::new(bytes)).unwrap()
}

#[test]
fn as_wimlib_tells() {
    if !have(&["wimlib-imagex"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (options, compression) in [
        (&["--compress=none"][..], Compression::None),
        (&["--compress=XPRESS"], Compression::Xpress),
        (&["--compress=LZX", "--check"], Compression::Lzx),
        (&["--compress=LZMS", "--solid", "--check"], Compression::Lzms),
        (&["--compress=LZX", "--pipable", "--check"], Compression::Lzx),
        (&["--compress=LZX", "--pipable"], Compression::Lzx),
    ] {
        let bytes = made(folder.path(), options, true);
        let mut wim = open(&bytes).unwrap();
        assert_eq!(
            (wim.header().compression, wim.header().pipable),
            (compression, options.contains(&"--pipable")),
            "{options:?}"
        );
        assert_eq!((wim.header().images, wim.header().boot_index, wim.header().parts), (2, 2, 1), "{options:?}");
        let names: Vec<_> =
            wim.images().iter().map(|image| (image.index, image.name.as_str(), image.description.as_str())).collect();
        assert_eq!(names, [(1, "Erstes & <Bild>", "für Tests"), (2, "Zweites", "")], "{options:?}");
        assert_eq!(wim.missing().unwrap(), None, "{options:?}");
        let summed = options.contains(&"--check");
        assert_eq!(wim.sums(true).unwrap(), if summed { Sums::Match } else { Sums::Absent }, "{options:?}");
        assert_eq!(full(&bytes).problems, Vec::<String>::new(), "{options:?}");
        let told = String::from_utf8(output("wimlib-imagex", &["info", "--header", "a.wim"], folder.path())).unwrap();
        assert!(told.contains("Boot Index                  = 2") && told.contains("Image Count                 = 2"), "{told}");

        // Any cut is told, wherever it is.
        for len in [bytes.len() - 1, bytes.len() - 100, bytes.len() / 2, 300, 208, 100] {
            assert!(!full(&bytes[..len]).problems.is_empty(), "{options:?} cut to {len}");
        }
        // A changed byte is seen where there is a table, and it lies before the table of contents ends.
        let mut changed = bytes.clone();
        changed[250] ^= 1;
        let problems = full(&changed).problems;
        assert_eq!(problems.iter().any(|problem| problem.contains("integrity table")), summed, "{options:?}: {problems:?}");
    }
}

#[test]
fn the_integrity_table_covers_neither_header_nor_xml() {
    if !have(&["wimlib-imagex"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = made(folder.path(), &["--compress=LZX", "--check"], false);
    let name: Vec<u8> = "Erstes".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let at = bytes.windows(name.len()).position(|window| window == name).unwrap();
    bytes[at] = b'X';
    bytes[0x18] ^= 0xff;
    let judged = full(&bytes);
    assert!(judged.problems.is_empty() && judged.facts.contains(&("integrity", "match".to_owned())), "{judged:?}");
    assert!(judged.notes.iter().any(|note| note.contains("neither its header nor")), "{judged:?}");
    assert_eq!(open(&bytes).unwrap().images()[0].name, "Xrstes & <Bild>");
}

#[test]
fn parts_of_a_set_are_said() {
    if !have(&["wimlib-imagex"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), &["--compress=none"], true);
    output("wimlib-imagex", &["split", "a.wim", "a.swm", "0.05", "--check"], folder.path());
    for (name, part) in [("a.swm", 1), ("a2.swm", 2), ("a3.swm", 3)] {
        let bytes = fs::read(folder.path().join(name)).unwrap();
        let mut wim = open(&bytes).unwrap();
        assert_eq!((wim.header().part, wim.header().parts), (part, 3), "{name}");
        assert_eq!((wim.missing().unwrap(), wim.sums(true).unwrap()), (None, Sums::Match), "{name}");
        let judged = judge(name, Depth::Full, Cursor::new(&bytes)).unwrap();
        assert!(judged.problems.is_empty() && judged.title.contains(&format!("part {part} of 3")), "{judged:?}");
    }
}

#[test]
fn a_wim_that_is_being_written_is_refused() {
    if !have(&["wimlib-imagex"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let whole = made(folder.path(), &["--compress=LZX"], false);
    let changed = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        bytes
    };
    assert!(matches!(open(&changed(0x10, 0xc2)), Err(Error::InProgress)));
    assert!(full(&changed(0x10, 0xc2)).problems[0].contains("still being written"));
    for (at, byte, told) in [
        (0x08, 209, "208"),
        (0x28, 0, "part"),
        (0x28, 9, "part"),
        (0x78, 9, "boots"),
        (0x2c, 3, "as many images"),
        (0x4f, 4, "compressed"),
    ] {
        let error = open(&changed(at, byte)).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    assert!(full(&changed(0x30, whole[0x30] + 1)).problems[0].contains("50 bytes"));
    assert!(full(&changed(0x33, 1)).problems[0].contains("it ends"), "{:?}", full(&changed(0x33, 1)));
    assert!(matches!(open(b"MZ"), Err(Error::NotWim)));
}

#[test]
fn a_wim_is_read_where_it_lies_in_an_iso() {
    if !have(&["wimlib-imagex", "genisoimage"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let bytes = made(folder.path(), &["--compress=LZX", "--check"], true);
    fs::create_dir_all(folder.path().join("iso/sources")).unwrap();
    fs::write(folder.path().join("iso/sources/boot.wim"), &bytes).unwrap();
    output("genisoimage", &["-quiet", "-udf", "-o", "a.iso", "iso"], folder.path());
    let mut image = Image::open(File::open(folder.path().join("a.iso")).unwrap()).unwrap();
    let found = image.find(b"SOURCES/BOOT.WIM").unwrap();
    let mut wim = Wim::open(image.contents(&found).unwrap()).unwrap();
    assert_eq!((wim.header().images, wim.size(), wim.sums(true).unwrap()), (2, bytes.len() as u64, Sums::Match));
}

/// A WIM by hand: no contents, an XML of one image, an integrity table over an empty table of contents.
fn small() -> Vec<u8> {
    let xml: Vec<u8> =
        "\u{feff}<WIM><IMAGE INDEX=\"1\"><NAME>a</NAME></IMAGE></WIM>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut row = [0_u8; 50];
    row[7] = 2;
    row[24] = 1;
    let mut bytes = vec![0; 208];
    let mut put = |at: usize, what: &[u8]| bytes[at..at + what.len()].copy_from_slice(what);
    let resource = |len: usize, offset: usize| {
        [(len as u64).to_le_bytes(), (offset as u64).to_le_bytes(), (len as u64).to_le_bytes()].concat()
    };
    put(0, b"MSWIM\0\0\0");
    put(8, &[208, 0, 0, 0, 0, 0x0d, 1, 0]);
    put(0x28, &[1, 0, 1, 0, 1]);
    put(0x30, &resource(50, 208));
    put(0x48, &resource(xml.len(), 258));
    put(0x78, &[1]);
    put(0x7c, &resource(32, 258 + xml.len()));
    bytes.extend(row);
    bytes.extend(xml);
    bytes.extend([32, 0, 0, 0, 1, 0, 0, 0, 0, 16, 0, 0]);
    bytes.extend([0; 20]);
    bytes
}

#[test]
fn the_small_one_is_sound_but_for_its_sum() {
    let bytes = small();
    let mut wim = open(&bytes).unwrap();
    assert_eq!((wim.missing().unwrap(), wim.sums(true).unwrap()), (None, Sums::Differ { wrong: 1, of: 1 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// The plain twin of the fuzz target `wim`.
    #[test]
    fn any_change_of_a_wim_is_survived(changes in proptest::collection::vec((0..420_usize, any::<u8>()), 0..12), cut in prop::option::of(0..420_usize)) {
        let mut bytes = small();
        for (at, byte) in changes {
            if let Some(there) = bytes.get_mut(at) {
                *there = byte;
            }
        }
        bytes.truncate(cut.unwrap_or(bytes.len()));
        full(&bytes);
        if let Ok(mut wim) = open(&bytes) {
            let _ = (wim.missing(), wim.sums(true));
        }
    }

    #[test]
    fn any_text_as_xml_is_survived(xml in "(<[A-Z/!?&;' =\"]{0,6}>?|[ -~]{0,4}|<IMAGE INDEX=\"1\">|</IMAGE>|<WIM>|</WIM>){0,12}") {
        let mut bytes = small();
        let xml: Vec<u8> = xml.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let len = (xml.len() as u64).to_le_bytes();
        bytes.truncate(258);
        bytes.extend(&xml);
        bytes[0x48..0x50].copy_from_slice(&len);
        bytes[0x58..0x60].copy_from_slice(&len);
        bytes[0x7c..0x7f].fill(0);
        full(&bytes);
    }
}

/// The chunks of what is compressed as one are where wimlib put them.
#[test]
fn chunks_of_a_solid_wim() {
    if !have(&["wimlib-imagex"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let bytes = made(folder.path(), &["--solid", "--solid-chunk-size=32768", "--solid-compress=LZMS"], false);
    let listed = output("wimlib-imagex", &["dir", "a.wim", "1", "--detailed", "--path=/noise.bin"], folder.path());
    let listed = String::from_utf8(listed).unwrap();
    let run = listed.lines().find_map(|line| line.strip_prefix("Solid resource    = ")).unwrap();
    let numbers: Vec<u64> = run.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [unpacked, len, offset] = numbers[..] else { panic!("{run}") };
    let run = pxectl_model::body::Extent { offset, len };
    let mut wim = open(&bytes).unwrap();
    let solid = wim.solid(run).unwrap();
    let all = solid.chunks(0, unpacked).unwrap();
    let table = solid.table();
    assert_eq!((table.offset, table.offset + table.len), (offset, all.offset));
    assert_eq!(all.offset + all.len, offset + len);
    let (first, rest) = (solid.chunks(0, 32_768).unwrap(), solid.chunks(32_768, unpacked - 32_768).unwrap());
    assert_eq!((first.offset + first.len, first.len + rest.len), (rest.offset, all.len));
    assert_eq!(solid.chunks(32_767, 2).unwrap().offset, all.offset);
    assert_eq!((solid.chunks(unpacked + 32_768, 1), solid.chunks(u64::MAX, 2), solid.chunks(0, 0)), (None, None, None));
    // Any other place has no such table.
    for (offset, len) in
        [(offset + 1, len - 1), (offset, len - 1), (offset, u64::MAX), (bytes.len() as u64 - 3, 3), (u64::MAX, 1)]
    {
        assert!(wim.solid(pxectl_model::body::Extent { offset, len }).is_err());
    }
}
