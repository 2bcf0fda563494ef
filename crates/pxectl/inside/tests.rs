use std::io::Cursor;

use super::*;

const SECTOR: usize = 2048;

/// A directory record (ECMA-119, 9.1).
fn record(name: &[u8], block: u32, len: u32, flags: u8) -> Vec<u8> {
    let both = |n: u32| [n.to_le_bytes(), n.to_be_bytes()].concat();
    let mut bytes = [&[0, 0][..], &both(block), &both(len), &[124, 2, 29, 12, 30, 0, 4], &[flags, 0, 0, 1, 0, 0, 1]].concat();
    bytes.push(u8::try_from(name.len()).unwrap());
    bytes.extend_from_slice(name);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes[0] = u8::try_from(bytes.len()).unwrap();
    bytes
}

/// An image whose root is at sector 19 and whose only folder, `boot`, is at 20.
fn image(root: &[Vec<u8>], boot: &[Vec<u8>]) -> Vec<u8> {
    let mut image = vec![0; 24 * SECTOR];
    let mut put = |sector: usize, at: usize, bytes: &[u8]| image[sector * SECTOR + at..][..bytes.len()].copy_from_slice(bytes);
    let own = |at: u32| record(&[0], at, SECTOR as u32, 2);
    put(16, 0, b"\x01CD001\x01");
    put(16, 80, &[24, 0, 0, 0, 0, 0, 0, 24]);
    put(16, 128, &[0, 8, 8, 0]);
    put(16, 156, &own(19));
    put(17, 0, b"\xffCD001\x01");
    let (up, folder) = (record(&[1], 19, SECTOR as u32, 2), record(b"BOOT", 20, SECTOR as u32, 2));
    put(19, 0, &[own(19), up.clone(), folder, root.concat()].concat());
    put(20, 0, &[own(20), up, boot.concat()].concat());
    image
}

fn paths(texts: &[&str]) -> BTreeSet<ImagePath> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn each_path_has_its_answer() {
    let parts = [record(b"INITRD.;1", 21, 2048, 0x80), record(b"INITRD.;1", 23, 100, 0)];
    let file = image(&[record(b"VMLINUZ.;1", 22, 5, 0), record(b"CUT.;1", 22, 5000, 0), record(b"NONE.;1", 0, 0, 0)], &parts);
    let asked = [
        "/vmlinuz",
        "/boot/initrd",
        "/boot",
        "/boot/initrb",
        "/bot/initrd",
        "/vmlinuz-6.1",
        "/none",
        "/vmlinuz/x",
        "/cut",
        "/zzz",
    ];
    let found = look(Cursor::new(file), &paths(&asked));
    let answer = |path: &str| &found[&path.parse::<ImagePath>().unwrap()];
    let extent = |block: u64, len| Extent { offset: block * 2048, len };
    assert_eq!(**answer("/vmlinuz").as_ref().unwrap(), [extent(22, 5)]);
    assert_eq!(**answer("/boot/initrd").as_ref().unwrap(), [extent(21, 2048), extent(23, 100)]);
    assert_eq!(size(answer("/boot/initrd").as_ref().unwrap()), 2148);
    assert_eq!(**answer("/none").as_ref().unwrap(), [], "it is there, and has no bytes");
    let absent = |path: &str| {
        let absent = answer(path).as_ref().unwrap_err();
        (absent.why.clone(), absent.near.clone())
    };
    let near = |path: &str| absent(path).1;
    assert_eq!(absent("/boot"), ("it is a folder, or nothing that has bytes".to_owned(), None));
    assert_eq!(near("/boot/initrb").as_deref(), Some("/boot/initrd"));
    assert_eq!(near("/bot/initrd").as_deref(), Some("/boot/initrd"));
    assert_eq!(near("/vmlinuz-6.1").as_deref(), Some("/vmlinuz"));
    assert_eq!(absent("/zzz"), ("there is no such file".to_owned(), None));
    assert!(absent("/cut").0.contains("the image ends at byte 49152"), "{}", absent("/cut").0);
    assert!(answer("/vmlinuz/x").is_err());
}

#[test]
fn what_is_no_image_answers_for_every_path() {
    for junk in [Vec::new(), vec![b'x'; 40_000]] {
        let found = look(Cursor::new(junk), &paths(&["/a", "/b"]));
        assert!(found.len() == 2 && found.values().all(|lies| lies.as_ref().is_err_and(|absent| absent.near.is_none())));
    }
}

#[test]
fn no_more_than_so_many_files() {
    let file = image(&[record(b"A.;1", 22, 5, 0)], &[]);
    let many: BTreeSet<ImagePath> = (0..PATHS_MOST + 5).map(|n| format!("/{n:04}").parse().unwrap()).collect();
    let found = look(Cursor::new(file), &many);
    let beyond = found.values().filter(|lies| lies.as_ref().is_err_and(|absent| absent.why.contains("one more"))).count();
    assert_eq!((found.len(), beyond), (PATHS_MOST + 5, 5));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]

    /// Whatever an image says: each path has an answer, and nothing of a file lies beyond the image.
    #[test]
    fn any_bytes(changes in proptest::collection::vec((16 * SECTOR..21 * SECTOR, proptest::num::u8::ANY), 0..12), cut in 0..30 * SECTOR) {
        let parts = [record(b"INITRD.;1", 21, 2048, 0x80), record(b"INITRD.;1", 23, 100, 0)];
        let mut file = image(&[record(b"VMLINUZ.;1", 22, 5, 0)], &parts);
        changes.into_iter().for_each(|(at, byte)| file[at] = byte);
        file.truncate(cut);
        let asked = paths(&["/vmlinuz", "/boot/initrd", "/boot/initrb", "/boot", "/nothing/here"]);
        let found = look(Cursor::new(&file), &asked);
        proptest::prop_assert!(found.keys().eq(&asked));
        for extents in found.values().flatten() {
            proptest::prop_assert!(extents.iter().all(|extent| extent.offset + extent.len <= file.len() as u64));
        }
    }
}
