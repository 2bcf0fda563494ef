//! The store as its users share it: who they are, and what each of them needs.

pub mod enter;
pub mod needs;
