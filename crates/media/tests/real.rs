//! Images that other programs make, and what other programs say of them.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::disallowed_methods, clippy::disallowed_types, missing_docs)]

mod support;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::{FileExt, symlink};
use std::path::Path;

use pxectl_media::{Image, Names, Platform};
use support::{What, everything, have, output};

/// A folder as installers have it; `posix` adds what only Rock Ridge can say.
///
/// genisoimage 1.1.11 does not end on a symlink whose target continues in a second area, so only xorriso gets one.
fn tree(root: &Path, posix: bool, long_links: bool) -> BTreeMap<String, What> {
    let mut all = BTreeMap::new();
    let mut file = |name: String, len: usize| {
        let bytes: Vec<u8> = (0..len).map(|n| (n / 7 + n + name.len()) as u8).collect();
        all.insert(name, What::File(bytes));
    };
    file("vmlinuz".to_owned(), 70_000);
    file("empty".to_owned(), 0);
    file("boot/initrd.gz".to_owned(), 2048);
    (0..300).for_each(|n| file(format!("pool/package_{n:03}.deb"), n));
    if posix {
        file("Größe über alles.txt".to_owned(), 5);
        file(format!("{}.long", "n".repeat(200)), 9);
        file("1/2/3/4/5/6/7/8/9/10/11/deep".to_owned(), 3000);
        all.insert("debian".to_owned(), What::Link(".".to_owned()));
        all.insert("absolute".to_owned(), What::Link("/boot/../vmlinuz".to_owned()));
        if long_links {
            all.insert("far".to_owned(), What::Link(format!("{}x", "../component/".repeat(40))));
        }
    }
    for (name, what) in &all {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match what {
            What::File(bytes) => fs::write(path, bytes).unwrap(),
            What::Link(target) => symlink(target, path).unwrap(),
            What::Folder => {}
        }
    }
    let folders = all.keys().flat_map(|name| name.match_indices('/').map(|(at, _)| name[..at].to_owned())).collect::<Vec<_>>();
    all.extend(folders.into_iter().map(|name| (name, What::Folder)));
    all
}

/// The paths of the one that are not the same in the other.
fn differ<'a>(a: &'a BTreeMap<String, What>, b: &BTreeMap<String, What>) -> Vec<&'a str> {
    a.iter().filter(|(path, what)| b.get(*path) != Some(what)).map(|(path, _)| path.as_str()).collect()
}

/// Makes an image of a tree, and compares everything in it with the tree and with 7z's list.
fn compare(make: &[&str], posix: bool, names: Names) {
    if !have(&[make[0], "7z"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let expected = tree(&folder.path().join("tree"), posix, make[0] == "xorriso");
    output(make[0], &[&make[1..], &["-o", "image.iso", "tree"]].concat(), folder.path());
    let mut iso = Image::open(File::open(folder.path().join("image.iso")).unwrap()).unwrap();
    assert_eq!(iso.volume().names, names);
    assert!(iso.volume().image >= iso.volume().size);
    let found = everything(&mut iso);
    assert_eq!((differ(&expected, &found), differ(&found, &expected)), (Vec::new(), Vec::new()), "{make:?}");
    if names != Names::RockRidge || !posix {
        let listed = sevenz(&folder.path().join("image.iso"));
        let files = found.iter().filter_map(|(path, what)| {
            if let What::File(bytes) = what { Some((path.to_lowercase(), bytes.len() as u64)) } else { None }
        });
        assert_eq!(files.collect::<BTreeMap<_, _>>(), listed, "{make:?}");
    }
}

/// Files and sizes by 7z, in lower case.
fn sevenz(image: &Path) -> BTreeMap<String, u64> {
    let text = String::from_utf8(output("7z", &["l", "-slt", image.to_str().unwrap()], Path::new("/"))).unwrap();
    let mut listed = BTreeMap::new();
    for block in text.split("----------\n").nth(1).unwrap().split("\n\n") {
        let value = |key: &str| block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
        if let (Some(path), Some("-"), Some(size)) = (value("Path"), value("Folder"), value("Size")) {
            listed.insert(path.to_lowercase(), size.parse().unwrap_or(0));
        }
    }
    listed
}

#[test]
fn rock_ridge_by_genisoimage() {
    compare(&["genisoimage", "-quiet", "-R"], true, Names::RockRidge);
    compare(&["genisoimage", "-quiet", "-R", "-J"], false, Names::RockRidge);
    compare(&["genisoimage", "-quiet", "-r"], false, Names::RockRidge);
}

#[test]
fn rock_ridge_by_xorriso() {
    compare(&["xorriso", "-as", "mkisofs", "-quiet", "-R", "-J"], true, Names::RockRidge);
    compare(&["xorriso", "-as", "mkisofs", "-quiet", "-r", "-iso-level", "3"], true, Names::RockRidge);
}

#[test]
fn joliet() {
    compare(&["genisoimage", "-quiet", "-J"], false, Names::Joliet);
}

#[test]
fn plain_names() {
    compare(&["genisoimage", "-quiet", "-iso-level", "3", "-allow-lowercase"], false, Names::Plain);
    compare(&["genisoimage", "-quiet", "-iso-level", "2"], false, Names::Plain);
}

#[test]
fn a_file_of_more_than_4_gib() {
    if !have(&["xorriso", "sh", "dd", "isoinfo"]) {
        return;
    }
    const SIZE: u64 = (4 << 30) + 123_456;
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("tree")).unwrap();
    let big = File::create(folder.path().join("tree/install.wim")).unwrap();
    big.set_len(SIZE).unwrap();
    let marks = [(0, b"first"), ((4 << 30) - 2050, b"cross"), (4 << 30, b"after"), (SIZE - 5, b"final")];
    marks.iter().for_each(|(at, mark)| big.write_all_at(*mark, *at).unwrap());
    // The image is sparse, too: 4 GiB are written nowhere.
    let make =
        "xorriso -as mkisofs -quiet -R -iso-level 3 -o - tree | dd of=image.iso bs=64K iflag=fullblock conv=sparse status=none";
    output("sh", &["-c", make], folder.path());
    let mut iso = Image::open(File::open(folder.path().join("image.iso")).unwrap()).unwrap();
    let file = iso.find(b"install.wim").unwrap();
    assert_eq!(file.entry.kind.size(), SIZE);
    let extents = iso.extents(&file).unwrap().to_vec();
    assert_eq!(extents.iter().map(|extent| extent.len).sum::<u64>(), SIZE);
    let image = File::open(folder.path().join("image.iso")).unwrap();
    for (at, mark) in marks {
        let mut before = 0;
        let here = extents.iter().find(|extent| {
            before += extent.len;
            at < before
        });
        let here = here.unwrap();
        let mut read = [0; 5];
        image.read_exact_at(&mut read, here.offset + (at - (before - here.len))).unwrap();
        assert_eq!(read, *mark, "at byte {at}");
    }
    let told = String::from_utf8(output("isoinfo", &["-l", "-R", "-i", "image.iso"], folder.path())).unwrap();
    let parts: u64 = told
        .lines()
        .filter(|l| l.trim_end().ends_with("install.wim"))
        .map(|l| l.split_whitespace().nth(4).unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(parts, SIZE, "{told}");
}

/// Images of Debian's packages ipxe and grub-rescue-pc, beside isoinfo and xorriso.
#[test]
fn real_images() {
    for (path, names) in
        [("/usr/lib/ipxe/ipxe.iso", Names::RockRidge), ("/usr/lib/grub-rescue/grub-rescue-cdrom.iso", Names::RockRidge)]
    {
        if !Path::new(path).exists() {
            assert!(std::env::var_os("PXECTL_REQUIRE").is_none(), "`{path}` is not installed, and PXECTL_REQUIRE is set");
            eprintln!("SKIPPED: there is no `{path}`, so it was not read");
            continue;
        }
        if !have(&["isoinfo", "xorriso"]) {
            return;
        }
        let mut iso = Image::open(File::open(path).unwrap()).unwrap();
        assert_eq!((iso.volume().names, iso.volume().label.as_str()), (names, "ISOIMAGE"));
        let found = everything(&mut iso);
        let listed = String::from_utf8(output("isoinfo", &["-f", "-R", "-i", path], Path::new("/"))).unwrap();
        let listed: Vec<&str> = listed.lines().map(|line| line.trim_start_matches('/')).collect();
        let mut ours: Vec<&str> = found.keys().map(String::as_str).collect();
        let mut theirs = listed.clone();
        ours.sort_unstable();
        theirs.sort_unstable();
        assert_eq!(ours, theirs, "{path}");
        for (name, what) in &found {
            if let What::File(bytes) = what {
                let theirs = output("isoinfo", &["-R", "-i", path, "-x", &format!("/{name}")], Path::new("/"));
                assert!(*bytes == theirs, "{path}: {name} differs");
            }
        }
        let told = String::from_utf8(output("xorriso", &["-indev", path, "-report_el_torito", "plain"], Path::new("/"))).unwrap();
        let theirs: Vec<u64> = told
            .lines()
            .filter(|line| line.starts_with("El Torito boot img :"))
            .map(|line| line.split_whitespace().next_back().unwrap().parse().unwrap())
            .collect();
        let boot = iso.boot().unwrap();
        assert_eq!(boot.iter().map(|entry| entry.offset / 2048).collect::<Vec<_>>(), theirs, "{path}");
        assert!(boot.iter().all(|entry| entry.bootable) && boot[0].platform == Platform::Bios, "{path}: {boot:?}");
    }
}
