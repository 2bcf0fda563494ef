//! Values of a running `serve` as text for people.

pub mod board;
pub mod plan;
pub mod walk;
