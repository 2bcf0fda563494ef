//! One file a command.

pub mod assign;
#[cfg(serves)]
pub mod boot_test;
#[cfg(serves)]
pub mod bundle;
pub mod completions;
#[cfg(serves)]
pub mod demo;
pub mod explain;
#[cfg(serves)]
pub mod fetch;
pub mod init;
pub mod ipxe;
#[cfg(serves)]
pub mod ipxe_build;
pub mod lint;
pub mod list;
pub mod media;
#[cfg(serves)]
pub mod outdated;
#[cfg(serves)]
pub mod rearm;
pub mod render;
pub mod schema;
#[cfg(serves)]
pub mod serve;
#[cfg(serves)]
pub mod store;
pub mod unassign;
#[cfg(serves)]
pub mod verify;
