//! Every check and every test, from a fresh clone; the real-firmware run is the last, so that the test runner's own lines close it.

use crate::steps::{Steps, cargo, cargo_with, cargos};
use crate::{docs, e2e, peers, portable, python, setup, tidy};

/// Runs everything. What could not run here is a failure where `CI` or `PXECTL_REQUIRE` is set.
pub(crate) fn run() -> crate::Result {
    let require = is_set("CI") || is_set("PXECTL_REQUIRE");
    let environment: &[(&str, &str)] = if require { &[("PXECTL_REQUIRE", "1")] } else { &[] };
    let mut steps = Steps::new(require);
    steps.step("setup", setup::install);
    steps.step("Python's programs", python::install);
    steps.step("programs that tests try us with", peers::check);
    steps.step("format", || cargos(&[&["fmt", "--all", "--", "--check"], &FUZZ_FORMAT]));
    steps.step("tidy", || tidy::run().into());
    steps.step("clippy", || cargos(&[&CLIPPY, &CLIPPY_FIRMWARE]));
    steps.step("fuzz targets compile", || cargo(&FUZZ));
    steps.step("build", || cargo(&["test", "--locked", "--workspace", "--no-run"]));
    steps.step("documents", || docs::check().into());
    steps.step("tests", || cargo_with(&["test", "--locked", "--workspace", "--no-fail-fast"], environment));
    steps.step("what other systems build", portable::check);
    steps.step("demo", || cargo(&["run", "--release", "--locked", "--", "demo"]));
    eprintln!("\n{}\n{ADVICE}", steps.summary());
    steps.last("real firmware", || e2e::outcome(false, require));
    // Nothing is printed after the test runner's own last lines where all is well.
    steps.verdict()
}

const FUZZ_FORMAT: [&str; 5] = ["fmt", "--manifest-path", "crates/fuzz/Cargo.toml", "--", "--check"];

const CLIPPY: [&str; 7] = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];

/// A target that plain `cargo test` leaves out is left out of `--all-targets` too.
const CLIPPY_FIRMWARE: [&str; 7] = ["clippy", "--locked", "--test", "firmware", "--", "-D", "warnings"];

/// The shared target folder spares compiling the dependencies a second time.
const FUZZ: [&str; 5] = ["check", "--manifest-path", "crates/fuzz/Cargo.toml", "--target-dir", "target"];

const ADVICE: &str = "What is marked NOT RUN above, and each line with MISSING or SKIPPED, was not checked here; with CI or PXECTL_REQUIRE set it fails.";

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0" && value != "false")
}
