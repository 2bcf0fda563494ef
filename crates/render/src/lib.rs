//! Model in, configuration text out: boot scripts, answer files, dhcpd.conf. Pure: strings in, strings out.
//!
//! Templates are trusted and live in git beside the inventory; values are not, and [`guard`] makes each fit where it lands or
//! refuses it. What templates can name is listed in [`KNOWN`] and explained in docs/recipes.md. minijinja stays inside.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod alike;
mod boot;
mod build;
mod context;
pub mod dhcp;
mod entries;
mod entry;
mod env;
mod fault;
mod filename;
mod gate;
pub mod guard;
mod named;
mod origin;
mod parts;
mod plain;
mod plain_sight;
mod sealed;
mod single;
mod templates;
mod tokens;
mod unused;

pub use boot::Scripts;
pub use build::sample;
pub use context::{KNOWN, VERSION};
pub use fault::{RULES, TEMPLATE_ERROR};
pub use parts::comments;
pub use plain::{ipxe_embed, stage1};
pub use plain_sight::in_plain_sight;
pub use sealed::placeholder;
pub use single::Rehearsed;
pub use templates::{BUILT_IN_PREFIX, Template, TemplateSet};
