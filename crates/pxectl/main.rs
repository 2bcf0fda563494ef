//! `pxectl`: from a serial number to an installed operating system.
fn main() {}
