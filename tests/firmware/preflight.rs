//! What the lab needs of its host, looked at once. What is missing is said for each thing, loudly, and never silently passed.

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::machine::Keys;
use crate::process::{command, program};
use crate::{initramfs, lab, machine};

/// Programs, and Debian's packages that hold them.
const PROGRAMS: [(&str, &str); 9] = [
    ("qemu-system-x86_64", "qemu-system-x86"),
    ("dhcpd", "isc-dhcp-server"),
    ("dnsmasq", "dnsmasq-base"),
    ("ip", "iproute2"),
    ("nft", "nftables"),
    ("busybox", "busybox-static"),
    ("cpio", "cpio"),
    ("gunzip", "gzip"),
    ("setpriv", "util-linux"),
];

/// Files, and Debian's packages that hold them.
const FILES: [(&str, &str); 5] = [
    (machine::OVMF, "ovmf"),
    ("/usr/lib/ipxe/undionly.kpxe", "ipxe"),
    ("/usr/lib/ipxe/snponly.efi", "ipxe"),
    ("/usr/lib/ipxe/qemu/pxe-e1000.rom", "ipxe-qemu"),
    ("/usr/share/seabios/bios-256k.bin", "seabios"),
];

/// Debian's shim, which Microsoft signed.
pub const SHIM: &str = "/usr/lib/shim/shimx64.efi.signed";
/// What it loads, which Debian signed.
pub const GRUB: &str = "/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed";
/// A private key for tests, and the certificate that a firmware for tests trusts.
pub const SIGNING_KEY: &str = "/usr/share/ovmf/PkKek-1-snakeoil.key";
/// See [`SIGNING_KEY`].
pub const CERTIFICATE: &str = "/usr/share/ovmf/PkKek-1-snakeoil.pem";

/// What Secure Boot needs besides.
const SECURE_PROGRAMS: [(&str, &str); 2] = [("sbsign", "sbsigntool"), ("openssl", "openssl")];
/// The same of files.
const SECURE_FILES: [(&str, &str); 7] = [
    (machine::SECURE_CODE, "ovmf"),
    (Keys::Snakeoil.variables(), "ovmf"),
    (Keys::Microsoft.variables(), "ovmf"),
    (SIGNING_KEY, "ovmf"),
    (CERTIFICATE, "ovmf"),
    (SHIM, "shim-signed"),
    (GRUB, "grub-efi-amd64-signed"),
];

/// Whether the cases can run here.
///
/// # Panics
/// Where they cannot and `PXECTL_REQUIRE` is set.
pub fn ready() -> bool {
    static MISSING: OnceLock<Vec<String>> = OnceLock::new();
    enough(MISSING.get_or_init(|| told(missing())))
}

/// Whether those with Secure Boot can.
///
/// # Panics
/// As [`ready`].
pub fn signing() -> bool {
    static MISSING: OnceLock<Vec<String>> = OnceLock::new();
    enough(MISSING.get_or_init(|| told(absent(&SECURE_PROGRAMS, SECURE_FILES.map(|(path, package)| (path.into(), package))))))
}

fn told(missing: Vec<String>) -> Vec<String> {
    missing.iter().for_each(|thing| shout(&format!("MISSING: {thing}")));
    missing
}

fn enough(missing: &[String]) -> bool {
    if missing.is_empty() {
        return true;
    }
    let required = std::env::var_os("PXECTL_REQUIRE").is_some_and(|value| !value.is_empty() && value != "0");
    assert!(!required, "real firmware cannot run here, and PXECTL_REQUIRE is set: {}", missing.join("; "));
    shout(&format!("SKIPPED, NOT RUN: {}", std::thread::current().name().unwrap_or("a case")));
    false
}

/// Whether the long cases are asked for: `PXECTL_E2E=all`.
pub fn all() -> bool {
    let all = std::env::var_os("PXECTL_E2E").is_some_and(|value| value == "all");
    if !all {
        shout(&format!("left out, for PXECTL_E2E=all: {}", std::thread::current().name().unwrap_or("a case")));
    }
    all
}

/// To the terminal, past the test runner's capture, in one piece.
fn shout(text: &str) {
    // Nothing can be said about a broken stderr.
    let _ = std::io::stderr().write_all(format!("real firmware: {text}\n").as_bytes());
}

fn missing() -> Vec<String> {
    if !std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        return vec!["root (network namespaces and taps need it)".to_owned()];
    }
    let installer = [initramfs::kernel(), initramfs::installer()].map(|path| (path, "debian-installer-12-netboot-amd64"));
    let files = FILES.iter().map(|(path, package)| (PathBuf::from(path), *package)).chain(installer);
    let mut missing = absent(&PROGRAMS, files);
    if missing.is_empty() {
        missing.extend(namespace());
    }
    missing
}

/// Those that are not installed, with their packages.
fn absent(programs: &[(&str, &str)], files: impl IntoIterator<Item = (PathBuf, &'static str)>) -> Vec<String> {
    let programs = programs.iter().filter(|(name, _)| program(name).is_none());
    let files = files.into_iter().filter(|(path, _)| !path.exists());
    let programs = programs.map(|(name, package)| format!("{name} (package {package})"));
    programs.chain(files.map(|(path, package)| format!("{} (package {package})", path.display()))).collect()
}

/// Tries what a container may forbid: a namespace and a tap in it.
fn namespace() -> Option<String> {
    lab::sweep();
    let name = format!("pxectl-try-{}", std::process::id());
    let tries = [format!("netns add {name}"), format!("-n {name} tuntap add tap0 mode tap"), format!("netns delete {name}")];
    let failure = tries.iter().find_map(|words| {
        let output = command("ip").args(words.split_whitespace()).output().ok()?;
        (!output.status.success()).then(|| format!("`ip {words}` ({})", String::from_utf8_lossy(&output.stderr).trim()))
    });
    if failure.is_some() {
        let _ = command("ip").args(["netns", "delete", &name]).output();
    }
    failure
}
