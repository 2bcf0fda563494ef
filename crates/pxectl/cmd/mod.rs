//! One file a command.

pub mod boot_test;
pub mod demo;
pub mod lint;
pub mod rearm;
pub mod render;
pub mod serve;
