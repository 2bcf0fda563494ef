//! The words that the cases are written in: a lab, a command that ran, a server that runs, a machine that boots.

pub mod archive;
pub mod ci_page;
pub mod files;
pub mod gpg;
pub mod http;
#[cfg(not(pxectl_no_unix))]
pub mod image;
pub mod lab;
pub mod machine;
pub mod mirror;
pub mod nginx;
pub mod proxy;
pub mod relay;
pub mod run;
pub mod schema;
pub mod serve;
pub mod terminal;

use std::time::Duration;

/// How long anything may take before a test gives up. No case comes near it; it is there so that a hang becomes a failure.
pub const PATIENCE: Duration = Duration::from_secs(60);
