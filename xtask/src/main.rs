//! The project's chores, run as `cargo xtask COMMAND`.
fn main() {}
