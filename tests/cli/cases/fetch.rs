//! `fetch`: what is asked for comes, is what it must be, and is written down.

use std::time::Instant;

use crate::support::PATIENCE;
use crate::support::files;
use crate::support::lab::{HEAD, HOSTS, Lab, digest};
use crate::support::mirror::Mirror;
use crate::support::run;

const PROFILE: &str = "profiles:\n  rescue: {recipe: linux, kernel: linux, initrds: [initrd], args: [quiet]}\n";

fn kernel() -> Vec<u8> {
    files::kernel(30)
}

fn initrd() -> Vec<u8> {
    files::noise(40, 90_000)
}

fn mirror() -> Mirror {
    Mirror::new(&[("linux", &kernel()), ("initrd", &initrd())])
}

/// A lab whose kernel and initrd come from a mirror, both with their digests.
fn lab(mirror: &Mirror) -> Lab {
    let lab = Lab::usual();
    let artifact = |name: &str, bytes: &[u8]| format!("  {name}: {{url: \"{}\", sha256: {}}}\n", mirror.url(name), digest(bytes));
    let artifacts = format!("artifacts:\n{}{}", artifact("linux", &kernel()), artifact("initrd", &initrd()));
    lab.write("inventory.yaml", format!("{HEAD}{artifacts}{PROFILE}{}", HOSTS.replace("debian-12", "rescue")));
    lab
}

#[test]
fn what_was_fetched_boots_and_is_locked() {
    let mirror = mirror();
    let lab = lab(&mirror);
    let ran = lab.pxectl(&["fetch"]).ends_with(0).says("wrote pxectl.lock (2 artifacts)");
    assert_eq!(ran.stdout, "initrd  90 kB  fetched, as the inventory says\nlinux   50 kB  fetched, as the inventory says\n");
    lab.pxectl(&["boot-test", "SN-LIVE"]).ends_with(0);
    lab.pxectl(&["lint", "--deny", "warnings"]).ends_with(0);
    let lock = lab.read("pxectl.lock");
    assert!(lock.contains(&format!("url: \"{}\"", mirror.url("linux"))) && lock.contains("trust: inventory"), "{lock}");
    // Again, from the store alone, and nothing in git changes.
    for more in [&[][..], &["--offline"], &["--locked"], &["initrd"]] {
        let ran = lab.pxectl(&[&["fetch"], more].concat()).ends_with(0);
        assert!(ran.stdout.contains("initrd  90 kB  already here, as the inventory says") && ran.stderr.is_empty(), "{ran:?}");
    }
    assert_eq!((lab.read("pxectl.lock"), mirror.log().1.len()), (lock, 2));
}

#[test]
fn an_edit_is_followed_and_what_nobody_needs_goes() {
    let mirror = mirror();
    let lab = lab(&mirror);
    lab.pxectl(&["fetch"]).ends_with(0);
    let newer = files::noise(41, 70_000);
    mirror.put("initrd-2", &newer);
    lab.edit(|text| {
        let text = text.replace(&mirror.url("initrd"), &mirror.url("initrd-2"));
        text.replace(&digest(&initrd()).to_string(), &digest(&newer).to_string())
    });
    lab.pxectl(&["lint"]).ends_with(1).prints("error[lock-drift]");
    lab.pxectl(&["fetch", "--locked"]).ends_with(1).says("the lock file says something else of `initrd` than the inventory");
    lab.pxectl(&["fetch", "initrd"]).ends_with(0).says("wrote pxectl.lock");
    lab.pxectl(&["lint"]).ends_with(0);
    lab.edit(|text| text.replace("  linux: {", "  vmlinuz: {").replace("kernel: linux", "kernel: vmlinuz"));
    lab.pxectl(&["fetch", "--locked"])
        .ends_with(1)
        .says("`vmlinuz` is not in the lock file")
        .says("`linux` is in the lock file and not");
    lab.pxectl(&["fetch", "initrd"]).ends_with(0);
    assert!(lab.read("pxectl.lock").contains("\"linux\":"), "it was not asked about all");
    lab.pxectl(&["fetch"]).ends_with(0).says("wrote pxectl.lock (2 artifacts); `linux` is not in the inventory any more");
    lab.pxectl(&["lint", "--here", "--deny", "warnings"]);
    lab.pxectl(&["fetch", "--locked"]).ends_with(0);
}

#[test]
fn locked_refuses_whatever_would_change_the_lock_file() {
    let mirror = mirror();
    let lab = lab(&mirror);
    lab.edit(|text| text.replace("artifacts:\n", "artifacts:\n  own: {path: files/linux}\n"));
    lab.pxectl(&["fetch"]).ends_with(0);
    let locked = lab.read("pxectl.lock");
    // The same bytes, believed for another reason.
    lab.pxectl(&["lint", "--fix"]);
    assert!(lab.read("inventory.yaml").contains(&digest(&std::fs::read(lab.path("files/linux")).unwrap()).to_string()));
    let said = "`own` was locked as `trust: first-use`, and by the inventory that would change";
    lab.pxectl(&["fetch", "--locked"]).ends_with(1).says(said);
    assert_eq!(lab.read("pxectl.lock"), locked);
    lab.pxectl(&["fetch"]).ends_with(0).says("wrote pxectl.lock");
    lab.pxectl(&["fetch", "--locked"]).ends_with(0);
    // The same entries in another order, as a person may merge them.
    let locked = lab.read("pxectl.lock");
    let (head, rest) = locked.split_at(locked.find("  \"initrd\"").unwrap());
    let (first, rest) = rest.split_at(rest.find("  \"linux\"").unwrap());
    lab.write("pxectl.lock", format!("{head}{rest}{first}"));
    lab.pxectl(&["fetch", "--locked"]).ends_with(1).says("pxectl.lock is not written as `pxectl fetch` writes it");
    lab.pxectl(&["fetch"]).ends_with(0);
    assert_eq!(lab.read("pxectl.lock"), locked);
}

#[test]
fn wrong_bytes_are_a_no_and_an_absent_server_is_trouble() {
    let mirror = mirror();
    let lab = lab(&mirror);
    mirror.put("linux", b"<html>not here</html>");
    let ran = lab.pxectl(&["fetch"]).ends_with(1).one_error();
    let ran = ran.says("error: linux: ").says("what came is an HTML page; it does not match its sha256: expected");
    ran.says("hint: compare the digest in the inventory").prints("linux   -      failed").says("wrote pxectl.lock (1 artifact)");
    lab.edit(|text| text.replace(&mirror.url("linux"), "http://127.0.0.1:1/linux"));
    lab.pxectl(&["fetch", "linux"])
        .ends_with(2)
        .one_error()
        .says("error: linux: http://127.0.0.1:1/linux: ")
        .says("hint: look at the port");
    let ran = lab.pxectl(&["fetch", "--offline"]).ends_with(2).one_error();
    ran.says(
        "error: linux: it is not in the store, and --offline fetches nothing\nhint: fetch without --offline, or bring it along",
    );
    let ran = lab.pxectl(&["fetch", "linus"]).ends_with(1);
    ran.says("there is no artifact `linus` in the inventory; did you mean `linux`?");
}

#[test]
fn what_nobody_vouches_for_is_believed_once_and_said() {
    let mirror = mirror();
    let lab = lab(&mirror);
    let at = lab.path("made here.img");
    std::fs::write(&at, files::noise(50, 1000)).unwrap();
    let url = format!("file://{}", at.display().to_string().replace(' ', "%20"));
    lab.edit(|text| {
        text.replace("artifacts:\n", &format!("artifacts:\n  made: {{url: \"{url}\"}}\n  own: {{path: files/linux}}\n"))
    });
    let first = digest(&files::noise(50, 1000)).to_string();
    let ran = lab.pxectl(&["fetch", "made", "own"]).ends_with(0).prints("made  1.0 kB  fetched, believed on first use");
    let ran = ran.prints("own   50 kB   a file of the lab, pinned as it is");
    let ran = ran.says("warning: nobody says what `own` must hash to, so it is pinned as it lies there: sha256 ");
    ran.says(&format!("warning: nobody says what `made` must hash to, so what came first was believed: sha256 {first}"));
    lab.pxectl(&["lint"]).ends_with(0).prints("warning[no-digest]: nobody vouched for `made`");
    // From now on it is pinned: neither the store nor a file of the lab may be another one.
    std::fs::remove_dir_all(lab.path("store")).unwrap();
    std::fs::write(&at, files::noise(51, 1000)).unwrap();
    lab.write("files/linux", files::kernel(8));
    let ran = lab.pxectl(&["fetch", "made", "own"]).ends_with(1).says("error: made: ").says("error: own: ");
    ran.says(&format!("it does not match its sha256: expected {first}")).says("hint: if it is to be another one now");
}

#[test]
fn an_unsound_inventory_fetches_nothing() {
    let mirror = mirror();
    let lab = lab(&mirror);
    lab.edit(|text| text.replace("sha256: ", "sha265: "));
    lab.pxectl(&["fetch"]).ends_with(2).says("error[unknown-key]").says("nothing was fetched");
    lab.edit(|text| text.replace(&format!(", sha265: {}", digest(&kernel())), "").replace("sha265: ", "sha256: "));
    lab.pxectl(&["fetch"]).ends_with(2).says("error[http-without-digest]");
    lab.write("pxectl.lock", "<<<<<<< HEAD\n>>>>>>> x\n");
    lab.pxectl(&["fetch"]).ends_with(2).says("error[merge-conflict]");
    assert!(mirror.log().1.is_empty());
}

#[test]
fn two_processes_fetch_it_once_and_lose_no_entry() {
    let mirror = mirror();
    let (one, two) = (lab(&mirror), lab(&mirror));
    mirror.allow(Some(20_000));
    let store = one.path("store").display().to_string();
    let spawn = |lab: &Lab, name| run::command(&lab.path(""), &["fetch", name, "--store", &store]).spawn().unwrap();
    let first = spawn(&one, "initrd");
    mirror.wait_sent(20_000);
    let others = [spawn(&two, "initrd"), spawn(&one, "linux")];
    mirror.allow(None);
    for child in others.into_iter().chain([first]) {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    assert_eq!(mirror.log().0, 140_000, "each byte once");
    let lock = one.read("pxectl.lock");
    assert!(lock.contains("\"initrd\":") && lock.contains("\"linux\":"), "{lock}");
    assert!(two.read("pxectl.lock").contains("\"initrd\":"));
}

#[test]
fn an_interrupt_keeps_what_has_arrived() {
    let mirror = mirror();
    let lab = lab(&mirror);
    mirror.allow(Some(60_000));
    let child = run::command(lab.folder(), &["fetch", "initrd"]).spawn().unwrap();
    let until = Instant::now() + PATIENCE;
    // More than the record of it, which has a name like that for a moment.
    while super::fetch_killed::part(&lab) < 4096 {
        assert!(Instant::now() < until, "nothing arrived");
        std::thread::yield_now();
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("interrupted; what has arrived is kept") && said.contains("hint: the same command goes on"), "{said}");
    mirror.allow(None);
    lab.pxectl(&["fetch"]).ends_with(0);
    assert!(mirror.log().1.iter().any(|begin| *begin > 0), "{:?}", mirror.log());
}
