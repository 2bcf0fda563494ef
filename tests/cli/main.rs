//! `pxectl` from outside, as a person at a terminal and as a script in CI use it: the built binary, real sockets on loopback,
//! a lab in a folder of its own. Nothing here waits for a clock: tests wait for events, and end with what they started.
#![allow(clippy::unwrap_used, missing_docs, clippy::missing_docs_in_private_items)]

mod cases;
mod support;
