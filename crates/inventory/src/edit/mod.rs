//! Changes of an inventory's texts that keep every comment, blank line, quote, anchor, line ending and indentation elsewhere.
//!
//! [`edit()`] takes intents (this machine gets that profile), finds the file and the node, and replaces the bytes that must change
//! (`change`, by the spans of the tree that reading made). The result is read again, and its draft must be the old one with the
//! intents applied as values (`intended`, `same`): two ways to one end. Whatever differs is refused, and so is an edit that makes
//! an error. Nothing here writes a file.

mod assign;
mod change;
mod entry;
mod fix;
mod flow;
mod fresh;
mod intended;
mod lines;
mod list;
mod map;
mod mend;
mod plan;
mod preview;
mod refused;
mod same;
mod scalar;
mod shape;
mod splice;
mod value;
mod verify;
mod who;

use std::collections::BTreeMap;

use pxectl_model::diag::{Diagnostic, Severity};
use pxectl_model::name::Name;
use pxectl_model::recipe::Recipe;
use pxectl_model::source::FileId;

use crate::read::{Input, Reading, read, unjudged};

pub use assign::Assign;
pub use fix::fix;
pub use mend::{Mend, mend};
pub use plan::{Done, Outcome};
pub use refused::Refused;
pub use same::same;
pub use who::Who;

/// Why a change cannot be made, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    /// The byte.
    pub at: usize,
    /// A lower-case sentence.
    pub why: String,
}

impl Stop {
    fn new(at: usize, why: impl Into<String>) -> Self {
        Self { at, why: why.into() }
    }
}

/// What a person wants of an inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// A machine gets a profile, and whatever else is given: its entry is changed, or one is added.
    Assign(Assign),
    /// A machine's entry leaves the inventory.
    Remove(Who),
}

/// The texts after an edit.
#[derive(Debug)]
pub struct Edited {
    /// The files that change, with their whole new content; none where everything is as wanted already.
    pub files: Vec<(FileId, Vec<u8>)>,
    /// The inventory as it is read from the new texts.
    pub reading: Reading,
    /// What came of each intent, in their order.
    pub outcomes: Vec<Outcome>,
    /// What the new texts have that the old ones had not: warnings, since an edit that would make an error is refused.
    pub warnings: Vec<Diagnostic>,
}

/// Carries out all intents or none.
///
/// An inventory that is not sound may be edited where its texts can be read: what counts is that no error is added.
///
/// # Errors
/// Where an intent names no machine or no usable value, where it is not sure how to change the text, and where the changed
/// inventory has an error that it did not have before.
pub fn edit(input: &Input, recipes: &BTreeMap<Name, Recipe>, intents: &[Intent]) -> Result<Edited, Refused> {
    let before = unjudged(input, recipes);
    let plan = plan::plan(&before, intents)?;
    let files = verify::new_texts(input, &before, &plan.changes)?;
    if files.is_empty() {
        let reading = read(input, recipes);
        return Ok(Edited { files, reading, outcomes: plan.outcomes, warnings: Vec::new() });
    }
    // Of what was there nothing more is needed than what it said: a large inventory need not be in memory twice.
    let (draft, sources) = before.said();
    let wanted = intended::intended(draft, &plan.deeds);
    let reading = verify::sound(input, recipes, &files)?;
    verify::says(&wanted, &reading, &files, &sources)?;
    let warnings = verify::new_findings(input, recipes, &reading, Severity::Warning);
    Ok(Edited { files, reading, outcomes: plan.outcomes, warnings })
}
