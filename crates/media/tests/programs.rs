//! Boot programs: those of Debian's packages, and any bytes.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::disallowed_methods, clippy::disallowed_types, missing_docs)]

mod support;

use std::fs::{self, File};
use std::io::Cursor;
use std::path::Path;

use proptest::prelude::*;
use pxectl_media::{Binary, Depth, Judged, Machine, Nbp, judge};
use support::{have, installed, output};

fn quick(name: &str, bytes: &[u8]) -> Judged {
    judge(name, Depth::Quick, Cursor::new(bytes)).unwrap()
}

#[test]
fn the_builds_of_debian() {
    const VERSION: &str = "1.0.0+git-20190125.36a4c85-5.1";
    let dir = Path::new("/usr/lib/ipxe");
    for (name, firmware, version) in [
        ("ipxe.efi", "uefi-x64", Some(VERSION)),
        ("snponly.efi", "uefi-x64", Some(VERSION)),
        ("undionly.kpxe", "bios", None),
        ("undionly.kkpxe", "bios", None),
        ("ipxe.pxe", "bios", None),
        ("ipxe.lkrn", "bios", Some(VERSION)),
    ] {
        let Some(path) = installed(&dir.join(name)) else { continue };
        let binary = Binary::read(File::open(&path).unwrap()).unwrap();
        assert_eq!((binary.firmware(), binary.missing()), (vec![firmware.to_owned()], None), "{name}");
        let told = binary.ipxe.as_ref().map(|ipxe| &ipxe.version).or(binary.kernel.as_ref().and_then(|k| k.version.as_ref()));
        assert_eq!(told.map(String::as_str), version, "{name}");
        if let Some(pe) = &binary.pe {
            assert_eq!((pe.machine, pe.signed, pe.built_as.as_deref()), (Machine(0x8664), false, Some(name)));
            let features = &binary.ipxe.as_ref().unwrap().features;
            assert!(
                ["DNS", "EFI", "HTTP", "iSCSI", "Menu", "NFS", "TFTP"].iter().all(|one| features.contains(one)),
                "{features:?}"
            );
            assert!(!features.contains(&"HTTPS"), "Debian 12 builds it without");
        }
        let bytes = fs::read(&path).unwrap();
        assert_eq!(quick(name, &bytes).problems, Vec::<String>::new(), "{name}");
        // Half of a compressed NBP says nothing of the other half.
        if binary.nbp.is_none() {
            let half = quick(name, &bytes[..bytes.len() / 2]).problems;
            assert!(half.iter().any(|problem| problem.contains("bytes before what its headers say")), "{name}: {half:?}");
        }
    }
}

#[test]
fn who_signed_is_told_as_sbverify_tells() {
    if !have(&["sbverify"]) {
        return;
    }
    for path in [
        "/usr/lib/shim/shimx64.efi.signed",
        "/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed",
        "/usr/lib/shim/fbx64.efi.signed",
        "/usr/lib/shim/fbx64.efi",
    ] {
        let Some(path) = installed(Path::new(path)) else { continue };
        let pe = Binary::read(File::open(&path).unwrap()).unwrap().pe.unwrap();
        let told = String::from_utf8(output("sbverify", &["--list", path.to_str().unwrap()], Path::new("/"))).unwrap();
        let signatures = told.lines().filter(|line| line.starts_with("signature ")).count();
        assert_eq!((pe.signed, pe.signers.len()), (signatures > 0, signatures), "{}: {told}", path.display());
        for signer in &pe.signers {
            assert!(
                told.contains(&format!("/CN={}", signer.name)) && told.contains(&format!("/CN={}", signer.issuer)),
                "{signer:?} {told}"
            );
        }
        let cut = fs::read(&path).unwrap();
        let cut = &cut[..cut.len() - 8];
        assert!(!pe.signed || !quick("x.efi", cut).problems.is_empty(), "{}", path.display());
    }
}

#[test]
fn kernels_and_pxelinux() {
    let dir = Path::new("/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64");
    if let Some(path) = installed(&dir.join("linux")) {
        let bytes = fs::read(path).unwrap();
        let judged = quick("linux", &bytes);
        assert_eq!((judged.format, judged.problems.len()), ("efi", 0), "{judged:?}");
        assert!(judged.title.contains("Linux kernel") && judged.facts.contains(&("firmware", "bios".to_owned())), "{judged:?}");
        assert_eq!(quick("linux", &bytes[..bytes.len() - 4096]).problems.len(), 1, "a download that broke off is told");
    }
    if let Some(path) = installed(&dir.join("pxelinux.0")) {
        let binary = Binary::read(File::open(path).unwrap()).unwrap();
        assert_eq!(binary.nbp, Some(Nbp::Pxelinux));
    }
    if let Some(path) = installed(&dir.join("initrd.gz")) {
        assert_eq!(judge("initrd.gz", Depth::Quick, File::open(path).unwrap()).unwrap().format, "gzip");
    }
}

#[test]
fn what_a_name_promises_is_held_against_what_is_there() {
    let page = b"<html><head><title>302 Found</title></head></html>";
    for (name, bytes, problem) in [
        ("undionly.kpxe", &page[..], "it is an HTML page, and its name promises an iPXE for a BIOS"),
        ("vmlinuz", page, "it is an HTML page, and its name promises a binary"),
        ("win.iso", b"not found\n", "it is text, and its name promises an ISO image"),
        ("ipxe.efi", b"\x1f\x8b\x08\0\0", "it is gzip, and its name promises a UEFI program"),
        ("undionly.kpxe", b"\x01\x02\x03", "it is nothing that is known, and its name promises an iPXE for a BIOS"),
        (
            "snponly.efi",
            b"\xea\x05\0\xc0\x07\x66\x9c",
            "it is iPXE for the PXE ROMs of a BIOS, and its name promises a UEFI program",
        ),
        ("boot.wim", b"MZ\0", "it is nothing that is known, and its name promises a WIM"),
        ("anything", b"", "it is empty"),
    ] {
        assert_eq!(quick(name, bytes).problems, [problem], "{name}");
    }
    for (name, bytes) in
        [("index.html", &page[..]), ("SHA256SUMS", b"00 *x\n"), ("boot.ipxe", b"#!ipxe\n"), ("lpxelinux.0", b"\xea\x01\x02")]
    {
        assert!(quick(name, bytes).problems.is_empty(), "{name}");
    }
    let mut squashed = vec![0; 4096];
    squashed[..4].copy_from_slice(b"hsqs");
    squashed[40..48].copy_from_slice(&5000_u64.to_le_bytes());
    assert_eq!(quick("filesystem.squashfs", &squashed).problems.len(), 1);
    squashed.resize(5000, 0);
    assert!(quick("filesystem.squashfs", &squashed).problems.is_empty());
}

#[test]
fn an_implanted_sum_is_compared_as_checkisomd5_does() {
    if !have(&["genisoimage", "implantisomd5", "checkisomd5"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "content ".repeat(50_000)).unwrap();
    output("genisoimage", &["-quiet", "-R", "-o", "a.iso", "file"], folder.path());
    let path = folder.path().join("a.iso");
    let full = || judge("a.iso", Depth::Full, File::open(&path).unwrap()).unwrap();
    assert!(full().facts.iter().all(|(key, _)| *key != "implanted-md5"));
    output("implantisomd5", &["a.iso"], folder.path());
    output("checkisomd5", &["a.iso"], folder.path());
    let judged = full();
    assert!(judged.problems.is_empty() && judged.notes.iter().any(|note| note.contains("complete")), "{judged:?}");
    let mut bytes = fs::read(&path).unwrap();
    bytes[100_000] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert!(full().problems[0].contains("implanted"), "{:?}", full());
    let quick = quick("a.iso", &bytes);
    assert!(quick.problems.is_empty() && quick.notes.iter().any(|note| note.contains("not compared")), "{quick:?}");
    // The area of the sum itself does not count.
    bytes[100_000] ^= 1;
    bytes[32768 + 883 + 300] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert!(full().problems.is_empty(), "{:?}", full());
}

/// A UEFI program of one section, with a certificate table that holds these bytes.
fn program(certificates: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 1024];
    let mut put = |at: usize, what: &[u8]| bytes[at..at + what.len()].copy_from_slice(what);
    put(0, b"MZ");
    put(0x3c, &0x40_u32.to_le_bytes());
    put(0x40, b"PE\0\0\x64\x86\x01\0");
    put(0x54, &240_u16.to_le_bytes());
    put(0x58, &0x20b_u16.to_le_bytes());
    put(0x58 + 68, &10_u16.to_le_bytes());
    put(0x58 + 108, &16_u32.to_le_bytes());
    put(0x58 + 112 + 32, &1024_u32.to_le_bytes());
    put(0x58 + 112 + 36, &u32::try_from(certificates.len()).unwrap().to_le_bytes());
    put(0x58 + 240 + 12, &[0, 16, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0]);
    bytes.extend_from_slice(certificates);
    bytes
}

#[test]
fn headers_that_lie_are_survived() {
    let whole = program(b"");
    assert_eq!(quick("a.efi", &whole).problems, Vec::<String>::new());
    let mut many = whole.clone();
    many[0x46..0x48].copy_from_slice(&[0xff, 0xff]);
    assert!(quick("a.efi", &many).problems[0].contains("96 sections"), "{:?}", quick("a.efi", &many));
    let mut far = whole.clone();
    far[0x58 + 240 + 16..0x58 + 240 + 20].copy_from_slice(&[0xff; 4]);
    assert!(quick("a.efi", &far).problems[0].contains("it ends"), "{:?}", quick("a.efi", &far));
    let signed =
        Binary::read(Cursor::new(program(&[16, 0, 0, 0, 0, 2, 2, 0, 0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0, 0]))).unwrap();
    let pe = signed.pe.unwrap();
    assert!(pe.signed && pe.signers.is_empty(), "{pe:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// The plain twin of the fuzz target `program`.
    #[test]
    fn any_change_of_a_program_is_survived(changes in proptest::collection::vec((0..1200_usize, any::<u8>()), 0..16), certificates in proptest::collection::vec(any::<u8>(), 0..200), name in "[a-z.]{0,8}") {
        let mut bytes = program(&certificates);
        for (at, byte) in changes {
            if let Some(there) = bytes.get_mut(at) {
                *there = byte;
            }
        }
        let _ = Binary::read(Cursor::new(&bytes));
        quick(&name, &bytes);
    }

    #[test]
    fn any_bytes_are_judged(bytes in proptest::collection::vec(any::<u8>(), 0..3000), head in prop::sample::select(vec![&b""[..], b"MZ", b"\x1f\x8b", b"\xea\x05\0\xc0\x07", b"<html", b"070701"]), name in "[a-z.]{0,8}(|.iso|.wim|.efi|.kpxe|.0)") {
        quick(&name, &[head, &bytes].concat());
    }
}
