//! Readers of the event stream.

pub mod bars;
pub mod human;
pub mod ndjson;
