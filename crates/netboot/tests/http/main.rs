//! The HTTP server over real sockets, as machines, people and strangers use it.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod boots;
mod changes;
mod files;
mod rig;
mod strangers;
