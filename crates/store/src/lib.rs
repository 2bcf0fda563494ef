//! What pxectl keeps on disk: the journal of boots, the store of images, files of people that are changed or replaced whole, and how they are read.
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(all(unix, not(pxectl_no_unix)))]
pub mod builds;
#[cfg(all(unix, not(pxectl_no_unix)))]
pub mod bundle;
pub mod contents;
pub mod edit;
pub mod evidence;
#[cfg(all(unix, not(pxectl_no_unix)))]
pub mod fetch;
#[cfg(all(unix, not(pxectl_no_unix)))]
pub mod gc;
pub mod hash;
pub mod images;
#[cfg(all(unix, not(pxectl_no_unix)))]
pub mod journal;
pub mod lock;
#[cfg(all(unix, not(pxectl_no_unix)))]
pub mod put;
pub mod regular;
pub mod replace;
#[cfg(all(unix, not(pxectl_no_unix)))]
mod turn;
#[cfg(all(unix, not(pxectl_no_unix)))]
pub mod users;
#[cfg(all(unix, not(pxectl_no_unix)))]
mod wire;
