//! `media` and `ipxe info`: looking into images, without root, and writing nowhere else than asked.

use std::fs;

use serde_json::{Value, json};

use crate::support::image::genisoimage;
use crate::support::lab::Lab;

const FILES: [(&str, &[u8]); 3] = [("Sources/boot.wim", b"no wim"), ("casper/vmlinuz", b"kernel"), ("README.txt", b"read me")];

fn json_of(lab: &Lab, args: &[&str], code: i32) -> Value {
    serde_json::from_str(&lab.pxectl(args).ends_with(code).stdout).unwrap()
}

#[test]
fn an_iso_is_listed_printed_extracted_and_told() {
    let lab = Lab::usual();
    for (options, names, format) in [(&["-R"][..], "rock-ridge", "ISO 9660"), (&["-udf"], "udf", "UDF 1.02")] {
        if genisoimage(&lab, "a.iso", &[options, &["-V", "LABEL"]].concat(), &FILES).is_none() {
            return;
        }
        lab.pxectl(&["media", "info", "a.iso"]).ends_with(0).prints("label  LABEL").prints(format).prints("; whole");
        let told = json_of(&lab, &["media", "info", "a.iso", "--format", "json"], 0);
        assert_eq!((&told["schema"], &told["names"], &told["whole"]), (&json!("pxectl.media/1"), &json!(names), &json!(true)));
        let listed = json_of(&lab, &["media", "ls", "-r", "a.iso", "--format", "json"], 0);
        let paths: Vec<_> = listed["entries"].as_array().unwrap().iter().map(|entry| entry["path"].as_str().unwrap()).collect();
        for (path, content) in FILES {
            assert!(paths.contains(&path), "{path}: {paths:?}");
            let ran = lab.pxectl(&["media", "cat", "a.iso", path]).ends_with(0);
            assert_eq!(ran.stdout.as_bytes(), content);
        }
        lab.pxectl(&["media", "ls", "a.iso", "casper"]).ends_with(0).prints("vmlinuz");
        lab.pxectl(&["media", "extract", "a.iso", "--to", names]).ends_with(0).says("wrote 3 files");
        for (path, content) in FILES {
            assert_eq!(fs::read(lab.path(format!("{names}/{path}"))).unwrap(), content);
        }
        lab.pxectl(&["media", "extract", "a.iso", "README.txt", "--to", names]).ends_with(1).says("--force replaces it");
        lab.pxectl(&["media", "cat", "a.iso", "none"]).ends_with(2).one_error().says("there is no `none` in the image");
        lab.pxectl(&["media", "cat", "a.iso", "casper"]).ends_with(2).one_error().says("is no file");
        lab.pxectl(&["media", "info", "a.iso", "README.txt"]).ends_with(2).one_error().says("it is text");
        lab.pxectl(&["media", "ls", "a.iso", "--image", "1"]).ends_with(2).one_error().says("is no WIM");
        // A download that broke off.
        let bytes = fs::read(lab.path("a.iso")).unwrap();
        fs::write(lab.path("cut.iso"), &bytes[..bytes.len() - 4096]).unwrap();
        lab.pxectl(&["media", "info", "cut.iso"]).ends_with(1).prints("PROBLEM it ends 4096 bytes before");
        assert_eq!(json_of(&lab, &["media", "info", "cut.iso", "--format", "json"], 1)["whole"], json!(false));
    }
}

#[test]
fn what_is_no_image_is_named() {
    let lab = Lab::usual();
    lab.write("page.iso", "<!DOCTYPE html><html>404</html>");
    lab.pxectl(&["media", "ls", "page.iso"]).ends_with(2).one_error().says("neither ISO 9660 nor UDF");
    lab.pxectl(&["media", "info", "page.iso"]).ends_with(2).one_error().says("HTML page");
    lab.pxectl(&["media", "info", "none.iso"]).ends_with(2).one_error();
    lab.pxectl(&["media", "ls", "."]).ends_with(2).one_error();
    lab.write("boot.wim", "MSWIM\0\0\0");
    lab.pxectl(&["media", "info", "boot.wim"]).ends_with(1).prints("was it downloaded whole?");
    lab.pxectl(&["media", "ls", "boot.wim"]).ends_with(2).one_error().says("was it downloaded whole?");
}

#[test]
fn names_that_lead_elsewhere_write_nothing() {
    let lab = Lab::usual();
    if genisoimage(&lab, "evil.iso", &["-R"], &[("aa/bb", b"inside"), ("cccccc", b"x")]).is_none() {
        return;
    }
    // The Rock Ridge names, changed into ones of the same length.
    let mut bytes = fs::read(lab.path("evil.iso")).unwrap();
    for (from, to) in [(&b"NM\x07\x01\0aa"[..], &b"NM\x07\x01\0.."[..]), (b"NM\x0b\x01\0cccccc", b"NM\x0b\x01\0../../")] {
        let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    fs::write(lab.path("evil.iso"), bytes).unwrap();
    let ran = lab.pxectl(&["media", "extract", "evil.iso", "--to", "deep/in/out"]).ends_with(1);
    ran.says("a name that leads elsewhere").says("a name with a slash");
    let below: Vec<_> = fs::read_dir(lab.path("deep/in")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(below, ["out"]);
    assert_eq!(fs::read_dir(lab.path("deep/in/out")).unwrap().count(), 0);
}

#[test]
fn symlinks_are_followed_inside_the_image_only() {
    let lab = Lab::usual();
    lab.write("tree/a/file", "x");
    for (name, target) in [("link", "a/file"), ("abs", "/a/../a/file"), ("gone", "/etc/passwd"), ("up", "../../../a/file")] {
        std::os::unix::fs::symlink(target, lab.path(format!("tree/{name}"))).unwrap();
    }
    if genisoimage(&lab, "l.iso", &["-R"], &[("b", b"b")]).is_none() {
        return;
    }
    let made = std::process::Command::new("genisoimage")
        .args(["-quiet", "-R", "-o", "l.iso", "tree"])
        .current_dir(lab.path("."))
        .status();
    assert!(made.unwrap().success());
    for name in ["link", "abs", "up"] {
        assert_eq!(lab.pxectl(&["media", "cat", "l.iso", name]).ends_with(0).stdout, "x");
    }
    lab.pxectl(&["media", "cat", "l.iso", "gone"]).ends_with(2).one_error().says("leads by a symlink to `/etc/passwd`");
    lab.pxectl(&["media", "extract", "l.iso", "--to", "out"]).ends_with(0).says("wrote 1 file to `out`; left out: 4 symlinks");
    lab.pxectl(&["media", "extract", "l.iso", "--to", "l.iso"]).ends_with(2).one_error().says("no folder has that name");
}

#[test]
fn boot_programs_are_told_apart() {
    let lab = Lab::usual();
    lab.write("undionly.kpxe", "<html>302 Found</html>");
    lab.pxectl(&["ipxe", "info", "undionly.kpxe"])
        .ends_with(1)
        .prints("it is an HTML page, and its name promises an iPXE for a BIOS");
    lab.write("pxe.kpxe", [0xea, 5, 0, 0xc0, 7, 0x32, 0xae, 0x18]);
    lab.pxectl(&["ipxe", "info", "pxe.kpxe"])
        .ends_with(0)
        .prints("iPXE for the PXE ROMs of a BIOS, 32 bits")
        .prints("firmware  bios");
    let told = json_of(&lab, &["ipxe", "info", "pxe.kpxe", "--format", "json"], 0);
    assert_eq!((&told["schema"], &told["kind"], &told["firmware"]), (&json!("pxectl.ipxe/1"), &json!("nbp"), &json!(["bios"])));
    lab.pxectl(&["ipxe", "info", "none"]).ends_with(2).one_error();
}
