//! `bundle`: a lab and what it needs, in one file, to a host that has neither store nor internet.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use crate::support::files;
use crate::support::lab::{HEAD, HOSTS, Lab, digest};
use crate::support::run::{self, Ran};

/// A lab that fetched two images, with a file of its own, an include, and a template.
fn lab() -> Lab {
    let lab = Lab::usual();
    lab.write("mirror/linux", files::kernel(30));
    lab.write("mirror/initrd", files::noise(40, 90_000));
    lab.write("racks/one.yaml", HOSTS.replace("debian-12", "rescue"));
    lab.write("templates/site/motd.j2", "welcome\n");
    lab.write("notes.txt", "of no use to pxectl");
    lab.write(".pxectl/journal.ndjson", "");
    let url = |name: &str| format!("file://{}", lab.path("mirror").join(name).display());
    let profile = "profiles:\n  rescue: {recipe: linux, kernel: linux, initrds: [initrd, own], args: [quiet]}\n";
    let artifacts = format!(
        "artifacts:\n  linux: {{url: \"{}\"}}\n  initrd: {{url: \"{}\"}}\n  own: {{path: files/initrd}}\n",
        url("linux"),
        url("initrd")
    );
    let head = HEAD.replace("pxectl: 1\n", "pxectl: 1\ninclude: [racks/*.yaml]\n");
    lab.write("inventory.yaml", format!("{head}{artifacts}{profile}"));
    lab
}

/// A bundle of it, and no mirror any more.
fn exported() -> (Lab, PathBuf) {
    let lab = lab();
    lab.pxectl(&["fetch"]).ends_with(0);
    std::fs::remove_dir_all(lab.path("mirror")).unwrap();
    lab.pxectl(&["bundle", "export", "lab.tar"]).ends_with(0);
    let file = lab.path("lab.tar");
    (lab, file)
}

/// A folder on another host: its own store, nothing else.
fn elsewhere() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn import(at: &Path, bundle: &Path, more: &[&str]) -> Ran {
    let bundle = bundle.display().to_string();
    run::to_the_end(at, &[&["bundle", "import", &bundle], more].concat())
}

/// Every file below a folder, and what it holds.
fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push((path.strip_prefix(folder).unwrap().display().to_string(), std::fs::read(&path).unwrap())),
            }
        }
    }
    found.sort();
    found
}

fn names(folder: &Path) -> Vec<String> {
    files_below(folder).into_iter().map(|(name, _)| name).collect()
}

const OF_THE_LAB: [&str; 7] = [
    "files/initrd",
    "inventory.yaml",
    "ipxe/snponly.efi",
    "ipxe/undionly.kpxe",
    "pxectl.lock",
    "racks/one.yaml",
    "templates/site/motd.j2",
];

#[test]
fn a_lab_goes_to_a_host_without_internet_and_boots_there() {
    let (lab, bundle) = exported();
    let other = elsewhere();
    let ran = import(other.path(), &bundle, &["lab"]).ends_with(0);
    let ran = ran.says("imported 7 files of the lab into `lab`, 2 files into the store; bundle ");
    assert_eq!(names(&other.path().join("lab")), OF_THE_LAB);
    let identity = ran.stderr.trim_end().rsplit_once("bundle ").unwrap().1.to_owned();
    lab.pxectl(&["bundle", "export", "again.tar"]).ends_with(0).says(&format!("; bundle {identity}"));
    assert!(std::fs::read(lab.path("again.tar")).unwrap() == std::fs::read(&bundle).unwrap(), "the same lab, the same bytes");
    std::fs::copy(&bundle, other.path().join("lab.tar")).unwrap();
    drop(lab);
    let bundle = other.path().join("lab.tar");
    let at = other.path().join("lab");
    let store = other.path().join("store").display().to_string();
    let there = |args: &[&str]| run::to_the_end(&at, &[args, &["--store", &store]].concat());
    there(&["fetch", "--offline", "--locked"]).ends_with(0);
    there(&["verify"]).ends_with(0).says("3 ok; hashed");
    there(&["boot-test", "SN-LIVE"]).ends_with(0).prints("live-01 would boot rescue; every byte was as it lies in its file");
    there(&["store", "gc"]).ends_with(0).says("removed 0 files (0 B); kept 2 files");
    // The same again is no harm, and changes nothing.
    let ran = import(other.path(), &bundle, &["lab"]).ends_with(0);
    ran.says("0 files into the store, 2 were there already");
    // What a person changed is not lost.
    std::fs::write(at.join("racks/one.yaml"), "hosts: []\n").unwrap();
    let ran = import(other.path(), &bundle, &["lab"]).ends_with(1).one_error();
    ran.says("`lab/racks/one.yaml` is there already, and is another one").says("--force");
    assert_eq!(std::fs::read_to_string(at.join("racks/one.yaml")).unwrap(), "hosts: []\n");
    import(other.path(), &bundle, &["lab", "--force"]).ends_with(0);
    assert!(std::fs::read_to_string(at.join("racks/one.yaml")).unwrap().contains("SN-LIVE"));
    assert_eq!(names(&at), OF_THE_LAB);
}

#[test]
fn through_a_pipe_it_is_the_same() {
    let (lab, bundle) = exported();
    let mut export = run::command(lab.folder(), &["bundle", "export", "-"]).spawn().unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut export.stdout.take().unwrap(), &mut bytes).unwrap();
    assert!(export.wait().unwrap().success() && bytes == std::fs::read(&bundle).unwrap());
    let other = elsewhere();
    let mut import = run::command(other.path(), &["bundle", "import", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    import.stdin.take().unwrap().write_all(&bytes).unwrap();
    let output = import.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(other.path().join("inventory.yaml").exists());
}

#[test]
fn what_is_not_of_the_lab_or_not_there_is_said() {
    let lab = lab();
    let ran = lab.pxectl(&["bundle", "export", "lab.tar"]).ends_with(2).one_error();
    ran.says("artifacts are not in the store: initrd, linux\nhint: run `pxectl fetch initrd linux`");
    assert!(!lab.path("lab.tar").exists());
    lab.pxectl(&["fetch"]).ends_with(0);
    let outside = elsewhere();
    std::fs::write(outside.path().join("own.img"), files::noise(50, 1_000)).unwrap();
    lab.edit(|text| text.replace("files/initrd", &outside.path().join("own.img").display().to_string()));
    lab.pxectl(&["fetch", "own"]);
    std::fs::remove_file(lab.path("pxectl.lock")).unwrap();
    lab.pxectl(&["fetch"]).ends_with(0);
    let ran = lab.pxectl(&["bundle", "export", "lab.tar"]).ends_with(0);
    let ran = ran
        .says("warning: the file of the artifact `own`, `")
        .says("own.img` is outside of the lab's folder, and not in the bundle");
    assert!(!ran.stderr.contains("bootstrap programs"), "its folder of them is in it: {}", ran.stderr);
    lab.pxectl(&["bundle", "export", "lab.tar"]).ends_with(2).one_error().says("`lab.tar` is there already\nhint: --force");
    lab.pxectl(&["bundle", "export", "lab.tar", "--force"]).ends_with(0);
    std::fs::remove_file(outside.path().join("own.img")).unwrap();
    let other = elsewhere();
    let ran = import(other.path(), &lab.path("lab.tar"), &[]).ends_with(0);
    ran.says("error[missing-file]: the file of the artifact `own` is not there").says("bring that here by hand");
    // An image that is damaged is not given to anybody.
    let name = digest(&files::kernel(30)).to_string();
    let stored = lab.path(format!("store/sha256/{}/{name}", &name[..2]));
    std::fs::remove_file(&stored).unwrap();
    std::fs::write(&stored, files::kernel(31)).unwrap();
    let ran = lab.pxectl(&["bundle", "export", "lab.tar", "--force"]).ends_with(2).one_error();
    ran.says("does not match its sha256").says("hint: it was damaged, or changed meanwhile: run `pxectl verify`");
    lab.edit(|text| text.replace("racks/*.yaml", "../*/one.yaml"));
    std::fs::write(outside.path().join("one.yaml"), "hosts: []\n").unwrap();
    lab.pxectl(&["bundle", "export", "no.tar"])
        .ends_with(2)
        .says("is no file of the lab's folder, and a bundle holds nothing else");
    assert!(!names(lab.folder()).iter().any(|name| name.contains(".part") || name.contains("no.tar")));
}

#[test]
fn whatever_is_wrong_with_it_leaves_no_lab() {
    let (_lab, bundle) = exported();
    let whole = std::fs::read(&bundle).unwrap();
    let other = elsewhere();
    let broken = other.path().join("broken.tar");
    let refused = |bytes: &[u8], why: &str| {
        std::fs::write(&broken, bytes).unwrap();
        import(other.path(), &broken, &["lab"]).ends_with(1).one_error().says(why);
        assert_eq!(names(&other.path().join("lab")), [""; 0], "{why}");
    };
    refused(b"", "ends in the middle of `pxectl-bundle.json`");
    refused(b"<html>not found</html>", "it is no sound bundle");
    refused(&[b'x'; 4096], "it is no sound bundle");
    refused(&whole[..whole.len() / 2], "it was not copied to its end");
    // A byte of the last image, a byte of the inventory, and a word of the manifest.
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    refused(&flipped(whole.len() - 3000), "does not match its sha256");
    let find = |text: &[u8]| whole.windows(text.len()).position(|window| window == text).unwrap();
    refused(&flipped(find(b"recipe: linux")), "does not match its sha256");
    refused(&flipped(find(b"pxectl.bundle/1") + 14), "this program reads pxectl.bundle/1");
    refused(&flipped(find(b"lab/racks") + 3), "is neither of the lab nor of the store");
    assert_eq!(import(other.path(), &broken.with_file_name("none"), &["lab"]).code, 2);
    // Somebody's file under the name of a folder, and a link that leads away.
    let at = other.path().join("lab");
    std::fs::write(at.join("racks"), "mine").unwrap();
    import(other.path(), &bundle, &["lab", "--force"]).ends_with(2).one_error().says("racks` is no folder, and is in the way");
    std::fs::remove_file(at.join("racks")).unwrap();
    std::fs::create_dir(other.path().join("away")).unwrap();
    std::os::unix::fs::symlink(other.path().join("away"), at.join("racks")).unwrap();
    import(other.path(), &bundle, &["lab", "--force"]).ends_with(2).says("racks` is no folder, and is in the way");
    assert_eq!(names(&other.path().join("away")), [""; 0]);
}

fn kill(mut child: Child) {
    // It may have ended by itself.
    let _ = child.kill();
    child.wait().unwrap();
}

#[test]
fn killed_at_any_instant_nothing_half_done_is_whole() {
    let (_lab, bundle) = exported();
    let bytes = std::fs::read(&bundle).unwrap();
    let other = elsewhere();
    let mut complete = 0;
    for n in 0..60 {
        let mut child = run::command(other.path(), &["bundle", "import", "-", "lab"]).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // So much of it was sent; then some instant after that, and after the last byte.
        let sent = bytes.len() * n.min(40) / 40;
        stdin.write_all(&bytes[..sent]).unwrap();
        if n >= 40 {
            drop(stdin);
            for _ in 0..(n - 40) * 200_000 {
                std::hint::spin_loop();
            }
        }
        kill(child);
        for (name, content) in files_below(&other.path().join("store/sha256")) {
            assert!(name.ends_with(&digest(&content).to_string()), "{name} is not what its name says");
        }
        let at = other.path().join("lab");
        if at.join("inventory.yaml").exists() {
            complete += 1;
            let store = other.path().join("store").display().to_string();
            run::to_the_end(&at, &["verify", "--store", &store]).ends_with(0);
            std::fs::remove_dir_all(&at).unwrap();
        }
        if n % 7 == 0 {
            let _ = std::fs::remove_dir_all(other.path().join("store"));
        }
    }
    assert!(complete < 60);
    import(other.path(), &bundle, &["lab"]).ends_with(0);
    assert_eq!(names(&other.path().join("lab")), OF_THE_LAB, "and what the dead left is gone");
}

#[test]
fn two_at_once_are_one() {
    let (_lab, bundle) = exported();
    let bundle = bundle.display().to_string();
    let other = elsewhere();
    for _ in 0..5 {
        let start = || run::command(other.path(), &["bundle", "import", &bundle, "lab"]).spawn().unwrap();
        let children = [start(), start(), start()];
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
        assert_eq!(names(&other.path().join("lab")), OF_THE_LAB);
        assert_eq!(names(&other.path().join("store/sha256")).len(), 2);
        std::fs::remove_dir_all(other.path().join("lab")).unwrap();
        std::fs::remove_dir_all(other.path().join("store")).unwrap();
    }
}

#[test]
#[allow(clippy::print_stderr)]
fn a_full_disk_is_said_before_the_work() {
    let (lab, _) = exported();
    let script = "set -e; mkdir disk; mount -t tmpfs -o size=128k lab disk; \
        set +e; \"$0\" bundle import lab.tar disk/lab --store disk/store; echo \"code $?\"; find disk -type f; \
        \"$0\" bundle export disk/lab.tar; echo \"code $?\"; find disk -type f";
    let mut command = std::process::Command::new("unshare");
    command.args(["--mount", "sh", "-c", script, env!("CARGO_BIN_EXE_pxectl")]).current_dir(lab.folder());
    command.env("PXECTL_STORE", lab.path("store"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ran = run::wait(command, "bundle on a full disk");
    if ran.stderr.contains("unshare: ") || ran.stderr.contains("mount: ") {
        assert!(std::env::var_os("PXECTL_REQUIRE").is_none(), "a full disk cannot be tried here: {}", ran.stderr);
        eprintln!("SKIPPED: a full disk cannot be tried without a mount namespace: {}", ran.stderr);
        return;
    }
    assert_eq!(ran.stdout.matches("code 2").count(), 2, "{ran:?}");
    assert_eq!(ran.stderr.matches("there is no room for it: ").count(), 2, "{ran:?}");
    assert!(
        !ran.stdout.contains("inventory.yaml") && !ran.stdout.contains("lab.tar") && !ran.stdout.contains("sha256/"),
        "{ran:?}"
    );
}
