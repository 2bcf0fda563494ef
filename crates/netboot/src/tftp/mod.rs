//! TFTP: RFC 1350, 2347, 2348, 2349, 7440; it only sends.
//!
//! A request is judged without touching a file: [`request`] reads it, the table either has that key or not. Each transfer is a
//! thread with a socket of its own; [`window`], [`options`] and [`request`] are pure. Linux's own (UDP_SEGMENT, the route's MTU,
//! the neighbour table) is in `gso`, `route` and `neighbour`, each with a portable way beside it.

mod fuzz;
mod gso;
mod limits;
mod live;
mod neighbour;
pub mod options;
mod registry;
pub mod request;
mod route;
mod run;
mod server;
mod transfer;
pub mod window;
mod worker;

pub use fuzz::fuzz_request;
pub use limits::Limits;
pub use server::TftpServer;
