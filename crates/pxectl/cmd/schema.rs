//! `schema`: what an editor wants to know of the format.

use pxectl_inventory::schema::{Kind, schema};

use crate::cli::{Schema, SchemaOf};
use crate::failure::{Answer, Outcome};
use crate::session::print;

/// Prints it.
pub fn run(args: &Schema) -> Outcome {
    let kind = match args.of {
        SchemaOf::Inventory => Kind::Inventory,
        SchemaOf::Included => Kind::Included,
    };
    print(&schema(kind));
    Ok(Answer::Yes)
}
