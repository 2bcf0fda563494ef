//! The Debian packages that the real-firmware run and the benchmarks need: installed where that is possible, named where not.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::python;
use crate::steps::Outcome;

/// For the real-firmware run.
const FIRMWARE: [&str; 13] = [
    "busybox-static",
    "cpio",
    "debian-installer-12-netboot-amd64",
    "dnsmasq-base",
    "iproute2",
    "ipxe",
    "ipxe-qemu",
    "isc-dhcp-server",
    "nftables",
    "ovmf",
    "qemu-system-x86",
    "seabios",
    "tcpdump",
];

/// For interoperation and the benchmarks.
const PEERS: [&str; 29] = [
    "atftp",
    "curl",
    "debian-archive-keyring",
    "fish",
    "gcc",
    "genisoimage",
    "gnupg",
    "gpgv",
    "grub-efi-amd64-signed",
    "grub-rescue-pc",
    "isomd5sum",
    "liblzma-dev",
    "make",
    "nginx-light",
    "openssl",
    "p7zip-full",
    "perl",
    "php-fpm",
    "python3-venv",
    "sbsigntool",
    "shim-signed",
    "sqv",
    "tftp-hpa",
    "tftpd-hpa",
    "udftools",
    "wimtools",
    "wrk",
    "xorriso",
    "zsh",
];

/// Asked by Debian's packages before they start a service; 101 forbids it (invoke-rc.d(8)).
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// `cargo xtask setup`.
///
/// # Errors
/// Where packages are missing afterwards.
pub(crate) fn run() -> crate::Result {
    let said = |outcome| match outcome {
        Outcome::Passed => Ok(()),
        Outcome::Failed(why) | Outcome::CouldNot(why) => Err(why),
    };
    said(install()).and_then(|()| said(python::install()))
}

/// Installs what is missing: on Debian, as root. Starts none of the services.
pub(crate) fn install() -> Outcome {
    let missing = match missing() {
        Ok(missing) => missing,
        Err(why) => return Outcome::CouldNot(format!("{why}; needed are Debian 12's packages {}", names().join(" "))),
    };
    if missing.is_empty() {
        eprintln!("    all {} packages are installed", names().len());
        return Outcome::Passed;
    }
    let command = format!("apt-get install --no-install-recommends {}", missing.join(" "));
    if !Path::new("/proc/self").metadata().is_ok_and(|own| own.uid() == 0) {
        return Outcome::CouldNot(format!("{} packages are missing, and only root installs them: `{command}`", missing.len()));
    }
    eprintln!("    missing: {}", missing.join(" "));
    let quiet = match Quiet::begin() {
        Ok(quiet) => quiet,
        Err(error) => return Outcome::Failed(format!("writing `{POLICY}`: {error}")),
    };
    let lists = apt(&["update"], &[]);
    let outcome = lists.and_then(|()| apt(&["install", "--yes", "--no-install-recommends"], &missing));
    drop(quiet);
    match outcome {
        Ok(()) => Outcome::Passed,
        Err(why) => Outcome::Failed(format!("{why}; missing: {}", missing.join(" "))),
    }
}

fn names() -> Vec<&'static str> {
    FIRMWARE.iter().chain(&PEERS).copied().collect()
}

/// What dpkg does not know as installed.
fn missing() -> Result<Vec<&'static str>, String> {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat=${Package} ${db:Status-Status}\\n"]).args(names()).stderr(Stdio::null());
    // It ends with 1 where it does not know one of them, and still names the others.
    let output = query.output().map_err(|_| "this is not Debian: there is no dpkg-query".to_owned())?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(names().into_iter().filter(|name| !text.lines().any(|line| line == format!("{name} installed"))).collect())
}

fn apt(words: &[&str], packages: &[&str]) -> Result<(), String> {
    let mut command = Command::new("apt-get");
    // What it prints is narration, and goes where ours goes.
    command.args(words).args(packages).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(std::io::stderr());
    eprintln!("    apt-get {} {}", words.join(" "), packages.join(" "));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`apt-get {}` ended with {status}", words.join(" "))),
        Err(error) => Err(format!("`apt-get` did not start: {error}")),
    }
}

/// As long as this lives, installing a package starts no service. A policy of somebody else's is left as it is.
struct Quiet {
    ours: bool,
}

impl Quiet {
    fn begin() -> std::io::Result<Self> {
        let ours = !Path::new(POLICY).exists();
        if ours {
            std::fs::write(POLICY, "#!/bin/sh\nexit 101\n")?;
            std::fs::set_permissions(POLICY, std::fs::Permissions::from_mode(0o755))?;
        }
        Ok(Self { ours })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if self.ours
            && let Err(error) = std::fs::remove_file(POLICY)
        {
            eprintln!("warning: `{POLICY}` could not be removed, and keeps services from starting: {error}");
        }
    }
}
