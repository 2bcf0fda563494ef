//! What is compiled in: the templates, the recipes, the example lab.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use pxectl_model::name::Name;
use pxectl_model::recipe::Recipe;

static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The example inventory, which `demo` boots from and which is the tutorial.
pub const EXAMPLE: &str = include_str!("../../inventory.example.yaml");

/// The built-in templates by name.
pub fn templates() -> BTreeMap<String, String> {
    let texts = TEMPLATES.files().filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)));
    texts.map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

/// The recipes by name.
///
/// # Panics
/// Where a built-in recipe is unreadable: a test of this project fails first.
pub fn recipes() -> BTreeMap<Name, Recipe> {
    let files = TEMPLATES.get_dir("recipes").map(|dir| dir.files()).into_iter().flatten();
    let texts = files.filter_map(|file| Some((file.path().file_stem()?.to_str()?, file.contents_utf8()?)));
    let recipe = |(name, text): (&str, &str)| {
        pxectl_inventory::read_recipe(name, text)
            .unwrap_or_else(|error| panic!("the built-in recipe `{name}` is unreadable: {error}; please report this"))
    };
    texts.map(recipe).map(|recipe| (recipe.name.clone(), recipe)).collect()
}
