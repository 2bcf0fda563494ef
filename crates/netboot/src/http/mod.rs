//! The HTTP server: stage 1, stage 2, and the files, answers and call-backs of each boot.
//!
//! hyper speaks the protocol. File bytes never enter the process: a body hands hyper a stand-in of the right length, and the
//! connection writes the file in its place with sendfile(2) ([`lane`] tells how, and why nothing can be mixed up).
//! What is pure (targets, queries, ranges) is public, so that fuzzers reach it.

pub mod query;
pub mod range;
pub mod route;

mod ask;
mod beacon;
mod copy;
mod doors;
mod files;
mod fuzz;
mod handle;
mod lane;
mod limits;
mod memo;
mod pulse;
mod reply;
#[cfg(all(target_os = "linux", not(pxectl_no_linux)))]
mod sendfile;
mod sending;
mod serve;
mod wire;

pub use fuzz::{fuzz_range, fuzz_target};
pub(crate) use handle::{Site, Strangers};
pub use limits::Limits;
pub(crate) use memo::Memo;
pub(crate) use serve::{Serving, serve};
