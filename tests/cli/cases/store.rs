//! Artifacts that were fetched are served from the store, by the digest of the inventory or of the lock file.

use crate::support::files;
use crate::support::lab::{HEAD, HOSTS, Lab};

const PROFILE: &str = "profiles:\n  rescue: {recipe: linux, kernel: linux, initrds: [initrd], args: [quiet]}\n";

fn kernel() -> Vec<u8> {
    files::kernel(30)
}

fn initrd() -> Vec<u8> {
    files::noise(40, 90_000)
}

/// A lab that fetches its kernel and its initrd; the kernel's digest is in the inventory, the initrd's in the lock file.
fn fetching() -> Lab {
    let lab = Lab::usual();
    let (linux, initrd) = (lab.store(&kernel()), lab.store(&initrd()));
    let hosts = HOSTS.replace("debian-12", "rescue");
    let artifacts = format!(
        "artifacts:\n  linux: {{url: \"https://mirror.example.net/linux\", sha256: {linux}}}\n  initrd: {{url: \"https://mirror.example.net/initrd\"}}\n"
    );
    lab.write("inventory.yaml", format!("{HEAD}{artifacts}{PROFILE}{hosts}"));
    lab.write("pxectl.lock", lock(&[("initrd", &initrd.to_string(), 90_000), ("linux", &linux.to_string(), 50_000)]));
    lab
}

fn lock(entries: &[(&str, &str, u64)]) -> String {
    let mut text = "pxectl_lock: 1\nartifacts:\n".to_owned();
    for (name, digest, size) in entries {
        text += &format!(
            "  {name}: {{url: \"https://mirror.example.net/{name}\", size: {size}, sha256: \"{digest}\", trust: first-use, fetched: \"2026-11-24T02:10:00Z\"}}\n"
        );
    }
    text
}

#[test]
fn what_was_fetched_boots() {
    let lab = fetching();
    let ran = lab.pxectl(&["boot-test", "SN-LIVE"]).ends_with(0);
    ran.prints("live-01 would boot rescue; every byte was as it lies in its file");
    let serve = lab.serve(&[]);
    let machine = serve.machine(3).serial("SN-LIVE");
    let script = machine.boot();
    let body = |name: &str| {
        let url = script.urls().into_iter().find(|url| url.ends_with(&format!("/artifacts/{name}"))).unwrap();
        machine.get(&url).body
    };
    assert!(body("linux") == kernel() && body("initrd") == initrd());
    serve.interrupt().with(0);
}

#[test]
fn what_was_not_is_one_error_that_says_what_to_do() {
    let lab = fetching();
    std::fs::remove_dir_all(lab.path("store")).unwrap();
    let ran = lab.refused_serve(&[]).ends_with(2).one_error();
    ran.says("error: artifacts are not in the store: initrd, linux\nhint: run `pxectl fetch initrd linux`");
    lab.store(&kernel());
    let ran = lab.pxectl(&["boot-test", "SN-LIVE"]).ends_with(1).one_error();
    ran.says("error: the artifact is not in the store: initrd\nhint: run `pxectl fetch initrd`").prints("live-01 would not boot");
    // Whom it is not for it does not stop.
    let ended = lab.serve(&["disk-01"]).interrupt().with(0);
    assert!(ended.stderr.contains("warning: artifact `initrd` is not in the store: `pxectl fetch initrd`"), "{}", ended.stderr);
    let ran = lab.pxectl(&["explain", "SN-LIVE"]).ends_with(0);
    ran.prints("the artifact initrd is not in the store: `pxectl fetch initrd`").prints("https://mirror.example.net/initrd");
    lab.pxectl(&["render", "boot", "SN-LIVE"]).ends_with(0).prints("/artifacts/initrd");
    lab.pxectl(&["lint"]).ends_with(0);
    let ran = lab.pxectl(&["lint", "--here"]).ends_with(1);
    ran.prints("error[not-fetched]: the artifact `initrd` is not in this host's store");
}

#[test]
fn another_store_is_named_on_the_command_line() {
    let lab = fetching();
    std::fs::rename(lab.path("store"), lab.path("images")).unwrap();
    lab.pxectl(&["boot-test", "SN-LIVE"]).ends_with(1);
    lab.pxectl(&["boot-test", "SN-LIVE", "--store", "images"]).ends_with(0);
}

#[test]
fn a_file_that_is_shorter_than_it_was_is_not_served() {
    let lab = fetching();
    let digest = lab.store(&initrd()).to_string();
    lab.write(&format!("store/sha256/{}/{digest}", &digest[..2]), "short");
    let ran = lab.refused_serve(&[]).ends_with(2).one_error();
    ran.says("error: artifact `initrd`: it is 5 bytes in the store, and was 90000 when it was locked");
}

#[test]
fn a_running_server_follows_the_lock_file() {
    let lab = fetching();
    let mut serve = lab.serve(&[]);
    let machine = serve.machine(3).serial("SN-LIVE");
    let newer = files::noise(41, 70_000);
    let digest = lab.store(&newer).to_string();
    let linux = lab.store(&kernel()).to_string();
    let locked = lock(&[("initrd", &digest, 70_000), ("linux", &linux, 50_000)]);
    lab.rename_over("pxectl.lock", &locked);
    let script = machine.boot();
    let url = script.urls().into_iter().find(|url| url.ends_with("/artifacts/initrd")).unwrap();
    assert!(machine.get(&url).body == newer, "the very next request");
    serve.wait("reloaded");
    // What contradicts the inventory changes nothing.
    lab.write("pxectl.lock", locked.replace("example.net/linux", "example.net/other"));
    assert!(machine.boot().text.contains("/artifacts/initrd"));
    serve.wait("reload-refused");
    let ended = serve.interrupt().with(0);
    assert!(ended.stderr.contains("lock-drift"), "{}", ended.stderr);
}

#[test]
fn a_lock_file_that_cannot_be_believed_stops_everything() {
    let lab = fetching();
    for (text, rule) in
        [("<<<<<<< HEAD\n=======\n>>>>>>> x\n", "merge-conflict"), ("pxectl_lock: 9\n", "version"), ("", "missing-key")]
    {
        lab.write("pxectl.lock", text);
        lab.refused_serve(&[]).ends_with(2).says(&format!("error[{rule}]")).says("pxectl.lock:1:");
        lab.pxectl(&["lint"]).ends_with(1).prints(&format!("error[{rule}]"));
    }
    std::fs::remove_file(lab.path("pxectl.lock")).unwrap();
    std::fs::create_dir(lab.path("pxectl.lock")).unwrap();
    lab.pxectl(&["lint"]).ends_with(1).prints("error[lock-file]: the lock file cannot be read");
}

#[test]
fn the_lock_file_pins_the_labs_own_files_too() {
    let lab = Lab::live();
    lab.pxectl(&["boot-test", "SN-LIVE"]).ends_with(0);
    let entry = |digest: &str| {
        format!(
            "pxectl_lock: 1\nartifacts:\n  initrd: {{size: 90000, sha256: \"{digest}\", trust: first-use, fetched: \"2026-11-24T02:10:00Z\"}}\n"
        )
    };
    let right = lab.store(&files::noise(4, 90_000)).to_string();
    lab.write("pxectl.lock", entry(&right));
    lab.pxectl(&["boot-test", "SN-LIVE"]).ends_with(0);
    lab.write("pxectl.lock", entry(&"ab".repeat(32)));
    let ran = lab.pxectl(&["boot-test", "SN-LIVE"]).ends_with(1);
    ran.says("error: artifact `initrd`: ").says("does not match its sha256: expected abab");
    // By the longer digest, which only the inventory gives.
    lab.write("pxectl.lock", "pxectl_lock: 1\n");
    lab.edit(|text| text.replace("files/linux}", &format!("files/linux, sha512: \"{}\"}}", "cd".repeat(64))));
    let ran = lab.pxectl(&["boot-test", "SN-LIVE"]).ends_with(1);
    ran.says("error: artifact `linux`: ").says("does not match its sha512: expected cdcd");
}
