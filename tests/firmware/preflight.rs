//! What the lab needs of its host, looked at once. What is missing is said for each thing, loudly, and never silently passed.

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::OnceLock;

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

/// Whether the cases can run here.
///
/// # Panics
/// Where they cannot and `PXECTL_REQUIRE` is set.
pub fn ready() -> bool {
    static MISSING: OnceLock<Vec<String>> = OnceLock::new();
    let missing = MISSING.get_or_init(|| {
        let missing = missing();
        missing.iter().for_each(|thing| shout(&format!("MISSING: {thing}")));
        missing
    });
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
    let programs =
        PROGRAMS.iter().filter(|(name, _)| program(name).is_none()).map(|(name, package)| (name.to_string(), *package));
    let files = FILES.iter().map(|(path, package)| (Path::new(path).to_owned(), *package)).chain(installer);
    let files = files.filter(|(path, _)| !path.exists()).map(|(path, package)| (path.display().to_string(), package));
    let mut missing: Vec<_> = programs.chain(files).map(|(thing, package)| format!("{thing} (package {package})")).collect();
    if missing.is_empty() {
        missing.extend(namespace());
    }
    missing
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
