//! What other systems than Linux build, compiled and tested here: no other target's standard library is needed for that.
//!
//! What it shows is that the code is whole without Linux's own ways, and without Unix's. What it cannot show is what another
//! system's libraries do.

use crate::steps::{Outcome, cargo_with};

/// A folder of its own: other flags would have cargo build everything anew in the usual one, time and again.
const FOLDER: [&str; 3] = ["--locked", "--target-dir", "target/portable"];

/// Servers without sendfile and UDP_SEGMENT; then everything that needs no server, without a Unix.
pub(crate) fn check() -> Outcome {
    let test = |flag: &str, what: &[&str]| {
        let flags = format!("--cfg {flag} -D warnings");
        cargo_with(&[&["test"], &FOLDER[..], what].concat(), &[("RUSTFLAGS", &flags)])
    };
    let checks: [(&str, &[&str]); 4] = [
        ("pxectl_no_linux", &["--package", "pxectl-netboot"]),
        ("pxectl_no_unix", &["--package", "pxectl-store", "--lib"]),
        ("pxectl_no_unix", &["--bin", "pxectl"]),
        (
            "pxectl_no_unix",
            &[
                "--test",
                "cli",
                "--",
                "cases::lint",
                "cases::render",
                "cases::explain",
                "cases::list",
                "cases::formats",
                "cases::elsewhere",
            ],
        ),
    ];
    checks.into_iter().map(|(flag, what)| test(flag, what)).find(|outcome| *outcome != Outcome::Passed).unwrap_or(Outcome::Passed)
}
