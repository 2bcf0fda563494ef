//! What pxectl keeps on disk: the journal of boots, the store of images, files that are replaced whole, and how files of people are read.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod images;
#[cfg(all(unix, not(pxectl_no_unix)))]
pub mod journal;
pub mod regular;
pub mod replace;
#[cfg(all(unix, not(pxectl_no_unix)))]
mod wire;
