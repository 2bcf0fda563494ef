//! What needs no entry in an inventory: names that pxectl knows, files out of release archives, a shim and what it loads.

use std::net::Ipv4Addr;

use crate::support::archive::{gzip, tar};
use crate::support::files::{self, efi_program};
use crate::support::http::ask;
use crate::support::lab::{Lab, digest};
use crate::support::mirror::Mirror;
use crate::support::run;

const X64: u16 = 0x8664;
const ARM64: u16 = 0xaa64;

fn lab(ipxe: &str, artifacts: &str) -> Lab {
    Lab::new(&format!(
        "pxectl: 1\nlab:\n  server: 127.0.0.1\n  firmware: [uefi-x64]\n  ipxe: {ipxe}\n  networks: [{{subnet: 127.0.0.0/24}}]\n{artifacts}\
         hosts:\n  - {{serial: SN-DISK, name: disk-01, profile: local, mac: \"52:54:00:00:00:03\"}}\n"
    ))
}

/// As iPXE's releases have it, as far as x64 goes.
fn release() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let (shim, ipxe) = (efi_program(X64, 1), efi_program(X64, 2));
    let archive = tar(&[
        ("ipxeboot/x86_64-sb/shimx64.efi", &shim),
        ("ipxeboot/x86_64-sb/snponly.efi", &ipxe),
        ("ipxeboot/arm64/snponly.efi", &efi_program(ARM64, 3)),
        ("ipxeboot/x86_64/page.efi", b"<!DOCTYPE html><title>404</title>"),
    ]);
    (gzip(&archive), shim, ipxe)
}

/// An entry for a file of the archive on a mirror.
fn member(name: &str, mirror: &Mirror, path: &str, more: &str) -> String {
    format!("  {name}: {{url: \"{}\", member: {path}{more}}}\n", mirror.url("ipxeboot.tar.gz"))
}

fn pinned(bytes: &[u8]) -> String {
    format!(", sha256: \"{}\"", digest(bytes))
}

#[test]
fn a_shim_boots_and_finds_what_it_loads() {
    let (archive, shim, ipxe) = release();
    let mirror = Mirror::new(&[("ipxeboot.tar.gz", &archive)]);
    let entries = [
        member("snponly-shim.efi", &mirror, "ipxeboot/x86_64-sb/shimx64.efi", &pinned(&shim)),
        member("snponly-sb.efi", &mirror, "ipxeboot/x86_64-sb/snponly.efi", &pinned(&ipxe)),
    ];
    let lab = lab("{uefi-x64: snponly-shim.efi}", &format!("artifacts:\n{}", entries.concat()));
    lab.pxectl(&["boot-test", "SN-DISK", "--firmware", "uefi-x64"])
        .ends_with(1)
        .says("run `pxectl fetch snponly-sb.efi snponly-shim.efi`");
    let ran = lab.pxectl(&["fetch"]).ends_with(0);
    assert!(ran.stdout.contains("snponly-shim.efi  71 kB  fetched, as the inventory says"), "{ran:?}");
    assert_eq!(mirror.log().1.len(), 1, "the archive came once for both");
    assert!(lab.read("pxectl.lock").contains("    member: \"ipxeboot/x86_64-sb/shimx64.efi\"\n"));
    lab.pxectl(&["lint", "--here"]).ends_with(0);
    // What it is called in its archive says what it must be, not what the archive is called.
    let ran = lab.pxectl(&["verify", "snponly-shim.efi"]).ends_with(0);
    assert!(ran.stdout.contains("ok  UEFI application for x64, not signed"), "{ran:?}");
    // The pretend firmware does what shim.c does: it takes `-shim` out of the name that DHCP gave.
    for by in [&[][..], &["--http-boot"]] {
        let ran = lab.pxectl(&[&["boot-test", "SN-DISK", "--firmware", "uefi-x64"], by].concat()).ends_with(0);
        assert!(ran.stdout.contains("x86_64-sb/snponly-shim.efi") && ran.stdout.contains("x86_64-sb/snponly.efi"), "{ran:?}");
    }
    lab.pxectl(&["render", "dhcp"]).ends_with(0).prints("filename \"x86_64-sb/snponly-shim.efi\";");
    let serve = lab.serve(&[]);
    for (name, bytes) in [("x86_64-sb/snponly-shim.efi", &shim), ("x86_64-sb/snponly.efi", &ipxe), ("ipxe.efi", &ipxe)] {
        assert_eq!(&ask(Ipv4Addr::LOCALHOST, serve.http, &format!("/nbp/{name}")).whole().body, bytes, "{name}");
    }
}

/// A release archive, unpacked, is as good a source as the built-in names.
#[test]
fn a_folder_has_the_signed_set() {
    let (_, shim, ipxe) = release();
    let lab = lab("{dir: ipxeboot, secure_boot: true}", "");
    lab.write("ipxeboot/x86_64-sb/shimx64.efi", &shim);
    // What nobody signed is not taken in place of what is not there.
    lab.write("ipxeboot/snponly.efi", efi_program(X64, 4));
    lab.pxectl(&["lint"]).ends_with(0);
    lab.pxectl(&["lint", "--here"]).ends_with(1).prints("error[missing-file]: what the shim for uefi-x64 loads is not there");
    lab.pxectl(&["boot-test", "SN-DISK", "--firmware", "uefi-x64"])
        .ends_with(1)
        .one_error()
        .says("there is no iPXE behind the shim for uefi-x64")
        .says("x86_64-sb/snponly.efi");
    lab.write("ipxeboot/x86_64-sb/snponly.efi", &ipxe);
    let ran = lab.pxectl(&["lint", "--here"]).ends_with(0);
    assert_eq!(ran.stdout.matches("warning[unsigned-program]").count(), 2, "{ran:?}");
    lab.write("ipxeboot/x86_64-sb/shimx64.efi", signed(&shim));
    lab.write("ipxeboot/x86_64-sb/snponly.efi", signed(&ipxe));
    let ran = lab.pxectl(&["lint", "--here"]).ends_with(0);
    assert!(!ran.stdout.contains("unsigned-program"), "{ran:?}");
    for by in [&[][..], &["--http-boot"]] {
        let ran = lab.pxectl(&[&["boot-test", "SN-DISK", "--firmware", "uefi-x64"], by].concat()).ends_with(0);
        assert!(ran.stdout.contains("x86_64-sb/snponly-shim.efi") && ran.stdout.contains("x86_64-sb/snponly.efi"), "{ran:?}");
    }
    lab.pxectl(&["render", "dhcp"]).ends_with(0).prints("filename \"x86_64-sb/snponly-shim.efi\";");
    let serve = lab.serve(&[]);
    // A distribution's shim asks for GRUB's name, with two slashes by HTTP; iPXE's, where it was told no name, for `ipxe.efi`.
    let names = ["x86_64-sb/snponly.efi", "x86_64-sb/grubx64.efi", "x86_64-sb//grubx64.efi", "ipxe.efi"];
    for (name, bytes) in names.map(|name| (name, &ipxe)).into_iter().chain([("x86_64-sb/snponly-shim.efi", &shim)]) {
        assert_eq!(ask(Ipv4Addr::LOCALHOST, serve.http, &format!("/nbp/{name}")).whole().body, signed(bytes), "{name}");
    }
    drop(serve);
    lab.pxectl(&["bundle", "export", "lab.tar"]).ends_with(0);
    let bundle = std::fs::read(lab.path("lab.tar")).unwrap();
    for bytes in [&shim, &ipxe] {
        assert!(bundle.windows(4096).any(|part| part == &signed(bytes)[4096..8192]), "a bundle has both halves");
    }
}

/// The same program with a table of certificates at its end.
fn signed(program: &[u8]) -> Vec<u8> {
    let mut bytes = program.to_vec();
    let (offset, len) = (u32::try_from(bytes.len()).unwrap(), 8_u32);
    bytes.extend(len.to_le_bytes().into_iter().chain([0, 2, 2, 0]));
    // PE Format: optional header at 58h, the fifth data directory.
    let directory = 0x58 + 112 + 8 * 4;
    bytes[directory..directory + 4].copy_from_slice(&offset.to_le_bytes());
    bytes[directory + 4..directory + 8].copy_from_slice(&len.to_le_bytes());
    bytes
}

#[test]
fn a_name_is_known_without_an_entry() {
    let lab = lab("{uefi-x64: snponly.efi}", "profiles:\n  win: {recipe: windows, wimboot: wimboot, boot_wim: wimboot}\n");
    lab.pxectl(&["lint"]).ends_with(0);
    let list = lab.pxectl(&["list", "artifacts"]).ends_with(0);
    assert!(list.stdout.contains("https://github.com/ipxe/ipxe/releases/download/"), "{list:?}");
    lab.pxectl(&["boot-test", "SN-DISK", "--firmware", "uefi-x64"])
        .ends_with(1)
        .one_error()
        .says("hint: run `pxectl fetch snponly.efi`");
    lab.pxectl(&["lint", "--here"]).ends_with(1).prints("run `pxectl fetch wimboot`");
    lab.pxectl(&["fetch", "wimbot"]).ends_with(1).says("did you mean `wimboot`?");
    lab.edit(|text| text.replace("snponly.efi}", "snponli.efi}"));
    lab.pxectl(&["lint"]).ends_with(1).prints("did you mean `snponly.efi`?");
}

#[test]
fn its_publisher_is_asked_and_only_that() {
    let lab = lab("{uefi-x64: snponly.efi}", "");
    // Nobody listens there: the address is told, and nothing left this host.
    let mut command = run::command(lab.folder(), &["fetch", "snponly.efi", "wimboot"]);
    command.env("HTTPS_PROXY", "http://127.0.0.1:1").env_remove("NO_PROXY").env_remove("no_proxy");
    let ran = run::wait(command, "fetch").ends_with(2);
    for url in
        ["https://github.com/ipxe/ipxe/releases/download/v2.0.0/ipxeboot.tar.gz", "https://github.com/ipxe/wimboot/releases/"]
    {
        assert!(ran.stderr.contains(url), "{ran:?}");
    }
    assert!(!lab.path("pxectl.lock").exists());
}

#[test]
fn what_the_archive_does_not_have_or_is_something_else_is_refused() {
    let (archive, shim, _) = release();
    let mirror = Mirror::new(&[("ipxeboot.tar.gz", &archive)]);
    for (path, pin, why) in [
        ("ipxeboot/none.efi", &shim, "the archive has no file `ipxeboot/none.efi`"),
        ("ipxeboot/arm64/snponly.efi", &efi_program(ARM64, 3), "it is an EFI program for machine type 0xaa64"),
        ("ipxeboot/x86_64/page.efi", &b"<!DOCTYPE html><title>404</title>".to_vec(), "it is an HTML page"),
        ("ipxeboot/x86_64-sb/shimx64.efi", &vec![1], "it does not match its sha256"),
    ] {
        let lab = lab("{uefi-x64: snponly.efi}", &format!("artifacts:\n{}", member("snponly.efi", &mirror, path, &pinned(pin))));
        lab.pxectl(&["fetch"]).ends_with(1).says(why);
        assert!(!lab.path("pxectl.lock").exists(), "{path}");
    }
    let lab = lab("{uefi-x64: snponly.efi}", &format!("artifacts:\n{}", member("snponly.efi", &mirror, "../../etc/passwd", "")));
    lab.pxectl(&["lint"]).ends_with(1).prints("a file in an archive is named by its path there");
}

#[test]
fn without_a_source_the_usual_names_are_looked_for() {
    let text = "pxectl: 1\nlab: {server: 127.0.0.1, firmware: [uefi-arm32], networks: [{subnet: 127.0.0.0/24}]}\n\
                hosts: [{serial: SN-DISK, name: disk-01, profile: local, mac: \"52:54:00:00:00:03\"}]\n";
    let lab = Lab::new(text);
    // No package brings one for this firmware.
    lab.pxectl(&["boot-test", "SN-DISK", "--firmware", "uefi-arm32"])
        .ends_with(1)
        .says("hint: run `pxectl fetch snponly-arm32.efi`\n");
    let program = files::efi_program(0x01c2, 5);
    let digest = lab.store(&program);
    lab.write(
        "pxectl.lock",
        format!(
            "pxectl_lock: 1\nartifacts:\n  \"snponly-arm32.efi\":\n    url: \"https://github.com/ipxe/ipxe/releases/download/v2.0.0/ipxeboot.tar.gz\"\n    \
             member: \"ipxeboot/arm32/snponly.efi\"\n    size: {}\n    sha256: \"{digest}\"\n    trust: release\n    fetched: \"2026-11-26T00:00:00Z\"\n",
            program.len()
        ),
    );
    lab.pxectl(&["lint", "--deny", "warnings"]).ends_with(0);
    lab.pxectl(&["boot-test", "SN-DISK", "--firmware", "uefi-arm32"]).ends_with(0);
}

#[test]
fn fetch_tells_where_there_is_nothing_to_fetch_and_which_programs_are_nowhere() {
    let text = |firmware: &str| {
        format!("pxectl: 1\nlab: {{server: 127.0.0.1, firmware: [{firmware}], networks: [{{subnet: 127.0.0.0/24}}]}}\n")
    };
    let lab = Lab::new(&text("uefi-arm32, uefi-ia32"));
    let ran = lab.pxectl(&["fetch"]).ends_with(0);
    let said = "nothing to fetch: this lab names no artifact\n\
                note: this host has no bootstrap program for uefi-arm32, uefi-ia32 yet, without which `serve` does not start\n\
                hint: run `pxectl fetch snponly-arm32.efi snponly-i386.efi`\n";
    assert_eq!((&*ran.stdout, &*ran.stderr), ("", said));
    assert_eq!(lab.pxectl(&["-q", "fetch"]).ends_with(0).stderr, "");
    // A lab that has its programs, wherever from, is not told about others.
    let dir = text("uefi-arm32").replace("server:", "ipxe: {dir: files}, server:");
    assert_eq!(Lab::new(&dir).pxectl(&["fetch"]).ends_with(0).stderr, "nothing to fetch: this lab names no artifact\n");
}

#[test]
fn a_page_in_the_place_of_a_program_is_told_by_its_name() {
    let lab = Lab::usual();
    lab.write("page", "<!DOCTYPE html><title>Log in</title>");
    let entry = format!("artifacts:\n  undionly.kpxe: {{url: \"file://{}\"}}\n", lab.path("page").display());
    lab.edit(|text| text.replace("artifacts:\n", &entry));
    let ran = lab.pxectl(&["fetch", "undionly.kpxe"]).ends_with(1).one_error();
    ran.says("it is an HTML page, and its name promises an iPXE for a BIOS").says("hint: look at where its URL leads");
    assert!(!lab.path("pxectl.lock").exists());
}

#[test]
fn secure_boot_without_firmware_that_a_shim_exists_for_is_refused() {
    let text = "pxectl: 1\nlab: {server: 127.0.0.1, firmware: [bios], ipxe: {dir: files, secure_boot: true}, networks: [{subnet: 127.0.0.0/24}]}\n";
    Lab::new(text)
        .pxectl(&["lint"])
        .ends_with(1)
        .prints("error[conflicting-keys]: `secure_boot` is for `uefi-x64` and `uefi-arm64`");
    for firmware in ["firmware: [bios, uefi-arm64]", "http_port: 8080"] {
        Lab::new(&text.replace("firmware: [bios]", firmware)).pxectl(&["lint"]).ends_with(0);
    }
}

#[test]
fn outdated_knows_archives_and_releases() {
    let (archive, shim, _) = release();
    let mirror = Mirror::new(&[("ipxeboot.tar.gz", &archive)]);
    let entries = member("snponly-shim.efi", &mirror, "ipxeboot/x86_64-sb/shimx64.efi", &pinned(&shim));
    let lab = lab("{uefi-x64: snponly-shim.efi}", &format!("artifacts:\n{entries}"));
    lab.pxectl(&["fetch", "snponly-shim.efi"]).ends_with(0);
    let asked = |lab: &Lab| lab.pxectl(&["outdated", "snponly-shim.efi"]);
    asked(&lab).ends_with(0).prints("snponly-shim.efi  current  the server has the same version of its archive (ETag)");
    mirror.put("ipxeboot.tar.gz", &files::noise(9, archive.len() + 1));
    asked(&lab).ends_with(1).prints("snponly-shim.efi  changed  the server has another version of its archive (ETag)");
    // The same archive as a file of this host is looked into.
    lab.write("release.tar.gz", &archive);
    let url = format!("file://{}", lab.path("release.tar.gz").display());
    lab.edit(|text| text.replace(&mirror.url("ipxeboot.tar.gz"), &url));
    lab.pxectl(&["fetch", "snponly-shim.efi"]).ends_with(0);
    asked(&lab).ends_with(0).prints("snponly-shim.efi  current  it has the same sha256 there");
    // A release of before, and one that nothing names.
    let lab = self::lab("{uefi-x64: snponly.efi}", "");
    let old = "https://github.com/ipxe/ipxe/releases/download/v1.21.1/ipxeboot.tar.gz";
    lab.write(
        "pxectl.lock",
        format!(
            "pxectl_lock: 1\nartifacts:\n  \"snponly.efi\":\n    url: \"{old}\"\n    member: \"ipxeboot/x86_64/snponly.efi\"\n    size: 7\n    \
             sha256: \"{}\"\n    trust: first-use\n    fetched: \"2026-11-26T00:00:00Z\"\n",
            digest(b"older")
        ),
    );
    let ran = lab.pxectl(&["outdated"]).ends_with(1);
    assert!(ran.stdout.contains(
        "/v2.0.0/ipxeboot.tar.gz now, and what was locked came from https://github.com/ipxe/ipxe/releases/download/v1.21.1/"
    ));
    lab.pxectl(&["outdated", "wimboot"])
        .ends_with(0)
        .prints("wimboot  unknown  it is not in the lock file: `pxectl fetch wimboot`");
}
