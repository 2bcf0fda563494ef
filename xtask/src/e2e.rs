//! Real firmware in QEMU, alone: `tests/firmware`, on a release build.

use crate::steps::{Outcome, cargo_with};

/// Two cases beside each other: as many machines as the lab lets run at a time.
const TEST: [&str; 8] = ["test", "--release", "--locked", "--test", "firmware", "--", "--nocapture", "--test-threads=2"];

/// `cargo xtask e2e [--all]`: who asks for it by name wants it to have run.
///
/// # Errors
/// Where a case failed or could not run.
pub(crate) fn run(all: bool) -> crate::Result {
    match outcome(all, true) {
        Outcome::Passed => Ok(()),
        Outcome::Failed(why) | Outcome::CouldNot(why) => Err(why),
    }
}

/// Runs the cases that CI needs, or all; with `require`, one that could not run has failed.
pub(crate) fn outcome(all: bool, require: bool) -> Outcome {
    let mut environment = Vec::new();
    if all {
        environment.push(("PXECTL_E2E", "all"));
    }
    if require {
        environment.push(("PXECTL_REQUIRE", "1"));
    }
    cargo_with(&TEST, &environment)
}
