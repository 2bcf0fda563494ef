//! What is fixed about a rule; the same card for every crate that finds something.

pub use pxectl_model::rule::Meta;
