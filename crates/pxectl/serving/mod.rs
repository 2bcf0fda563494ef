//! What the commands that boot machines share: tables, plan, journal, reporter. Only where there is a Unix to serve from.

pub mod contents;
pub mod event_json;
pub mod goal;
pub mod insides;
pub mod ledger;
pub mod live;
pub mod planning;
pub mod pretend;
pub mod reporter;
pub mod show;
pub mod sink;
pub mod tables;
pub mod vault;

use std::future::Future;
use std::time::Duration;

use crate::failure::{Failure, Outcome};

/// How long work that cannot be broken off (a line of the journal) may take to its end.
const LAST_WAIT: Duration = Duration::from_millis(200);

/// Runs a command that serves; what it left behind (a table that is being built, gigabytes being read) is not waited for.
///
/// # Errors
/// Those of the command, and where threads cannot be had.
pub fn run_to_end(command: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| Failure::of(&error))?;
    let outcome = runtime.block_on(command);
    runtime.shutdown_timeout(LAST_WAIT);
    outcome
}
