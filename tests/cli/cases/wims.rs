//! `media`: files out of WIMs, wherever these lie.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::mpsc;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::PATIENCE;
use crate::support::image::{genisoimage, wimlib};
use crate::support::lab::Lab;
use crate::support::run;

fn json_of(lab: &Lab, args: &[&str], code: i32) -> Value {
    serde_json::from_str(&lab.pxectl(args).ends_with(code).stdout).unwrap()
}

#[test]
fn files_come_out_of_a_wim() {
    let lab = Lab::usual();
    lab.write("tree/Windows/System32/we*ird [1].dll", "one");
    lab.write("tree/setup.exe", "two");
    if wimlib(&lab, &["capture", "tree", "a.wim", "First", "--check"]).is_none() {
        return;
    }
    lab.write("tree/only-in-2", "three");
    wimlib(&lab, &["append", "tree", "a.wim", "Second", "--boot"]).unwrap();
    lab.pxectl(&["media", "info", "a.wim"])
        .ends_with(0)
        .prints("image  1  First")
        .prints("boots  image 2")
        .prints("--check does");
    let told = json_of(&lab, &["media", "info", "a.wim", "--check", "--format", "json"], 0);
    assert_eq!(
        (&told["boot_index"], &told["integrity"], &told["images"][1]["name"]),
        (&json!(2), &json!("match"), &json!("Second"))
    );
    lab.pxectl(&["media", "ls", "a.wim"]).ends_with(0).prints("only-in-2").prints("Windows");
    let first =
        lab.pxectl(&["media", "ls", "-r", "a.wim", "--image", "1"]).ends_with(0).prints("Windows/System32/we*ird [1].dll");
    assert!(!first.stdout.contains("only-in-2"), "{}", first.stdout);
    assert_eq!(
        lab.pxectl(&["media", "cat", "a.wim", "WINDOWS/system32/we*ird [1].DLL", "setup.exe"]).ends_with(0).stdout,
        "onetwo"
    );
    lab.pxectl(&["media", "extract", "a.wim", "--to", "out"]).ends_with(0).says("wrote 3 files");
    assert_eq!(fs::read_to_string(lab.path("out/Windows/System32/we*ird [1].dll")).unwrap(), "one");
    lab.pxectl(&["media", "cat", "a.wim", "none"]).ends_with(2).one_error().says("does not exist in the WIM image");
    lab.pxectl(&["media", "ls", "a.wim", "--image", "3"]).ends_with(2).one_error().says("has no image 3");
    // Where it is not installed, that is said; what needs none works.
    let without = |args: &[&str]| {
        let mut command = crate::support::run::command(&lab.path("."), args);
        command.env("PATH", lab.path("nothing"));
        crate::support::run::wait(command, &args.join(" "))
    };
    without(&["media", "ls", "a.wim"]).ends_with(2).one_error().says("wimtools");
    without(&["media", "info", "a.wim"]).ends_with(0).prints("First");
    // A changed byte is seen by whoever compares.
    let mut bytes = fs::read(lab.path("a.wim")).unwrap();
    bytes[220] ^= 1;
    fs::write(lab.path("a.wim"), bytes).unwrap();
    lab.pxectl(&["media", "info", "a.wim", "--check"]).ends_with(1).prints("WRONG").prints("PROBLEM");
    lab.pxectl(&["media", "info", "a.wim"]).ends_with(0);
}

#[test]
fn a_wim_in_an_iso_is_told_in_its_place() {
    let lab = Lab::usual();
    lab.write("tree/setup.exe", "two");
    if wimlib(&lab, &["capture", "tree", "boot.wim", "Setup"]).is_none() {
        return;
    }
    let bytes = fs::read(lab.path("boot.wim")).unwrap();
    if genisoimage(&lab, "win.iso", &["-udf"], &[("sources/boot.wim", &bytes)]).is_some() {
        lab.pxectl(&["media", "info", "win.iso", "SOURCES/boot.wim"]).ends_with(0).prints("image  1  Setup");
    }
}

/// Bytes that do not compress.
fn noise(seed: u32, len: u32) -> Vec<u8> {
    (0..len).map(|n| ((n ^ seed).wrapping_mul(2_654_435_761).rotate_left(n % 31) >> 11) as u8).collect()
}

#[test]
fn files_come_out_of_a_wim_inside_an_iso() {
    let lab = Lab::usual();
    for (path, content) in
        [("a/one", noise(1, 70_000)), ("a/two", noise(2, 70_000)), ("a/same", noise(1, 70_000)), ("none", vec![])]
    {
        lab.write(&format!("tree/{path}"), content);
    }
    for (options, name) in [
        ("--compress=LZX", "lzx.wim"),
        ("--compress=XPRESS", "xpress.wim"),
        ("--compress=none", "plain.wim"),
        ("--solid", "solid.esd"),
        ("--pipable", "pipable.wim"),
    ] {
        if wimlib(&lab, &["capture", "tree", name, "First", options]).is_none() {
            return;
        }
        if options == "--compress=LZX" {
            lab.write("tree/second", "2");
            wimlib(&lab, &["append", "tree", name, "Second", "--boot"]).unwrap();
            fs::remove_file(lab.path("tree/second")).unwrap();
        }
        let inside = format!("sources/{name}");
        let wim = fs::read(lab.path(name)).unwrap();
        if genisoimage(&lab, "win.iso", &["-udf"], &[(&inside, &wim), ("readme.txt", b"x")]).is_none() {
            return;
        }
        let top = format!("SOURCES/{name}/");
        lab.pxectl(&["media", "ls", "win.iso", &inside]).ends_with(0).prints(&wim.len().to_string());
        lab.pxectl(&["media", "ls", "win.iso", &top, "--image", "1"]).ends_with(0).prints("none");
        lab.pxectl(&["media", "ls", "win.iso", &inside, "--image", "1"]).ends_with(0).prints("none");
        let files = json_of(&lab, &["media", "ls", "win.iso", &format!("{inside}/A"), "--format", "json"], 0);
        assert_eq!(files["entries"][0]["path"], json!(format!("{inside}/a/one")));
        let mut command = run::command(&lab.path("."), &["media", "cat", "win.iso", &format!("{inside}/a/two"), "readme.txt"]);
        let output = command.output().unwrap();
        assert_eq!(output.stdout, [noise(2, 70_000), b"x".to_vec()].concat());
        lab.pxectl(&["media", "extract", "win.iso", &top, "readme.txt", "--to", &format!("to-{name}")])
            .ends_with(0)
            .says("wrote ");
        for (path, content) in [("a/one", noise(1, 70_000)), ("a/same", noise(1, 70_000)), ("none", vec![])] {
            assert_eq!(fs::read(lab.path(format!("to-{name}/{inside}/{path}"))).unwrap(), content);
        }
        assert_eq!(lab.path(format!("to-{name}/{inside}/second")).exists(), name == "lzx.wim", "the image that boots");
    }
    lab.pxectl(&["media", "ls", "win.iso", "readme.txt/x"]).ends_with(2).one_error().says("`readme.txt`: it is no WIM");
    lab.pxectl(&["media", "ls", "win.iso", "--image", "1"]).ends_with(2).one_error().says("is no WIM");
    lab.pxectl(&["media", "ls", "win.iso", "sources/pipable.wim/", "--image", "7"])
        .ends_with(2)
        .one_error()
        .says("has no image 7");
    lab.pxectl(&["media", "cat", "win.iso", "sources/pipable.wim/nope"]).ends_with(2).one_error().says("does not exist");
    let left = fs::read_dir(lab.path("to-lzx.wim")).unwrap().count();
    assert_eq!(left, 2, "`sources` and the text");
}

/// Names that would be something else in a list, a shell or a pattern; and those that are refused.
#[test]
fn odd_names_in_a_wim_are_names() {
    let lab = Lab::usual();
    let good = ["#;\"q\"", "@x", "A", "a", "star*?[x]", " lead", "trail ", "\u{e9} \u{fc}"];
    let bad = ["back\\slash", "line\nend", "\u{1b}[31mred"];
    good.iter().chain(&bad).for_each(|name| lab.write(&format!("tree/{name}"), *name));
    std::os::unix::fs::symlink("/etc/passwd", lab.path("tree/link")).unwrap();
    fs::hard_link(lab.path("tree/A"), lab.path("tree/hard")).unwrap();
    if wimlib(&lab, &["capture", "tree", "a.wim", "First"]).is_none() {
        return;
    }
    let ran = lab.pxectl(&["media", "extract", "a.wim", "--to", "out"]).ends_with(1);
    assert_eq!(ran.stderr.matches("not written").count(), bad.len(), "{}", ran.stderr);
    ran.says("wrote 9 files to `out`; left out: 1 symlink").says("not written: `line\\nend`").says("\\u{1b}[31mred");
    for name in good {
        assert_eq!(fs::read_to_string(lab.path(format!("out/{name}"))).unwrap(), name);
    }
    assert_eq!(fs::read_dir(lab.path("out")).unwrap().count(), good.len() + 1);
}

#[test]
fn sets_of_parts_are_read_together_and_a_missing_part_is_named() {
    let lab = Lab::usual();
    (0..6).for_each(|n| lab.write(&format!("tree/{n}"), noise(n, 700_000)));
    if wimlib(&lab, &["capture", "tree", "a.wim", "First", "--compress=none"]).is_none() {
        return;
    }
    fs::create_dir(lab.path("[set]")).unwrap();
    wimlib(&lab, &["split", "a.wim", "[set]/install.swm", "1"]).unwrap();
    let part = |n: u32| fs::read(lab.path(format!("[set]/install{n}.swm"))).unwrap();
    let first = fs::read(lab.path("[set]/install.swm")).unwrap();
    let (second, third) = (part(2), part(3));
    // Another set beside it is none of it.
    wimlib(&lab, &["capture", "tree", "b.wim", "First", "--compress=none"]).unwrap();
    wimlib(&lab, &["split", "b.wim", "[set]/another.swm", "1"]).unwrap();
    for part in ["[set]/install.swm", "[set]/install4.swm"] {
        lab.pxectl(&["media", "extract", part, "--to", "out", "--force"]).ends_with(0).says("wrote 6 files");
        (0..6).for_each(|n| assert_eq!(fs::read(lab.path(format!("out/{n}"))).unwrap(), noise(n, 700_000)));
    }
    fs::rename(lab.path("[set]/install3.swm"), lab.path("3")).unwrap();
    lab.pxectl(&["media", "ls", "[set]/install.swm"]).ends_with(2).one_error().says("there is no part 3");
    let rest: Vec<_> = (4..7).map(|n| (format!("sources/install{n}.swm"), part(n))).collect();
    let mut files = vec![("sources/install.swm", first.as_slice()), ("sources/install2.swm", &second)];
    files.extend(rest.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
    if genisoimage(&lab, "cut.iso", &["-udf"], &files).is_none() {
        return;
    }
    lab.pxectl(&["media", "ls", "cut.iso", "sources/install2.swm/"]).ends_with(2).one_error().says("there is no part 3");
    files.push(("sources/install3.swm", &third));
    genisoimage(&lab, "whole.iso", &["-udf"], &files).unwrap();
    lab.pxectl(&["media", "extract", "whole.iso", "sources/install2.swm/", "--to", "inner"]).ends_with(0).says("wrote 6 files");
    (0..6).for_each(|n| assert_eq!(fs::read(lab.path(format!("inner/sources/install2.swm/{n}"))).unwrap(), noise(n, 700_000)));
}

/// A program in the place of wimlib-imagex that does what the shell says before it; `$real` is the real one.
fn in_its_place(lab: &Lab, script: &str) -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap();
    let real = std::env::split_paths(&path).map(|dir| dir.join("wimlib-imagex")).find(|path| path.is_file()).unwrap();
    lab.write("bin/wimlib-imagex", format!("#!/bin/sh\nreal={}\n{script}\n", real.display()));
    fs::set_permissions(lab.path("bin/wimlib-imagex"), fs::Permissions::from_mode(0o755)).unwrap();
    std::env::join_paths(std::iter::once(lab.path("bin")).chain(std::env::split_paths(&path))).unwrap()
}

#[test]
fn all_files_take_one_run_and_a_damaged_one_is_named() {
    let lab = Lab::usual();
    (0..20).for_each(|n| lab.write(&format!("tree/folder {n}/file {n}"), noise(n, 40_000)));
    lab.write("tree/ends with a space ", "x");
    if wimlib(&lab, &["capture", "tree", "a.wim", "First", "--compress=none"]).is_none() {
        return;
    }
    let path = in_its_place(&lab, "echo \"$1\" >> runs; exec \"$real\" \"$@\"");
    let extract = |to: &str| {
        let mut command = run::command(&lab.path("."), &["media", "extract", "a.wim", "--to", to]);
        command.env("PATH", &path);
        run::wait(command, "extract")
    };
    extract("out").ends_with(0).says("wrote 21 files");
    assert_eq!(fs::read_to_string(lab.path("runs")).unwrap(), "dir\nextract\nextract\n", "the name with a space goes alone");
    (0..20).for_each(|n| assert_eq!(fs::read(lab.path(format!("out/folder {n}/file {n}"))).unwrap(), noise(n, 40_000)));
    let mut bytes = fs::read(lab.path("a.wim")).unwrap();
    let bad = noise(7, 40_000);
    let at = bytes.windows(1000).position(|window| window == &bad[..1000]).unwrap();
    bytes[at + 500] ^= 1;
    fs::write(lab.path("a.wim"), bytes).unwrap();
    let ran = extract("damaged")
        .ends_with(1)
        .says("files are taken one by one")
        .says("wrote 20 files")
        .says("not written: `folder 7/file 7`");
    assert_eq!(ran.stderr.matches("not written").count(), 1, "{}", ran.stderr);
    assert!(!lab.path("damaged/folder 7/file 7").exists());
    let cat = run::command(&lab.path("."), &["media", "cat", "a.wim", "folder 7/file 7"]).output().unwrap();
    assert_eq!(cat.status.code(), Some(2), "its bytes came, and are said to be wrong");
}

#[test]
fn whoever_is_ended_or_killed_leaves_nothing_for_good() {
    let lab = Lab::usual();
    lab.write("tree/a", "a");
    lab.write("tree/b", "b");
    if wimlib(&lab, &["capture", "tree", "boot.wim", "First"]).is_none() {
        return;
    }
    let wim = fs::read(lab.path("boot.wim")).unwrap();
    if genisoimage(&lab, "win.iso", &["-udf"], &[("sources/boot.wim", &wim)]).is_none() {
        return;
    }
    for name in ["tmp", "out"] {
        fs::create_dir(lab.path(name)).unwrap();
    }
    assert!(Command::new("mkfifo").arg(lab.path("started")).status().unwrap().success());
    let path = in_its_place(&lab, "[ \"$1\" = extract ] || exec \"$real\" \"$@\"\necho $$ > started\nexec sleep 600");
    let left = |folder: &str| fs::read_dir(lab.path(folder)).unwrap().count();
    for signal in [Signal::TERM, Signal::KILL] {
        let mut command = run::command(&lab.path("."), &["media", "extract", "win.iso", "sources/boot.wim/", "--to", "out"]);
        command.env("PATH", &path).env("TMPDIR", lab.path("tmp"));
        let mut child = command.spawn().unwrap();
        // Whoever reads the pipe waits for the program that writes to it.
        let (send, pid) = mpsc::channel();
        let fifo = lab.path("started");
        std::thread::spawn(move || send.send(fs::read_to_string(fifo).unwrap()));
        let sleeper = Pid::from_raw(pid.recv_timeout(PATIENCE).unwrap().trim().parse().unwrap()).unwrap();
        assert!(left("tmp") == 1 && left("out") > 0);
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), (signal == Signal::TERM).then_some(2));
        if signal == Signal::TERM {
            assert!(kill_process(sleeper, Signal::KILL).is_err(), "it ended what it had started");
            assert_eq!((left("tmp"), left("out")), (0, 1), "only the folder of the files");
        } else {
            kill_process(sleeper, Signal::KILL).unwrap();
            assert_eq!(left("tmp"), 1);
        }
    }
    let mut command = run::command(&lab.path("."), &["media", "extract", "win.iso", "sources/boot.wim/", "--to", "out"]);
    command.env("TMPDIR", lab.path("tmp"));
    run::wait(command, "extract").ends_with(0).says("wrote 2 files");
    assert_eq!((left("tmp"), left("out")), (0, 1), "what the killed one left is swept");
}
