//! The pretend firmware: boots a machine that does not exist, against real servers, as a real one would.
//!
//! It fetches its NBP with the options that its firmware really sends, then runs the scripts that iPXE would be given with
//! [`pxectl_model::ipxe::Interpreter`], and fetches every file that they name to its last byte. It starts nothing.

mod error;
mod firmware;
mod http;
pub mod nbp;
mod run;
mod tftp;
mod walk;

#[cfg(test)]
mod tests;

pub use error::{HttpError, TftpError, WalkError};
pub use firmware::{Entry, IPXE_VERSION};
pub use http::{Body, HttpClient, HttpGot, HttpRequest, Method};
pub use tftp::{TftpClient, TftpGot, TftpOptions};
pub use walk::{Limits, Loaded, Step, StepKind, WalkEnd, WalkSpec, Walked, walk};
