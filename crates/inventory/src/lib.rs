//! Text to model and back: the inventory and its included files, recipes, the rules that judge them, and edits. Pure: files come in as
//! bytes, and leave as bytes.
//!
//! [`read()`] is the way in. A text becomes a tree of spans: at once where it is ordinary, else by saphyr-parser, within limits. The
//! tree becomes a [`draft::Draft`] and every finding. serde has the last word on what is ours: over the tree of an ordinary text, and
//! with serde_yaml over any other text. The rules look at the draft, and a draft without errors is proved to be a
//! `pxectl_model::inventory::Inventory`.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod allow;
pub mod draft;
pub mod edit;
pub mod findings;
mod guess;
mod here;
mod hush;
mod images;
mod inside;
pub mod keys;
pub mod limits;
pub mod lock;
mod lower;
mod names;
pub mod near;
mod programs;
mod prove;
mod read;
mod recipe;
pub mod rules;
pub mod schema;
mod signing_keys;
mod stock;
mod text;
mod tree;
mod walk;
mod wire;

pub use allow::{Allowed, Judged};
pub use here::{Here, SourceState, here, how_to_mend, missing_secret};
pub use images::images;
pub use inside::{Absent, ImageAt, not_in_image};
pub use names::{HostNames, Names, names};
pub use programs::lacking_programs;
pub use prove::{DEFAULT_HTTP_PORT, DEFAULT_TEMPLATES};
pub use read::{File, Include, Included, Input, LockInput, Reading, includes, read};
pub use recipe::{BadRecipe, read_recipe};
pub use signing_keys::signing_keys;
pub use stock::{stock, unnamed};
pub use tree::fuzz_readers;
