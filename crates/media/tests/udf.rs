//! UDF: made by hand, by genisoimage and by mkudffs; and any bytes.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::disallowed_methods, clippy::disallowed_types, missing_docs)]

mod support;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Cursor;
use std::os::unix::fs::FileExt;

use proptest::prelude::*;
use pxectl_media::{Error, Image, Names, Part, Walk};
use support::udf::{self, BLOCK, PARTITION, long, seal, short};
use support::{What, bytes, everything, explore, have, output};

fn open(bytes: Vec<u8>) -> Result<Image<Cursor<Vec<u8>>>, Error> {
    Image::open(Cursor::new(bytes))
}

#[test]
fn the_sample_is_read_whole() {
    let mut image = open(udf::sample().bytes).unwrap();
    let volume = image.volume();
    assert_eq!((volume.names, volume.label.as_str(), volume.size), (Names::Udf, "HANDMADE", volume.image));
    assert_eq!(volume.udf, pxectl_media::Udf::Read(0x0102));
    let all = everything(&mut image);
    assert_eq!(all.keys().map(String::as_str).collect::<Vec<_>>(), ["Größe.txt", "Sources", "Sources/boot.wim", "link", "Дом"]);
    assert_eq!(all["Größe.txt"], What::File(b"small".to_vec()));
    assert_eq!(all["link"], What::Link("/sources/boot.wim".to_owned()));
    let content = [vec![b'a'; 2048], vec![0; 2048], vec![b'c'; 2000]].concat();
    assert_eq!(all["Sources/boot.wim"], What::File(content.clone()));
    assert_eq!(all["Дом"], What::File([vec![b'a'; 2048], vec![b'e'; 10]].concat()));
    // Names are kept, found in any case, and a symlink is followed.
    for path in ["Sources/boot.wim", "SOURCES/Boot.WIM", "link", "sources/../link"] {
        let found = image.find(path.as_bytes()).unwrap();
        assert_eq!((found.shown().as_str(), bytes(&mut image, &found) == content), ("Sources/boot.wim", true), "{path}");
        assert!(matches!(image.extents(&found), Err(Error::Unsupported(why)) if why.contains("holes")));
    }
    let small = image.find("GRÖße.TXT".as_bytes());
    assert!(small.is_err(), "only letters of ASCII have a case");
    let small = image.find("gRöße.TXT".as_bytes()).unwrap();
    let extents = image.extents(&small).unwrap();
    assert_eq!(
        (extents.len(), extents[0].offset),
        (1, ((PARTITION + 3) * BLOCK + 176) as u64),
        "embedded bytes lie in the image, too"
    );
    assert_eq!(small.entry.mode, Some(0o555));
    let at = small.entry.modified.unwrap();
    assert_eq!((at.year, at.month, at.day, at.hour, at.minute, at.ahead), (2024, 2, 29, 12, 30, 60));
}

#[test]
fn a_damaged_main_sequence_has_a_reserve() {
    for sector in [32, 33] {
        let mut udf = udf::sample();
        udf.bytes[sector * BLOCK + 100] ^= 1;
        let mut image = open(udf.bytes.clone()).unwrap();
        assert_eq!(everything(&mut image).len(), 5);
        udf.bytes[(sector + 16) * BLOCK + 100] ^= 1;
        assert!(matches!(open(udf.bytes), Err(Error::Damaged(why)) if why.contains("CRC")));
    }
    let mut udf = udf::sample();
    udf.bytes[256 * BLOCK + 20] ^= 1;
    assert!(matches!(open(udf.bytes), Err(Error::Damaged(why)) if why.contains("anchor")));
}

#[test]
fn folders_inside_themselves_end() {
    let mut udf = udf::frame();
    let len = udf.folder((PARTITION + 2) * BLOCK, &[(b"", 0x0a, 1), (b"\x08again", 2, 1)]);
    udf.entry(1, false, 4, 0, len as u64, &short(len as u32, 2));
    let mut image = open(udf.bytes).unwrap();
    let root = image.root();
    let mut walk = Walk::new(&mut image, &root).unwrap();
    assert!(matches!(walk.step(&mut image), Err(Error::Damaged(_))));
    let deep = "again/".repeat(100);
    assert!(matches!(image.find(deep.as_bytes()), Err(Error::TooMuch(_))));
}

/// The root with one file of these descriptors.
fn one(size: u64, flags: u8, descriptors: &[u8]) -> udf::Udf {
    let mut udf = udf::frame();
    let len = udf.folder((PARTITION + 2) * BLOCK, &[(b"\x08f", 0, 3)]);
    udf.entry(1, false, 4, 0, len as u64, &short(len as u32, 2));
    udf.entry(3, false, 5, flags, size, descriptors);
    udf
}

#[test]
fn extents_that_lie_are_told() {
    let flaw = |udf: udf::Udf| {
        let mut image = open(udf.bytes).unwrap();
        let found = image.find(b"f").unwrap();
        image.extents(&found).map(|extents| extents.len()).unwrap_err().to_string()
    };
    for (size, flags, descriptors, told) in [
        (2048, 0, short(2048, 1000), "outside its partition"),
        (1 << 40, 0, short(0x3fff_ffff, 10), "outside its partition"),
        (4096, 0, short(2048, 10), "shorter than it says"),
        (1 << 60, 0, Vec::new(), "shorter than it says"),
        (100, 3, b"short".to_vec(), "longer than the entry"),
        (100, 2, short(100, 10), "of a kind that is not read"),
        (
            10,
            1,
            [long(10, 5), vec![]].concat().iter().enumerate().map(|(n, b)| if n == 8 { 7 } else { *b }).collect(),
            "that is not there",
        ),
    ] {
        let why = flaw(one(size, flags, &descriptors));
        assert!(why.contains(told), "{why}");
    }
    // Descriptors that go on in themselves, each time with an extent.
    let mut udf = one(1 << 50, 0, &short(0xc000_0000 | 2048, 8));
    let at = (PARTITION + 8) * BLOCK;
    let mut again = [short(2048, 10), short(0xc000_0000 | 2048, 8)].concat();
    again.resize(2024, 0);
    udf.bytes[at..at + 2].copy_from_slice(&258_u16.to_le_bytes());
    udf.bytes[at + 20..at + 24].copy_from_slice(&16_u32.to_le_bytes());
    udf.bytes[at + 24..at + 2048].copy_from_slice(&again);
    seal(&mut udf.bytes, at);
    let why = flaw(udf);
    assert!(why.contains("without end"), "{why}");
}

#[test]
fn kinds_that_are_not_read_are_named() {
    for (name, told) in
        [("*UDF Metadata Partition", "2.50"), ("*UDF Virtual Partition", "virtual"), ("*UDF Sparable Partition", "sparable")]
    {
        let mut udf = udf::sample();
        for first in [32, 48] {
            let at = first * BLOCK;
            let map = [&[2, 64, 0, 0, 0][..], name.as_bytes()].concat();
            udf.bytes[at + 264] = 64;
            udf.bytes[at + 440..at + 440 + map.len()].copy_from_slice(&map);
            seal(&mut udf.bytes, at);
        }
        let error = open(udf.bytes).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn an_image_with_both_is_read_by_udf() {
    if !have(&["genisoimage", "7z"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut expected = BTreeMap::new();
    for (name, len) in [
        ("bootmgr", 5000),
        ("empty", 0),
        ("Sources/Install.WIM", 70_000),
        ("sources2/Größe über alles.txt", 9),
        ("EFI/Boot/bootx64.efi", 2048),
    ] {
        let path = folder.path().join("tree").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let content: Vec<u8> = (0..len).map(|n: usize| (n / 7 + n) as u8).collect();
        fs::write(path, &content).unwrap();
        expected.insert(name.to_owned(), What::File(content));
    }
    (0..300).for_each(|n| {
        let name = format!("many/package_{n:03}.deb");
        fs::create_dir_all(folder.path().join("tree/many")).unwrap();
        fs::write(folder.path().join("tree").join(&name), &name).unwrap();
        expected.insert(name.clone(), What::File(name.into_bytes()));
    });
    for options in [&["-udf"][..], &["-udf", "-J", "-R"], &["-udf", "-no-emul-boot", "-b", "bootmgr"]] {
        let args = [&["-quiet", "-V", "BRIDGE"], options, &["-o", "image.iso", "tree"]].concat();
        output("genisoimage", &args, folder.path());
        let mut image = Image::open(File::open(folder.path().join("image.iso")).unwrap()).unwrap();
        assert_eq!((image.volume().names, image.volume().label.as_str()), (Names::Udf, "BRIDGE"));
        assert!(image.volume().image >= image.volume().size);
        assert_eq!(image.boot().unwrap().len(), usize::from(options.contains(&"-b")));
        let mut found = everything(&mut image);
        found.retain(|name, what| *what != What::Folder && !name.contains("boot.cat"));
        assert!(found == expected, "{options:?}: {:?}", found.keys().collect::<Vec<_>>());
        let told = String::from_utf8(output("7z", &["l", "-tUdf", "-slt", "image.iso"], folder.path())).unwrap();
        for (name, what) in &expected {
            let What::File(content) = what else { continue };
            assert!(told.contains(&format!("Path = {name}\nFolder = -\nSize = {}\n", content.len())), "{name}: {told}");
        }
    }
}

#[test]
fn a_file_of_more_than_4_gib() {
    if !have(&["genisoimage", "sh", "dd", "7z"]) {
        return;
    }
    const SIZE: u64 = (4 << 30) + 123_456;
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("tree/sources")).unwrap();
    let big = File::create(folder.path().join("tree/sources/install.wim")).unwrap();
    big.set_len(SIZE).unwrap();
    let marks = [(0, b"first"), ((1 << 30) - 2050, b"cross"), (4 << 30, b"after"), (SIZE - 5, b"final")];
    marks.iter().for_each(|(at, mark)| big.write_all_at(*mark, *at).unwrap());
    // The image is sparse, too: 4 GiB are written nowhere.
    let make =
        "genisoimage -quiet -udf -allow-limited-size -o - tree | dd of=image.iso bs=64K iflag=fullblock conv=sparse status=none";
    output("sh", &["-c", make], folder.path());
    let mut image = Image::open(File::open(folder.path().join("image.iso")).unwrap()).unwrap();
    let file = image.find(b"SOURCES/install.wim").unwrap();
    assert_eq!((file.entry.kind.size(), image.volume().names), (SIZE, Names::Udf));
    assert_eq!(image.extents(&file).unwrap().iter().map(|extent| extent.len).sum::<u64>(), SIZE);
    let mut contents = image.contents(&file).unwrap();
    for (at, mark) in marks {
        use std::io::{Read as _, Seek as _, SeekFrom};
        let mut read = [0; 5];
        contents.seek(SeekFrom::Start(at)).unwrap();
        contents.read_exact(&mut read).unwrap();
        assert_eq!(read, *mark, "at byte {at}");
    }
    let told = String::from_utf8(output("7z", &["l", "-tUdf", "-slt", "image.iso"], folder.path())).unwrap();
    assert!(told.contains(&format!("Path = sources/install.wim\nFolder = -\nSize = {SIZE}\n")), "{told}");
}

#[test]
fn what_mkudffs_makes() {
    if !have(&["mkudffs"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (options, revision) in [
        (&["--media-type=hd", "--blocksize=512"][..], 0x0201),
        (&["--media-type=hd", "--blocksize=1024", "--udfrev=1.50"], 0x0150),
        (&["--media-type=hd", "--blocksize=4096"], 0x0201),
        (&["--media-type=dvd", "--udfrev=1.02", "--ad=long"], 0x0102),
        (&["--media-type=dvd", "--udfrev=2.01", "--ad=short"], 0x0201),
    ] {
        let path = folder.path().join("image.udf");
        File::create(&path).unwrap().set_len(20 << 20).unwrap();
        output("mkudffs", &[options, &["--label=Größe", "image.udf"]].concat(), folder.path());
        let mut image = Image::open(File::open(&path).unwrap()).unwrap();
        let volume = image.volume();
        assert_eq!((volume.label.as_str(), &volume.udf), ("Größe", &pxectl_media::Udf::Read(revision)), "{options:?}");
        assert!(volume.size <= volume.image);
        assert!(everything(&mut image).keys().all(|name| name == "lost+found"), "{options:?}");
    }
    for (options, told) in [
        (&["--media-type=bdr", "--udfrev=2.50"][..], "appended"),
        (&["--media-type=cdrw"], "sparable"),
        (&["--media-type=cdr"], "virtual"),
    ] {
        let path = folder.path().join("image.udf");
        File::create(&path).unwrap().set_len(20 << 20).unwrap();
        output("mkudffs", &[options, &["image.udf"]].concat(), folder.path());
        match Image::open(File::open(&path).unwrap()) {
            Err(error) => assert!(error.to_string().contains(told), "{options:?}: {error}"),
            Ok(mut image) => assert!(everything(&mut image).keys().all(|name| name == "lost+found"), "{options:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// The plain twin of the fuzz target `udf_image`: changes with their seals made right again.
    #[test]
    fn any_change_under_a_right_seal_is_survived(changes in proptest::collection::vec((any::<prop::sample::Index>(), 0..260_usize, any::<u8>()), 1..6), reseal in prop::bool::weighted(0.9)) {
        let mut udf = udf::sample();
        for (tag, at, byte) in changes {
            let from = *tag.get(&udf.tags);
            udf.bytes[from + at] = byte;
            if reseal {
                // A folder in an entry lies under two seals.
                udf.tags.iter().rev().for_each(|tag| seal(&mut udf.bytes, *tag));
            }
        }
        explore(&udf.bytes);
    }

    #[test]
    fn any_bytes_as_descriptors_are_survived(descriptors in proptest::collection::vec(any::<u8>(), 0..400), size: u64, flags in 0..4_u8, small: bool) {
        let size = if small { size % 5000 } else { size };
        explore(&one(size, flags, &descriptors).bytes);
    }

    #[test]
    fn an_image_cut_anywhere_is_survived(len in 0..(PARTITION + 40) * BLOCK) {
        let mut bytes = udf::sample().bytes;
        bytes.truncate(len);
        explore(&bytes);
    }
}

#[test]
fn parts_of_a_hole_are_counted() {
    let mut image = open(one(5000, 0, &[short(0x4000_0000 | 4096, 0), short(2048, 10)].concat()).bytes).unwrap();
    let found = image.find(b"f").unwrap();
    let pxectl_media::Kind::File { parts, .. } = &found.entry.kind else { panic!() };
    assert!(matches!(parts[..], [Part::Zeros(4096), Part::Bytes(extent)] if extent.len == 904), "{parts:?}");
}
