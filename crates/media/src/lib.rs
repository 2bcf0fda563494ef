//! What is inside an install image, read where it lies: UDF, ISO 9660 with Rock Ridge and Joliet, and El Torito boot entries. What WIMs
//! and boot programs are, and what is wrong with any of these.
//!
//! The image is a stranger's: every number in it is checked against the image's own length before it is used, nothing is allocated by
//! such a number alone, and each call reads a bounded count of bytes ([`limits`]). Reading is through `Read + Seek`: whoever calls
//! opens the file.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod binary;
mod bytes;
mod contents;
mod entry;
mod error;
mod image;
mod ipxe;
mod iso;
mod judge;
mod kernel;
pub mod limits;
mod pe;
mod source;
pub mod tarball;
mod tree;
mod udf;
mod volume;
mod walk;
mod wim;

pub use binary::{Binary, Nbp};
pub use contents::Contents;
pub use entry::{Entry, Kind, Part, Stamp, joined};
pub use error::Error;
pub use image::{Found, Image};
pub use ipxe::Ipxe;
pub use iso::torito::{BootEntry, Platform};
pub use judge::{Judge, judge};
pub use kernel::Kernel;
pub use pe::{Machine, Pe, Signer};
pub use pxectl_model::check::{Depth, Judged};
pub use volume::{Names, Udf, Volume};
pub use walk::Walk;
pub use wim::{Compression, Header, Solid, Sums, Wim, WimImage};
