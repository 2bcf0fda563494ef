//! Real firmware boots through `pxectl serve`, behind a real ISC dhcpd on a rendered configuration.
//!
//! Each case builds a wire of its own out of network namespaces, starts QEMU with SeaBIOS or OVMF, and is proved twice: by text
//! that the machine itself printed and by the server's events. `cargo xtask e2e` runs them; they need root and Debian's packages
//! (`cargo xtask setup`). Without those each test says loudly what is missing and passes, unless `PXECTL_REQUIRE` is set.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test: a panic is its verdict, and its output is for people")]

mod cases;
mod console;
mod dhcpd;
mod disk;
#[path = "../shared/fragmented.rs"]
mod fragmented;
mod initramfs;
mod lab;
mod machine;
mod newc;
mod packet;
mod pe;
mod preflight;
mod process;
mod pxectl;
mod strip;
mod timing;
mod transcript;
