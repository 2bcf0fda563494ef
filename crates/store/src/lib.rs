//! What pxectl keeps on disk: the journal of boots, files that are replaced whole, and how files of people are read.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod journal;
pub mod regular;
pub mod replace;
mod wire;
