//! What `verify` is made of: what each file must be, hashing them all, and telling of it.

pub mod human;
pub mod json;
pub mod judge;
pub mod run;
pub mod subject;
