//! Values as text for people.

pub mod board;
pub mod diagnostic;
pub mod plan;
pub mod size;
pub mod table;
pub mod walk;
