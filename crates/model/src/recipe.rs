//! Recipes: how an operating system's installer boots, as data.

use std::collections::BTreeMap;

use crate::arch::Firmware;
use crate::name::Name;

/// Whether a recipe needs a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It cannot boot without.
    Required,
    /// It takes it.
    Optional,
}

/// A kernel argument of a recipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeArg {
    /// Template text; renders to one argument.
    pub text: String,
    /// The key that must be given for it to stand there, such as `answer` or `name`.
    pub when: Option<String>,
}

/// How an operating system boots from the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// Its name.
    pub name: Name,
    /// One line for people.
    pub about: String,
    /// Whether booting it overwrites a disk.
    pub installs: bool,
    /// The template of its stage-2 script.
    pub script: String,
    /// The keys that it takes, as the inventory writes them.
    pub keys: BTreeMap<String, Need>,
    /// Arguments that come before the profile's.
    pub args: Vec<RecipeArg>,
    /// The firmware that it boots on; empty: every one.
    pub firmware: Vec<Firmware>,
}
