//! TFTP and HTTP for booting machines, from both ends: the servers and the pretend firmware.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod boots;
pub mod client;
mod complaints;
pub mod http;
pub mod open;
mod printable;
pub mod server;
pub mod table;
pub mod tftp;
