//! What an inventory holds, as plain values: `list` prints them as tables and as JSON.

pub mod artifacts;
pub mod hosts;
pub mod json;
mod places;
pub mod profiles;
pub mod recipes;
mod users;

pub use places::Places;
pub use users::Users;

/// What stands in a table where there is nothing.
pub const NOTHING: &str = "-";

/// A text of the person's own for a table: on one line, and never nothing at all.
fn cell(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty()).map_or_else(|| NOTHING.to_owned(), pxectl_inventory::findings::whole)
}

/// `1 host`, `2 hosts`.
pub fn count(n: usize, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}
