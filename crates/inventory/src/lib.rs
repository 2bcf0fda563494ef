//! Text to model and back: the inventory and its included files, recipes, the rules that judge them, and edits. Pure: files come in as
//! bytes, and leave as bytes.
//!
//! [`read()`] is the way in. It makes three passes over a text: one of saphyr-parser with the limits, to a tree of spans; one over
//! that tree, to a [`draft::Draft`] and every finding; and serde_yaml's typed one, which has the last word on what is ours. The
//! rules look at the draft, and a draft without errors is proved to be a `pxectl_model::inventory::Inventory`.
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
pub mod near;
mod prove;
mod read;
mod recipe;
pub mod rules;
pub mod schema;
mod text;
mod tree;
mod walk;
mod wire;

pub use allow::{Allowed, Judged};
pub use here::{Here, SourceState, here, how_to_mend, missing_secret};
pub use images::images;
pub use inside::{Absent, ImageAt, not_in_image};
pub use prove::{DEFAULT_HTTP_PORT, DEFAULT_TEMPLATES};
pub use read::{File, Include, Included, Input, LockInput, Reading, includes, read};
pub use recipe::{BadRecipe, read_recipe};
