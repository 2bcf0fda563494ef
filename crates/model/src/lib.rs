//! The words that every other crate of pxectl shares: pure, no files, no network, no clock.
//!
//! What crosses between the sibling crates is defined here and nowhere else: diagnostics and the places they point at, the
//! inventory and its one resolver, the iPXE script language, bodies and boots, events and the board that they fold into.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod arch;
pub mod artifact;
pub mod board;
pub mod body;
pub mod boot;
pub mod check;
pub mod diag;
pub mod digest;
pub mod event;
pub mod evidence;
pub mod exposed;
pub mod fingerprint;
pub mod glob;
pub mod identity;
pub mod image;
pub mod inventory;
pub mod ipxe;
pub mod lock;
pub mod mac;
pub mod name;
pub mod net;
pub mod plan;
pub mod policy;
pub mod profile;
pub mod recipe;
pub mod resolve;
pub mod rule;
pub mod secret;
pub mod secret_names;
pub mod settings;
pub mod source;
pub mod stock;
pub mod trace;
pub mod url;
pub mod utc;
pub mod uuid;
