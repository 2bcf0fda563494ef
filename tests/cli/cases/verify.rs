//! `verify`: everything is hashed again, and what is not as it was is told with what to do.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::support::files;
use crate::support::lab::{HEAD, Lab, digest};

/// A lab that fetched two images, and has a file of its own.
fn lab() -> Lab {
    let lab = Lab::usual();
    lab.write("mirror/linux", files::kernel(30));
    lab.write("mirror/initrd", files::noise(40, 90_000));
    let url = |name: &str| format!("file://{}", lab.path("mirror").join(name).display());
    let profile = "profiles:\n  rescue: {recipe: linux, kernel: linux, initrds: [initrd, own], args: [quiet]}\n";
    let artifacts = format!(
        "artifacts:\n  linux: {{url: \"{}\"}}\n  initrd: {{url: \"{}\"}}\n  own: {{path: files/initrd}}\n",
        url("linux"),
        url("initrd")
    );
    lab.write("inventory.yaml", format!("{HEAD}{artifacts}{profile}"));
    lab
}

fn stored(lab: &Lab, bytes: &[u8]) -> PathBuf {
    let name = digest(bytes).to_string();
    lab.path(format!("store/sha256/{}/{name}", &name[..2]))
}

#[test]
fn whole_missing_changed_and_extra() {
    let lab = lab();
    let ran = lab.pxectl(&["verify"]).ends_with(1).prints("linux   -      missing").prints("own     90 kB  unlocked");
    let ran = ran.says("hint: run `pxectl fetch own`: it pins the file as it is now");
    ran.says("error: artifacts are not in the store: initrd, linux\nhint: run `pxectl fetch initrd linux`\n");
    lab.pxectl(&["fetch"]).ends_with(0);
    let other = files::noise(9, 1000);
    lab.store(&other);
    let ran = lab.pxectl(&["verify"]).ends_with(0).says("3 ok, 1 file extra in the store (1.0 kB)");
    ran.prints("initrd  90 kB  ok").prints("linux   50 kB  ok").prints("own     90 kB  ok");
    // One bit, behind the system's back.
    let path = stored(&lab, &files::kernel(30));
    let mut bytes = files::kernel(30);
    bytes[49_999] ^= 1;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(&path, &bytes).unwrap();
    lab.write("files/initrd", "another");
    std::fs::remove_file(stored(&lab, &files::noise(40, 90_000))).unwrap();
    std::fs::write(stored(&lab, &other), "damaged").unwrap();
    let ran = lab.pxectl(&["verify"]).ends_with(1).says("0 ok, 3 changed, 1 missing; hashed");
    let remove = format!("rm -f {}", path.display());
    let ran = ran.says(&format!("it is damaged; remove it and fetch it again: `{remove} && pxectl fetch linux`"));
    let ran = ran.says(&format!("expected {}, found {}", digest(&files::kernel(30)), digest(&bytes)));
    let ran = ran.says("nothing of this lab refers to it; remove it: `rm -f ").says("it has 7 bytes, and had 90000");
    assert!(ran.stdout.starts_with("initrd") && ran.stdout.contains("initrd            -      missing"), "{}", ran.stdout);
    // What it says to do helps.
    let done = std::process::Command::new("sh").args(["-c", &remove]).status().unwrap();
    assert!(done.success());
    lab.pxectl(&["fetch", "linux"]).ends_with(0);
    lab.pxectl(&["verify", "linux"]).ends_with(0);
    let ran = lab.pxectl(&["verify", "linus"]).ends_with(1);
    ran.says("there is no artifact `linus` in the inventory; did you mean `linux`?");
}

#[test]
fn json_has_each_file_and_the_network_is_never_asked() {
    let lab = lab();
    lab.pxectl(&["fetch"]).ends_with(0);
    std::fs::remove_dir_all(lab.path("mirror")).unwrap();
    lab.store(b"extra");
    let ran = lab.pxectl(&["verify", "--format", "json", "--jobs", "1", "--quiet"]).ends_with(0);
    assert_eq!(ran.stderr, "");
    for part in [
        "\"schema\": \"pxectl.verify/1\"",
        "\"ok\": 3",
        "\"extra\": 1",
        "\"artifact\": \"own\"",
        "\"artifact\": null",
        "\"state\": \"extra\"",
        &format!("\"sha256\": \"{}\"", digest(&files::kernel(30))),
    ] {
        assert!(ran.stdout.contains(part), "no {part} in {}", ran.stdout);
    }
    // Neither `serve` nor anybody else would find this.
    lab.write("store/sha256/notes.txt", "mine");
    lab.pxectl(&["verify"])
        .ends_with(0)
        .says("notes.txt` is no file of the store")
        .says("hint: nothing uses what pxectl did not put there");
}

#[test]
fn a_lock_file_that_says_something_else_is_no_agreement() {
    let lab = lab();
    lab.pxectl(&["fetch"]).ends_with(0);
    let lock = lab.read("pxectl.lock");
    lab.write("pxectl.lock", lock.replace("size: 90000", "size: 90001"));
    lab.pxectl(&["verify"]).ends_with(1).says("it has 90000 bytes, and the lock file says 90001");
    lab.write("pxectl.lock", &lock);
    lab.edit(|text| text.replace("linux\"}", &format!("linux\", sha256: {}}}", digest(&files::noise(40, 90_000)))));
    let ran = lab.pxectl(&["verify", "linux"]).ends_with(1);
    ran.says("it is what the inventory says, and the lock file says something else").says("hint: run `pxectl fetch linux`");
}

#[test]
fn what_cannot_be_what_its_name_promises_is_flawed() {
    let lab = lab();
    let page = b"<!DOCTYPE html><title>404 Not Found</title>";
    lab.write("mirror/undionly.kpxe", page);
    lab.edit(|text| text.replace("mirror/linux", "mirror/undionly.kpxe"));
    // Where nobody says what it must hash to, it is not even taken.
    lab.pxectl(&["fetch", "linux"])
        .ends_with(1)
        .says("it is an HTML page, and its name promises an iPXE for a BIOS")
        .says("give its sha256");
    lab.edit(|text| text.replace("undionly.kpxe\"}", &format!("undionly.kpxe\", sha256: {}}}", digest(page))));
    lab.pxectl(&["fetch"]).ends_with(0).says("it is what its digest says, so it was taken");
    let ran = lab.pxectl(&["verify"]).ends_with(1).prints("linux   43 B   flawed").says("2 ok, 1 flawed");
    ran.says("it is an HTML page, and its name promises an iPXE for a BIOS").says("hint: its digest is the one that was locked");
    let ran = lab.pxectl(&["verify", "linux", "--format", "json"]).ends_with(1);
    ran.prints("\"format\": \"html\"").prints("\"state\": \"flawed\"");
}

#[test]
fn a_file_of_the_lab_has_to_make_sense_before_it_is_pinned() {
    let lab = lab();
    lab.write("files/snponly-arm64.efi", files::efi_program(0x8664, 1));
    lab.edit(|text| text.replace("files/initrd", "files/snponly-arm64.efi"));
    let ran = lab.pxectl(&["fetch", "own"]).ends_with(1).says("it is for uefi-x64, and its name promises uefi-arm64");
    ran.says("hint: put a sound file there; where it is what it is to be, give its sha256 in the inventory");
    let sha256 = digest(&files::efi_program(0x8664, 1));
    lab.edit(|text| text.replace("arm64.efi}", &format!("arm64.efi, sha256: {sha256}}}")));
    lab.pxectl(&["fetch"]).ends_with(0);
    let ran = lab.pxectl(&["verify"]).ends_with(1);
    assert!(ran.stdout.contains("own     71 kB  flawed  UEFI application for x64, not signed"), "{ran:?}");
    ran.says("hint: it was no better when it was locked: put a sound file there");
}

#[test]
fn what_two_people_locked_is_merged_by_keeping_both() {
    let lab = lab();
    lab.pxectl(&["fetch"]).ends_with(0);
    let lock = lab.read("pxectl.lock");
    // As git leaves it where both put one in the same place.
    let (before, linux) = lock.split_at(lock.find("  \"linux\":").unwrap());
    let (head, initrd) = before.split_at(before.find("  \"initrd\":").unwrap());
    let (linux, rest) = linux.split_at(linux.find("  \"own\":").unwrap());
    let marked = format!("{head}<<<<<<< HEAD\n{linux}=======\n{initrd}>>>>>>> theirs\n{rest}");
    lab.write("pxectl.lock", &marked);
    for command in ["fetch", "verify"] {
        lab.pxectl(&[command]).ends_with(2).says("git could not merge two versions").says("keep the blocks of both sides");
    }
    assert_eq!(lab.read("pxectl.lock"), marked, "nothing is written over what a person has to look at");
    let kept = marked.lines().filter(|line| !line.starts_with(['<', '=', '>']));
    lab.write("pxectl.lock", kept.map(|line| format!("{line}\n")).collect::<String>());
    lab.pxectl(&["verify"]).ends_with(0);
    lab.pxectl(&["fetch"]).ends_with(0).says("wrote pxectl.lock (3 artifacts)");
    assert_eq!(lab.read("pxectl.lock"), lock, "in order again");
}
