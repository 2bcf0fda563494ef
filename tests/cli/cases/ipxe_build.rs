//! `ipxe build`, with a source tree whose Makefile does what iPXE's does of all that pxectl asks of it.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;

use crate::support::PATIENCE;
use crate::support::archive::{gzip, tar};
use crate::support::files::efi_program;
use crate::support::lab::{HEAD, HOSTS, Lab, PROFILES};
use crate::support::run::{self, Ran};

/// Writes what it was given into what it makes, and counts its runs.
const MAKEFILE: &str = "\
.PHONY: all
bin/undionly.kpxe: $(EMBED) config/local/$(CONFIG)/general.h
\t@mkdir -p bin
\t@echo '  [BUILD] bin/one.o'
\t@printf '\\352\\005\\000\\300\\007' > $@
\t@cat $(EMBED) config/local/$(CONFIG)/general.h $(TRUST) >> $@
\t@echo \"made $(GITVERSION) $(FROM_OUTSIDE)\" >> runs
bin-x86_64-efi/snponly.efi: $(EMBED)
\t@mkdir -p bin-x86_64-efi
\t@cat program.efi $(EMBED) > $@
\t@echo made >> runs
";

fn lab(makefile: &str) -> Lab {
    let lab = Lab::new(&format!("{HEAD}{PROFILES}{HOSTS}"));
    lab.write("source/src/Makefile", makefile);
    lab.write("source/src/config/general.h", "/* general */\n");
    lab.write("source/src/program.efi", efi_program(0x8664, 7));
    lab.write("source/.git/HEAD", "ref: refs/heads/master\n");
    lab.write("source/.git/refs/heads/master", format!("{}\n", "c0ffee".repeat(7).split_at(40).0));
    lab
}

/// Runs it; none where a program that iPXE needs is not there.
fn build(lab: &Lab, args: &[&str]) -> Option<Ran> {
    needed().then(|| lab.pxectl(&[&["ipxe", "build", "--source", "source"], args].concat()))
}

#[allow(clippy::print_stderr, reason = "what was not tried is said")]
fn needed() -> bool {
    let quiet = |program: &str, args: &[&str]| {
        Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    let lzma = quiet("gcc", &["-fsyntax-only", "-include", "lzma.h", "-x", "c", "/dev/null"]);
    let there = lzma && quiet("make", &["--version"]) && quiet("perl", &["--version"]);
    if !there {
        let required = std::env::var_os("PXECTL_REQUIRE").is_some() || std::env::var_os("CI").is_some();
        assert!(!required, "make, perl, gcc and liblzma-dev are required, and one is missing");
        eprintln!("SKIPPED: make, perl, gcc or liblzma-dev is not installed, `ipxe build` is untried");
    }
    there
}

/// What make wrote down in every folder that was built in.
fn runs(lab: &Lab) -> String {
    let folders = std::fs::read_dir(lab.path("store/build")).unwrap().map(|entry| entry.unwrap().path());
    folders.filter_map(|folder| std::fs::read_to_string(folder.join("ipxe/src/runs")).ok()).collect()
}

/// How many folders there are to build in.
fn copies(lab: &Lab) -> usize {
    std::fs::read_dir(lab.path("store/build")).unwrap().count()
}

/// All files below a folder with their contents.
fn tree(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            found.extend(tree(&entry.path()));
        } else {
            found.push((entry.path(), std::fs::read(entry.path()).unwrap()));
        }
    }
    found.sort();
    found
}

fn stored(lab: &Lab, name: &str) -> Vec<u8> {
    let lock = lab.read("pxectl.lock");
    let entry = lock.split_once(&format!("\"{name}\":")).unwrap().1;
    let digest = entry.split_once("sha256: \"").unwrap().1.split_once('"').unwrap().0;
    std::fs::read(lab.path(format!("store/sha256/{}/{digest}", &digest[..2]))).unwrap()
}

#[test]
fn what_is_built_is_kept_and_not_built_again() {
    let lab = lab(MAKEFILE);
    let before = tree(&lab.path("source"));
    let Some(ran) = build(&lab, &["--with", "https,ping"]) else { return };
    let ran = ran.ends_with(0).says("hint: `lab.ipxe: {bios: lab-undionly.kpxe, uefi-x64: lab-snponly.efi}`");
    assert!(ran.stdout.contains("lab-undionly.kpxe") && ran.stdout.contains("built for bios, 1 files compiled"), "{ran:?}");
    assert_eq!(tree(&lab.path("source")), before, "the source was not written to");
    let program = String::from_utf8_lossy(&stored(&lab, "lab-undionly.kpxe")).into_owned();
    assert!(program.contains("chain --replace --autofree --timeout 30000 http://127.0.0.1:8080/boot.ipxe"), "{program}");
    assert!(program.contains("#define DOWNLOAD_PROTO_HTTPS\n") && program.contains("#define PING_CMD\n"), "{program}");
    let lock = lab.read("pxectl.lock");
    for text in
        ["trust: built", "target: \"bin/undionly.kpxe\"", "with: \"https, ping\"", "commit: \"c0ffeec0ffee", "compiler: \"gcc"]
    {
        assert!(lock.contains(text), "{text}: {lock}");
    }
    assert_eq!(runs(&lab).lines().count(), 2);
    // Again, and nothing happens.
    let again = build(&lab, &["--with", "ping,https,ping"]).unwrap().ends_with(0);
    assert!(again.stdout.contains("lab-undionly.kpxe  ") && again.stdout.contains("built before, for bios"), "{again:?}");
    assert_eq!((lab.read("pxectl.lock"), runs(&lab).lines().count()), (lock, 2));
    // Another recipe is another build; `--force` is one, too.
    build(&lab, &["--target", "bios", "--with", "https"]).unwrap().ends_with(0);
    assert!(!String::from_utf8_lossy(&stored(&lab, "lab-undionly.kpxe")).contains("PING_CMD"));
    lab.edit(|text| text.replace("server: 127.0.0.1", "server: 127.0.0.2"));
    build(&lab, &["--target", "bios", "--with", "https"]).unwrap().ends_with(0);
    assert!(String::from_utf8_lossy(&stored(&lab, "lab-undionly.kpxe")).contains("http://127.0.0.2:8080/boot.ipxe"));
    assert_eq!((runs(&lab).lines().count(), copies(&lab)), (4, 3), "one for each target and set of switches");
    // What a crash left half done is gone with `--force`.
    for copy in std::fs::read_dir(lab.path("store/build")).unwrap() {
        std::fs::write(copy.unwrap().path().join("ipxe/src/Makefile"), "a torn file\n").unwrap();
    }
    lab.edit(|text| text.replace("server: 127.0.0.2", "server: 127.0.0.3"));
    let args = ["--target", "bios", "--with", "https"];
    build(&lab, &args).unwrap().ends_with(2).one_error().says("`--force` begins anew");
    build(&lab, &[&args[..], &["--force"]].concat()).unwrap().ends_with(0);
    for with in ["ping", "ntp", "nfs", "vlan", "pci"] {
        build(&lab, &["--target", "bios", "--with", with]).unwrap().ends_with(0);
    }
    assert_eq!(copies(&lab), 6);
}

#[test]
fn machines_boot_what_was_built() {
    let lab = lab(MAKEFILE);
    if build(&lab, &[]).is_none_or(|ran| ran.ends_with(0).code != 0) {
        return;
    }
    lab.edit(|text| text.replace("ipxe: {dir: ipxe}", "ipxe: {bios: lab-undionly.kpxe, uefi-x64: lab-snponly.efi}"));
    lab.pxectl(&["lint", "--here"]).ends_with(0);
    for firmware in ["bios", "uefi-x64"] {
        lab.pxectl(&["boot-test", "SN-LIVE", "--firmware", firmware]).ends_with(0);
    }
    lab.pxectl(&["list", "artifacts"]).ends_with(0).prints("lab-undionly.kpxe");
    lab.pxectl(&["fetch", "lab-snponly.efi"]).ends_with(0).prints("built here, as it was locked");
    // A store that never had it.
    std::fs::rename(lab.path("store"), lab.path("elsewhere")).unwrap();
    lab.pxectl(&["boot-test", "SN-LIVE"])
        .ends_with(1)
        .one_error()
        .says("built elsewhere, and not in this store: lab-snponly.efi, lab-undionly.kpxe");
    lab.pxectl(&["fetch", "lab-snponly.efi"]).ends_with(2).says("`pxectl ipxe build` makes it");
    lab.pxectl(&["lint", "--here"]).ends_with(1).prints("error[not-fetched]");
}

#[test]
fn a_release_archive_is_a_source_and_a_hostile_one_is_not() {
    let lab = lab(MAKEFILE);
    if !needed() {
        return;
    }
    let archive = tar(&[("ipxe-2.0.0/src/Makefile", MAKEFILE.as_bytes()), ("ipxe-2.0.0/src/config/general.h", b"\n")]);
    lab.write("ipxe.tar.gz", gzip(&archive));
    lab.pxectl(&["ipxe", "build", "--source", "ipxe.tar.gz", "--target", "bios"]).ends_with(0);
    assert!(!lab.read("pxectl.lock").contains("commit:"));
    let evil = Command::new("tar")
        .args(["-C"])
        .arg(lab.path("source"))
        .args(["-Pcf", "-", "--transform=s,^src/Makefile,../../../evil,", "src/Makefile"])
        .output()
        .unwrap();
    lab.write("evil.tar", &evil.stdout);
    lab.pxectl(&["ipxe", "build", "--source", "evil.tar", "--target", "bios"]).ends_with(2).says("leads out of it");
    lab.write("page.tar.gz", "<!DOCTYPE html><title>404</title>");
    lab.pxectl(&["ipxe", "build", "--source", "page.tar.gz", "--target", "bios"]).ends_with(2).one_error();
    lab.pxectl(&["ipxe", "build", "--source", "files", "--target", "bios"]).ends_with(2).says("is no source tree of iPXE");
    lab.pxectl(&["ipxe", "build", "--target", "bios"]).ends_with(2).says("hint: run `pxectl fetch ipxe-2.0.0.tar.gz`");
}

#[test]
fn what_the_compiler_says_is_told_and_nothing_is_kept() {
    let lab = lab(
        "bin/undionly.kpxe:\n\t@echo '  [BUILD] bin/core.o'\n\t@echo \"core/main.c:7:3: error: expected ';' before '}'\" >&2\n\t@exit 1\n",
    );
    let Some(ran) = build(&lab, &["--target", "bios"]) else { return };
    ran.ends_with(2)
        .says("core/main.c:7:3: error: expected ';' before '}'")
        .says("error: make bin/undionly.kpxe failed")
        .says("build.log");
    assert!(!lab.path("pxectl.lock").exists());
    // What it makes has to be what it is called.
    let lab = self::lab("bin/undionly.kpxe:\n\t@mkdir -p bin; cp program.efi $@\n");
    build(&lab, &["--target", "bios"]).unwrap().ends_with(2).says("undionly.kpxe` into the store: it is");
    assert!(!lab.path("pxectl.lock").exists());
}

#[test]
fn what_is_missing_is_told_at_once_with_its_packages() {
    let lab = lab(MAKEFILE);
    let mut command = run::command(
        lab.folder(),
        &["ipxe", "build", "--source", "source/src", "--target", "bios,uefi-x64,uefi-arm64,uefi-arm32"],
    );
    command.env("PATH", lab.path("store"));
    let ran = run::wait(command, "ipxe build").ends_with(2).one_error();
    // Headers come behind these, where this host lacks them.
    let ran =
        ran.says("error: building iPXE needs what is not here: make, perl, gcc, ld, aarch64-linux-gnu-gcc, arm-linux-gnueabi");
    ran.says("hint: Debian's packages: apt install make perl gcc binutils gcc-aarch64-linux-gnu gcc-arm-linux-gnueabi");
}

#[test]
fn the_callers_environment_and_names_are_kept_out() {
    let lab = lab(MAKEFILE);
    if !needed() {
        return;
    }
    let mut command = run::command(lab.folder(), &["ipxe", "build", "--source", "source/src", "--target", "bios"]);
    command.env("FROM_OUTSIDE", "leaked").env("MAKEFLAGS", "-n").env("CONFIG", "other");
    run::wait(command, "ipxe build").ends_with(0);
    assert_eq!(runs(&lab), format!("made {} \n", "c0ffee".repeat(7).split_at(40).0));
    build(&lab, &["--with", "htps"]).unwrap().ends_with(1).says("did you mean `https`?");
    build(&lab, &["--prefix", "../"]).unwrap().ends_with(2).one_error();
    build(&lab, &["--trust", "files/linux"]).unwrap().ends_with(2).says("there is no PEM certificate in it");
    let (begin, end) = ("-----BEGIN CERTIFICATE-----\nMAA=\n", "-----END CERTIFICATE-----\n");
    let key = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
    for (text, why) in [(begin.to_owned(), "has no end"), (format!("{begin}{end}{key}"), "there is a private key in it")] {
        lab.write("ca.pem", text);
        build(&lab, &["--trust", "ca.pem"]).unwrap().ends_with(2).one_error().says(why);
    }
    // A name that is somebody's.
    lab.edit(|text| text.replace("artifacts:\n", "artifacts:\n  lab-undionly.kpxe: {path: files/linux}\n"));
    build(&lab, &["--target", "bios", "--force"])
        .unwrap()
        .ends_with(2)
        .says("the lock file has `lab-undionly.kpxe` as something that was built");
}

#[test]
fn an_interrupt_ends_all_of_it() {
    let lab = lab("");
    if !needed() {
        return;
    }
    let pipe = lab.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Make, a shell, and a program in its background: each holds the pipe.
    let makefile = format!(
        "bin/undionly.kpxe:\n\t@mkdir -p bin; echo half > $@; exec 3>'{}'; sleep 1000 & echo here >&3; sleep 1000; true\n",
        pipe.display()
    );
    lab.write("source/src/Makefile", makefile);
    let command = run::command(lab.folder(), &["ipxe", "build", "--source", "source", "--target", "bios"]);
    let (told, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let mut lines = BufReader::new(File::open(pipe).unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        told.send(line).unwrap();
        // The end comes when nobody holds it any more.
        let mut rest = String::new();
        lines.read_to_string(&mut rest).unwrap();
        told.send(rest).unwrap();
    });
    let mut command = command;
    let child = command.spawn().unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    assert_eq!(ended.recv_timeout(PATIENCE).unwrap(), "here\n");
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("error: interrupted"), "{output:?}");
    assert_eq!(ended.recv_timeout(PATIENCE).unwrap(), "", "all of them ended");
    let half = std::fs::read_dir(lab.path("store/build")).unwrap().map(|copy| copy.unwrap().path().join("ipxe/src/bin"));
    let half: Vec<_> = half.flat_map(|bin| std::fs::read_dir(bin).unwrap().map(|file| file.unwrap().path())).collect();
    assert!(half.is_empty(), "what is half done is no part of the next build: {half:?}");
    // The next one begins where this was.
    lab.write("source/src/Makefile", MAKEFILE);
    build(&lab, &["--target", "bios"]).unwrap().ends_with(0);
}

#[test]
fn two_at_once_build_once() {
    let lab = lab(MAKEFILE);
    if !needed() {
        return;
    }
    let start = || {
        let mut command = run::command(lab.folder(), &["ipxe", "build", "--source", "source", "--target", "bios"]);
        command.spawn().unwrap()
    };
    let running = [start(), start(), start()];
    let outputs = running.map(|child| child.wait_with_output().unwrap());
    assert!(outputs.iter().all(|output| output.status.success()), "{outputs:?}");
    assert_eq!(runs(&lab).lines().count(), 1);
}

#[test]
fn a_sweep_knows_what_is_built_in() {
    let lab = lab(MAKEFILE);
    let Some(ran) = build(&lab, &["--target", "bios", "--with", "ping"]) else { return };
    ran.ends_with(0);
    build(&lab, &["--target", "bios", "--with", "ntp"]).unwrap().ends_with(0);
    // The lock file has the second one.
    let listed = lab.pxectl(&["store", "ls"]).ends_with(0).says("; 2 folders of `ipxe build`");
    let line = |end: &str| listed.stdout.lines().find(|line| line.starts_with("build/ipxe-") && line.ends_with(end));
    assert!(line("nobody").is_some() && line("/inventory.yaml)").is_some_and(|line| line.contains("lab-undionly.kpxe (")));
    let unused = lab.path("store").join(line("nobody").unwrap().split_whitespace().next().unwrap());
    // Young ones may be gone on with.
    lab.pxectl(&["store", "gc"]).ends_with(0).says("1 folder of `ipxe build`").says("used within 7 days");
    assert_eq!(copies(&lab), 2);
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(8 * 86_400);
    for folder in std::fs::read_dir(lab.path("store/build")).unwrap() {
        File::options().append(true).open(folder.unwrap().path().join("lock")).unwrap().set_modified(long_ago).unwrap();
    }
    // Whoever builds in it keeps it.
    let building = File::open(unused.join("lock")).unwrap();
    building.lock().unwrap();
    lab.pxectl(&["store", "gc"]).ends_with(0).says("removed 0 files (0 B)");
    assert!(unused.join("ipxe/src/Makefile").exists());
    drop(building);
    let dry = lab.pxectl(&["store", "gc", "--dry-run"]).ends_with(0).says("would remove 1 folder of `ipxe build`");
    assert!(dry.stdout.starts_with("build/ipxe-") && dry.stdout.lines().count() == 1 && unused.exists(), "{dry:?}");
    lab.pxectl(&["store", "gc"]).ends_with(0).says("removed 1 folder of `ipxe build`");
    assert!(!unused.exists() && copies(&lab) == 1);
    build(&lab, &["--target", "bios", "--with", "ntp"]).unwrap().ends_with(0);
    assert_eq!(runs(&lab).lines().count(), 1, "what the lab was built in is there");
}
