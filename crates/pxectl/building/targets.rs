//! What is built for which firmware, and the programs that it takes.

use std::path::Path;
use std::time::Duration;

use pxectl_model::arch::Firmware;
use pxectl_model::lock::Version;

use crate::exec::{self, Bounds};

/// One thing to build.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The firmware that it is for.
    pub firmware: Firmware,
    /// What `make` is asked for, in iPXE's src.
    pub goal: &'static str,
    /// The end of the artifact's name.
    pub file: &'static str,
    /// The prefix of a cross compiler, where the host's own compiler makes something else.
    pub cross: &'static str,
    /// Debian's package of that.
    package: &'static str,
}

/// The target for a firmware.
pub fn target(firmware: Firmware) -> Target {
    let host = std::env::consts::ARCH;
    let x86 = |goal, file| match host {
        "x86" | "x86_64" => Target { firmware, goal, file, cross: "", package: "gcc" },
        _ => Target { firmware, goal, file, cross: "x86_64-linux-gnu-", package: "gcc-x86-64-linux-gnu" },
    };
    match firmware {
        Firmware::Bios => x86("bin/undionly.kpxe", "undionly.kpxe"),
        Firmware::UefiX64 => x86("bin-x86_64-efi/snponly.efi", "snponly.efi"),
        Firmware::UefiIa32 => x86("bin-i386-efi/snponly.efi", "snponly-i386.efi"),
        Firmware::UefiArm64 => {
            let (cross, package) = if host == "aarch64" { ("", "gcc") } else { ("aarch64-linux-gnu-", "gcc-aarch64-linux-gnu") };
            Target { firmware, goal: "bin-arm64-efi/snponly.efi", file: "snponly-arm64.efi", cross, package }
        }
        Firmware::UefiArm32 => Target {
            firmware,
            goal: "bin-arm32-efi/snponly.efi",
            file: "snponly-arm32.efi",
            cross: "arm-linux-gnueabihf-",
            package: "gcc-arm-linux-gnueabihf",
        },
    }
}

/// What a program may take to say who it is.
const BOUNDS: Bounds = Bounds { time: Duration::from_secs(20), output: 64 * 1024 };

/// The programs that are missing for these targets, each with the package of Debian that brings it.
pub fn missing(targets: &[Target], trusts: bool) -> Vec<(String, &'static str)> {
    let mut wanted: Vec<(String, &'static str)> =
        vec![("make".into(), "make"), ("perl".into(), "perl"), ("gcc".into(), "gcc"), ("ld".into(), "binutils")];
    wanted.extend(
        targets.iter().filter(|target| !target.cross.is_empty()).map(|target| (format!("{}gcc", target.cross), target.package)),
    );
    if trusts {
        wanted.push(("openssl".into(), "openssl"));
    }
    let here = Path::new(".");
    let mut missing: Vec<_> = wanted.into_iter().filter(|(program, _)| exec::find(program, here).is_err()).collect();
    let has_gcc = !missing.iter().any(|(program, _)| program == "gcc");
    // All that is missing is told at once: without a compiler the usual place says whether a header is there.
    let lacks = |header: &str| !if has_gcc { compiles(header) } else { Path::new("/usr/include").join(header).exists() };
    // iPXE's own helpers run on this host: standard headers for all, LZMA for the compression of BIOS builds.
    if lacks("stdio.h") {
        missing.push(("stdio.h".into(), "libc6-dev"));
    }
    if targets.iter().any(|target| target.firmware == Firmware::Bios) && lacks("lzma.h") {
        missing.push(("lzma.h".into(), "liblzma-dev"));
    }
    missing
}

fn compiles(header: &str) -> bool {
    let args = ["-fsyntax-only", "-include", header, "-x", "c", "/dev/null"].map(str::to_owned);
    let found = exec::find("gcc", Path::new("."));
    found.is_ok_and(|gcc| exec::run(&gcc, &args, Path::new("/"), BOUNDS).is_ok_and(|ended| ended.status.success()))
}

/// What the compiler of a target calls itself.
///
/// # Errors
/// Where it does not say.
pub fn compiler(target: &Target) -> Result<String, String> {
    let name = format!("{}gcc", target.cross);
    let program = exec::find(&name, Path::new("."))?;
    let ended = exec::run(&program, &["--version".to_owned()], Path::new("/"), BOUNDS)
        .map_err(|why| format!("`{name} --version`: {why}"))?;
    let text = String::from_utf8_lossy(&ended.stdout);
    let line = text.lines().next().unwrap_or_default().trim();
    if Version::is_plain(line) {
        Ok(line.to_owned())
    } else {
        Err(format!("`{name} --version` prints no line that could be kept"))
    }
}
