//! `fetch` onto disks that are full, or fill up while it works.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::support::PATIENCE;
use crate::support::files;
use crate::support::lab::{HEAD, Lab, digest};
use crate::support::mirror::Mirror;
use crate::support::run::{self, Ran};

fn image() -> Vec<u8> {
    files::noise(95, 200_000)
}

fn lab(mirror: &Mirror) -> Lab {
    let lab = Lab::usual();
    let artifacts = format!("artifacts:\n  image: {{url: \"{}\", sha256: {}}}\n", mirror.url("image"), digest(&image()));
    lab.write("inventory.yaml", format!("{HEAD}{artifacts}"));
    lab
}

/// A script in the lab's folder, with a small disk at `disk` that only it sees; `$0` is pxectl.
fn command(lab: &Lab, size: &str, script: &str) -> Command {
    let script = format!("set -e; mkdir disk; mount -t tmpfs -o size={size} lab disk; set +e\n{script}");
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", &script, env!("CARGO_BIN_EXE_pxectl")]).current_dir(lab.folder());
    command.env("PXECTL_STORE", "disk/store");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Whether there was a disk; where there was none, that is said.
#[allow(clippy::print_stderr)] // It is the tests' own voice.
fn had_disk(ran: &Ran) -> bool {
    let none = ran.stderr.contains("unshare: ") || ran.stderr.contains("mount: ");
    if none {
        assert!(std::env::var_os("PXECTL_REQUIRE").is_none(), "a full disk cannot be tried here: {}", ran.stderr);
        eprintln!("SKIPPED: a full disk cannot be tried without a mount namespace: {}", ran.stderr);
    }
    !none
}

#[test]
fn a_length_that_nobody_told_fills_it_and_what_came_is_kept() {
    let mirror = Mirror::chunked(&[("image", &image())]);
    let lab = lab(&mirror);
    let script = "\"$0\" fetch; echo code $?; ls disk/store/partial; ls disk/store/sha256; mount -o remount,size=1m disk; \"$0\" fetch; echo code $?";
    let ran = run::wait(command(&lab, "160k", script), "fetch onto a full disk");
    if !had_disk(&ran) {
        return;
    }
    let ran = ran
        .one_error()
        .says("error: image: there is no room for it: `disk/store` is full, and more is to come\nhint: make room there");
    assert!(ran.stdout.contains("code 2") && ran.stdout.contains(".part") && ran.stdout.ends_with("code 0\n"), "{ran:?}");
    let (_, begins) = mirror.log();
    assert!(begins.len() == 2 && begins[1] > 50_000, "{begins:?}");
}

#[test]
fn what_is_told_before_is_reserved_and_what_is_not_is_lost_to_others() {
    for known in [true, false] {
        let files = [("image", image())];
        let files = files.each_ref().map(|(name, bytes)| (*name, bytes.as_slice()));
        let mirror = if known { Mirror::new(&files) } else { Mirror::chunked(&files) };
        let lab = lab(&mirror);
        mirror.allow(Some(50_000));
        let script = format!(
            "\"$0\" fetch & until [ -s disk/store/partial/{0}.part ]; do :; done; cat /dev/zero > disk/other 2>/dev/null; \
             touch filled; wait $!; echo code $?; rm disk/other; \"$0\" fetch; echo code $?",
            digest(&image())
        );
        let mut child = command(&lab, "400k", &script).spawn().unwrap();
        let (filled, until): (PathBuf, _) = (lab.path("filled"), Instant::now() + PATIENCE);
        while !filled.exists() && child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < until, "nothing came");
            std::thread::yield_now();
        }
        mirror.allow(None);
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ran = Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) };
        if !had_disk(&ran) {
            return;
        }
        let codes: Vec<_> = ran.stdout.lines().filter(|line| line.starts_with("code")).collect();
        assert_eq!(codes, if known { ["code 0", "code 0"] } else { ["code 2", "code 0"] }, "{ran:?}");
        assert_eq!(ran.stderr.contains("is full, and more is to come"), !known, "{ran:?}");
        assert!(mirror.log().1[1..].iter().all(|begin| *begin > 0), "nothing begins anew: {:?}", mirror.log());
    }
}

#[test]
fn a_lock_file_that_finds_no_room_stays_as_it_was() {
    let mirror = Mirror::new(&[("image", &image())]);
    let lab = lab(&mirror);
    lab.write("pxectl.lock", "pxectl_lock: 1\n");
    let script = "cp inventory.yaml pxectl.lock disk/; cat /dev/zero > disk/other 2>/dev/null; cd disk; export PXECTL_STORE=../store; \
        \"$0\" fetch; echo code $?; cmp pxectl.lock ../pxectl.lock; echo same $?; ls -A; rm other; \"$0\" fetch; echo code $?; cat pxectl.lock";
    let ran = run::wait(command(&lab, "400k", script), "fetch with a full disk for the lock file");
    if !had_disk(&ran) {
        return;
    }
    let ran = ran.one_error().says("writing `").says("pxectl.lock`: No space left on device").says("hint: ");
    let ran = ran.prints("code 2\nsame 0\ninventory.yaml\nother\npxectl.lock\n").prints("already here").prints("code 0\n# What");
    assert!(ran.stdout.contains(&digest(&image()).to_string()) && mirror.log().1.len() == 1, "{ran:?}");
}
