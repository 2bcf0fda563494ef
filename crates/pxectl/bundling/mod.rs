//! A lab and all that it needs in one file: what belongs to it, writing it, and taking it in.

pub mod export;
pub mod gather;
pub mod import;
mod stage;
