//! A lab with all that it needs of the store, in one tar file (POSIX.1-1988, ustar): for hosts without internet.
//!
//! The first member is the manifest, which names every other one in the order in which they follow, with length and SHA-256. Whoever
//! reads takes nothing else, and nothing is whole before its digest said so. Members are plain files; links, devices, folders and
//! extensions of the format are refused.

mod arrival;
mod error;
mod manifest;
mod pack;
mod unpack;

pub use arrival::Arrival;
pub use error::BundleError;
pub use manifest::{LAB, MANIFEST, Manifest, Member, Place};
pub use pack::pack;
pub use unpack::{Receiver, unpack};

/// Longest manifest that is read, bytes.
pub const MANIFEST_MOST: u64 = 16 << 20;
/// Most members.
pub const MEMBERS_MOST: usize = 100_000;

#[cfg(test)]
mod tests;
