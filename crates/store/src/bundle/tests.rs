//! Bundles: what is written is read, and what a stranger made of one delivers nothing that it does not promise.

use std::io::Cursor;

use proptest::prelude::*;
use pxectl_model::digest::{Hasher, Sha256};

use super::*;
use crate::images::Store;

fn digest(bytes: &[u8]) -> Sha256 {
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    hasher.finish()
}

/// What came whole, by its path.
#[derive(Default)]
struct Taken {
    whole: Vec<(String, Vec<u8>)>,
    now: Option<(Member, Vec<u8>)>,
}

impl Receiver for Taken {
    fn manifest(&mut self, _: &Manifest, _: &[u8]) -> Result<(), BundleError> {
        Ok(())
    }

    fn begin(&mut self, member: &Member) -> Result<(), BundleError> {
        assert!(self.now.is_none());
        self.now = Some((member.clone(), Vec::new()));
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), BundleError> {
        let (member, have) = self.now.as_mut().unwrap();
        have.extend_from_slice(bytes);
        assert!(have.len() as u64 <= member.size);
        Ok(())
    }

    fn whole(&mut self) -> Result<(), BundleError> {
        let (member, have) = self.now.take().unwrap();
        assert_eq!((have.len() as u64, digest(&have)), (member.size, member.sha256));
        self.whole.push((member.path, have));
        Ok(())
    }
}

/// A lab of two files, and two contents.
fn contents() -> Vec<(String, Vec<u8>)> {
    let stored = |bytes: Vec<u8>| (Member::stored(digest(&bytes), 0).path, bytes);
    let lab = |name: &str, bytes: &[u8]| (format!("{LAB}{name}"), bytes.to_vec());
    let mut stored = [stored(vec![7; 1500]), stored(Vec::new())].to_vec();
    stored.sort();
    [vec![lab("inventory.yaml", b"pxectl: 1\n"), lab("racks/one.yaml", &[b'x'; 512])], stored].concat()
}

fn manifest(contents: &[(String, Vec<u8>)]) -> Manifest {
    let member =
        |(path, bytes): &(String, Vec<u8>)| Member { path: path.clone(), size: bytes.len() as u64, sha256: digest(bytes) };
    Manifest { inventory: "inventory.yaml".to_owned(), members: contents.iter().map(member).collect() }
}

fn bundle() -> Vec<u8> {
    let (contents, mut bytes) = (contents(), Vec::new());
    let open = |member: &Member| Ok(Cursor::new(contents.iter().find(|(path, _)| *path == member.path).unwrap().1.clone()));
    pack(&mut bytes, &manifest(&contents), open, &mut |_| {}).unwrap();
    bytes
}

fn taken(bytes: &[u8]) -> (Taken, Result<(), BundleError>) {
    let mut taken = Taken::default();
    let outcome = unpack(bytes, &mut taken);
    (taken, outcome)
}

/// Writes a tar file of members as they are given, with their kinds and the lengths that they claim.
fn tar(members: &[(&[u8], tar::EntryType, u64, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (path, kind, size, content) in members {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..path.len()].copy_from_slice(path);
        header.set_entry_type(*kind);
        header.set_size(*size);
        header.set_cksum();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

#[test]
fn what_is_written_is_read_and_is_the_same_each_time() {
    let bytes = bundle();
    assert_eq!(bytes, bundle());
    let text = manifest(&contents()).write().unwrap();
    assert_eq!(bytes.len() as u64, manifest(&contents()).tar_len(text.len() as u64));
    let (taken, outcome) = taken(&bytes);
    outcome.unwrap();
    assert_eq!(taken.whole, contents());
}

#[test]
fn cut_anywhere_it_is_not_whole() {
    let bytes = bundle();
    for len in (0..bytes.len() - 1024).step_by(37) {
        let (taken, outcome) = taken(&bytes[..len]);
        assert!(outcome.is_err(), "{len} of {}", bytes.len());
        assert!(taken.whole.iter().zip(contents()).all(|(got, all)| *got == all));
    }
}

#[test]
fn manifests_that_are_none() {
    let digest = "ab".repeat(32);
    let file = |path: &str| format!(r#"{{"path": {path:?}, "size": 1, "sha256": "{digest}"}}"#);
    let text = |inventory: &str, files: &[String]| {
        format!(r#"{{"schema": "pxectl.bundle/1", "inventory": {inventory:?}, "files": [{}]}}"#, files.join(","))
    };
    let main = file("lab/inventory.yaml");
    assert!(Manifest::read(text("inventory.yaml", std::slice::from_ref(&main)).as_bytes()).is_ok());
    for path in [
        "lab/../x",
        "lab//x",
        "lab/",
        "lab/./x",
        "/etc/passwd",
        "../x",
        "x",
        "lab/a\\b",
        "lab/c:d",
        "lab/\u{1b}x",
        "lab/.git/config",
        "lab/.GIT/config",
        "lab/.pxectl/journal.ndjson",
        "lab/inventory.yaml/x",
        "lab/Inventory.yaml",
        "lab/inventory.yaml",
        "store/sha256/ab/x",
        "store/sha256/cd/ab",
        "pxectl-bundle.json",
    ] {
        let text = text("inventory.yaml", &[main.clone(), file(path)]);
        assert!(Manifest::read(text.as_bytes()).is_err_and(|error| error.is_mismatch()), "{path}");
    }
    let long = format!("lab/{}", "x".repeat(300));
    let stored = format!("store/sha256/ab/{digest}");
    for files in [vec![main.clone(), file(&long)], vec![file(&stored), main.clone()], vec![file(&stored)], vec![]] {
        assert!(Manifest::read(text("inventory.yaml", &files).as_bytes()).is_err(), "{files:?}");
    }
    assert!(Manifest::read(text("../inventory.yaml", std::slice::from_ref(&main)).as_bytes()).is_err());
    assert!(Manifest::read(text("inventory.yaml", &[main.clone(), file(&stored)]).replace("/1", "/2").as_bytes()).is_err());
    let huge = text("inventory.yaml", std::slice::from_ref(&main)).replace("\"size\": 1", &format!("\"size\": {}", u64::MAX));
    assert!(Manifest::read(huge.as_bytes()).is_err());
    assert!(Manifest::read(&vec![b' '; MANIFEST_MOST as usize + 1]).is_err());
}

#[test]
fn members_that_are_not_the_next_file_are_refused() {
    use tar::EntryType as Kind;
    let text = manifest(&contents()).write().unwrap();
    let first = (MANIFEST.as_bytes(), Kind::Regular, text.len() as u64, text.as_slice());
    let refused = |members: &[(&[u8], Kind, u64, &[u8])], why: &str| {
        let (taken, outcome) = taken(&tar(members));
        let error = outcome.expect_err(why);
        assert!(error.is_mismatch() && error.to_string().contains(why), "{error}");
        assert!(taken.whole.is_empty());
    };
    let path = b"lab/inventory.yaml".as_slice();
    for kind in
        [Kind::Symlink, Kind::Link, Kind::Directory, Kind::Fifo, Kind::Block, Kind::Char, Kind::GNULongName, Kind::XHeader]
    {
        refused(&[first, (path, kind, 10, b"pxectl: 1\n")], "is no plain file");
        refused(&[(MANIFEST.as_bytes(), kind, 0, b"")], "is no plain file");
    }
    refused(&[first, (b"lab/../../etc/passwd", Kind::Regular, 10, b"pxectl: 1\n")], "comes where");
    refused(&[first, (path, Kind::Regular, 9, b"pxectl: 1")], "has 9 bytes, and the manifest says 10");
    refused(&[first, (path, Kind::Regular, 1 << 40, b"pxectl: 1\n")], "bytes, and the manifest says 10");
    refused(&[first, (path, Kind::Regular, 10, b"pxectl: 2\n")], "does not match its sha256");
    refused(&[(MANIFEST.as_bytes(), Kind::Regular, 1 << 40, b"{}")], "its manifest claims");
    refused(&[(b"x", Kind::Regular, 1, b"x")], "comes where");
    let mut longer = bundle();
    let end = longer.len() - 1024;
    longer.truncate(end);
    longer.extend(tar(&[(b"lab/more", Kind::Regular, 1, b"x")]));
    assert!(unpack(longer.as_slice(), &mut Taken::default()).unwrap_err().to_string().contains("something follows"));
}

#[test]
fn a_content_arrives_once_and_only_whole() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path());
    let bytes = b"some bytes".to_vec();
    let sha256 = digest(&bytes);
    let mut half = Arrival::begin(&store, sha256, 10).unwrap().unwrap();
    half.write(&bytes[..5]).unwrap();
    drop(half);
    assert_eq!(store.size(&sha256), None);
    let mut whole = Arrival::begin(&store, sha256, 10).unwrap().unwrap();
    whole.write(&bytes).unwrap();
    whole.publish().unwrap();
    assert_eq!(std::fs::read(store.file(&sha256)).unwrap(), bytes);
    assert!(Arrival::begin(&store, sha256, 10).unwrap().is_none(), "it is there");
}

proptest! {
    #[test]
    fn any_bytes_deliver_nothing_that_they_do_not_promise(bytes in prop::collection::vec(any::<u8>(), 0..4096)) {
        let (taken, outcome) = taken(&bytes);
        prop_assert!(outcome.is_err() && taken.whole.is_empty());
        let _ = Manifest::read(&bytes);
    }

    #[test]
    fn a_bundle_with_other_bytes_delivers_only_what_was_in_it(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = bundle();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let (taken, _) = taken(&bytes);
        // Digests are what is trusted: where the manifest still has them, so is every byte.
        for (_, content) in taken.whole {
            prop_assert!(contents().iter().any(|(_, known)| *known == content));
        }
    }
}

#[test]
fn only_zeros_follow_the_end() {
    let padded = [bundle(), vec![0; 9 * 512]].concat();
    assert!(taken(&padded).1.is_ok(), "other programs fill up what they write");
    for more in [vec![b'x'; 600], [vec![0; 5000], vec![1]].concat(), vec![0; 2 << 20]] {
        let error = taken(&[bundle(), more].concat()).1.unwrap_err();
        assert_eq!(error.to_string(), "it is no sound bundle: something follows its last file");
    }
    // What a library says of bytes that it cannot read has them in it.
    let noise: Vec<u8> = (0..2000_u32).map(|n| (n * 7919 % 251) as u8).collect();
    let error = taken(&noise).1.unwrap_err().to_string();
    assert_eq!(
        error,
        "it is no sound bundle: it is damaged, or no tar file: there is no header where \"pxectl-bundle.json\" must be"
    );
}
