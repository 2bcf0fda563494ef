//! `store gc`: what nobody refers to goes, and nothing else, whoever is at work meanwhile.

use std::process::Child;

use crate::support::files;
use crate::support::lab::{HEAD, Lab, digest};
use crate::support::mirror::Mirror;
use crate::support::run;

const PROFILE: &str = "profiles:\n  rescue: {recipe: linux, kernel: linux, args: [quiet]}\n";

/// A lab that fetches `linux` from a mirror, into the store of another.
fn lab(url: &str, bytes: &[u8]) -> Lab {
    let lab = Lab::usual();
    let artifact = format!("artifacts:\n  linux: {{url: \"{url}\", sha256: {}}}\n", digest(bytes));
    lab.write("inventory.yaml", format!("{HEAD}{artifact}{PROFILE}"));
    lab
}

fn file(lab: &Lab, name: &str, seed: u64) -> (String, Vec<u8>) {
    let bytes = files::noise(seed, 50_000);
    lab.write(name, &bytes);
    (format!("file://{}", lab.path(name).display()), bytes)
}

fn names(lab: &Lab) -> Vec<String> {
    let list = |path: std::path::PathBuf| std::fs::read_dir(path).into_iter().flatten().map(|entry| entry.unwrap().path());
    let files = list(lab.path("store/sha256")).flat_map(list);
    let mut names: Vec<_> = files.map(|file| file.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// How many contents are half there.
fn halves(lab: &Lab) -> usize {
    let entries = std::fs::read_dir(lab.path("store/partial")).into_iter().flatten();
    entries.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|kind| kind == "part")).count()
}

#[test]
fn several_labs_share_a_store_and_each_keeps_its_own() {
    let home = Lab::usual();
    let (old_url, old) = file(&home, "old", 1);
    let (new_url, new) = file(&home, "new", 2);
    let (one, two) = (lab(&old_url, &old), lab(&old_url, &old));
    let store = one.path("store").display().to_string();
    let in_store = |lab: &Lab, args: &[&str]| lab.pxectl(&[args, &["--store", &store]].concat());
    in_store(&one, &["fetch"]).ends_with(0);
    in_store(&two, &["fetch"]).ends_with(0);
    one.store(b"nobody's");
    let (old_name, new_name, nobodys) = (digest(&old).to_string(), digest(&new).to_string(), digest(b"nobody's").to_string());
    let ran = in_store(&one, &["store", "ls"]).ends_with(0).prints(&format!("{nobodys}  8 B    nobody"));
    let by = |lab: &Lab| format!("linux ({})", lab.path("inventory.yaml").canonicalize().unwrap().display());
    ran.prints(&format!("{old_name}  50 kB  linux (")).prints(&by(&one)).prints(&by(&two));
    let ran = in_store(&two, &["store", "gc", "--dry-run"]).ends_with(0);
    let ran = ran.says("would remove 1 file (8 B); kept 1 file (50 kB) that 2 labs refer to");
    assert_eq!(ran.stdout, format!("{nobodys}  8 B\n"));
    assert_eq!(names(&one).len(), 2, "it only said so");
    // The first lab moves on; the second still has the old one.
    one.edit(|text| text.replace(&old_url, &new_url).replace(&old_name, &new_name));
    in_store(&one, &["fetch"]).ends_with(0);
    in_store(&one, &["store", "gc"]).ends_with(0).says("removed 1 file (8 B); kept 2 files");
    let mut both = vec![old_name.clone(), new_name.clone()];
    both.sort();
    assert_eq!(names(&one), both);
    // A merge that nobody has resolved: what that lab needs is not certain.
    let lock = two.read("pxectl.lock");
    two.write("pxectl.lock", format!("<<<<<<< HEAD\n{lock}"));
    let ran = in_store(&one, &["store", "gc"]).ends_with(2).one_error().says("pxectl.lock` is no sound lock file");
    ran.says("nothing was removed").says("lint` tells more; where that lab is of no more use, `rm ");
    two.write("pxectl.lock", &lock);
    let inventory = two.read("inventory.yaml");
    two.write("inventory.yaml", inventory.replace("sha256:", "sha265:"));
    in_store(&one, &["store", "gc"]).ends_with(2).one_error().says("cannot be read to its end (unknown-key)");
    assert_eq!(names(&one), both);
    // Its files are gone, and with them its claim.
    std::fs::remove_file(two.path("inventory.yaml")).unwrap();
    in_store(&one, &["store", "gc"]).ends_with(0).says("removed 0 files");
    std::fs::remove_file(two.path("pxectl.lock")).unwrap();
    let ran = in_store(&one, &["store", "gc"]).ends_with(0).says("forgotten: the lab of `");
    ran.says("whose inventory and lock file are gone").says("removed 1 file (50 kB); kept 1 file (50 kB) that 1 lab refers to");
    assert_eq!(names(&one), [new_name]);
    in_store(&one, &["verify"]).ends_with(0);
}

#[test]
fn what_a_running_fetch_brought_stays() {
    let (linux, slow) = (files::kernel(30), files::noise(40, 90_000));
    let mirror = Mirror::new(&[("slow", &slow)]);
    let lab = lab(&mirror.url("slow"), &slow);
    let (url, _) = file(&lab, "first", 7);
    lab.write("first", &linux);
    // `first` is of a digest that nobody knows until the lock file is written, in the end.
    lab.edit(|text| text.replace("artifacts:\n", &format!("artifacts:\n  first: {{url: \"{url}\"}}\n")));
    lab.store(b"nobody's");
    mirror.allow(Some(20_000));
    let child = run::command(&lab.path(""), &["fetch", "--jobs", "2"]).spawn().unwrap();
    mirror.wait_sent(20_000);
    let until = std::time::Instant::now() + crate::support::PATIENCE;
    // `first` has its name before its half is tidied away; of `slow` there is a half.
    while names(&lab).len() < 2 || halves(&lab) != 1 {
        assert!(std::time::Instant::now() < until, "`first` never came");
        std::thread::yield_now();
    }
    let ran = lab.pxectl(&["store", "gc"]).ends_with(0).says("removed 1 file (8 B); kept 0 files");
    ran.says("kept also: 1 file that came while a fetch is running; 1 file half fetched");
    assert_eq!(names(&lab), [digest(&linux).to_string()]);
    mirror.allow(None);
    ends_well(child);
    assert_eq!(mirror.log().0, 90_000, "no byte came twice");
    lab.pxectl(&["store", "gc"]).ends_with(0).says("removed 0 files (0 B); kept 2 files");
    lab.pxectl(&["verify"]).ends_with(0);
}

fn ends_well(child: Child) {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Fetches and sweeps at once, again and again: whatever a lock file names is there.
#[test]
fn fetches_and_sweeps_at_once_lose_nothing() {
    let home = Lab::usual();
    let store = home.path("store").display().to_string();
    let labs: Vec<Lab> = (0..3).map(|_| Lab::usual()).collect();
    for round in 0..8 {
        for lab in &labs {
            let (url, _) = file(lab, "image", 100 + round);
            // The same content under another address each round: it is there already, for some, and first use for all.
            let artifact = format!("artifacts:\n  linux: {{url: \"{url}\"}}\n");
            lab.write("inventory.yaml", format!("{HEAD}{artifact}{PROFILE}"));
            let _ = std::fs::remove_file(lab.path("pxectl.lock"));
        }
        let mut children = Vec::new();
        for (n, lab) in labs.iter().enumerate() {
            children.push(run::command(lab.folder(), &["fetch", "--store", &store]).spawn().unwrap());
            children.push(run::command(labs[(n + 1) % 3].folder(), &["store", "gc", "--store", &store]).spawn().unwrap());
        }
        children.into_iter().for_each(ends_well);
        for lab in &labs {
            lab.pxectl(&["verify", "--store", &store]).ends_with(0);
        }
    }
    labs[0].pxectl(&["store", "gc", "--store", &store]).ends_with(0);
    assert_eq!(names(&home).len(), 1);
}
