//! Values as text for people.

pub mod diagnostic;
pub mod fit;
pub mod lines;
pub mod shell;
pub mod size;
pub mod style;
pub mod table;
pub mod words;
