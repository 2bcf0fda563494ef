//! What pxectl keeps on disk: the journal of boots, and files that are replaced whole.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod journal;
pub mod replace;
mod wire;
