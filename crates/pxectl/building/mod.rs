//! What `ipxe build` is made of: the source, the switches, the targets with their tools, one run of make, and the lock file in the end.

pub mod make;
pub mod recipe;
pub mod screen;
pub mod source;
pub mod switches;
pub mod targets;
pub mod tree;
