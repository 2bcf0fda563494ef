//! Changes that findings propose.

use std::collections::BTreeMap;

use pxectl_model::diag::{self, Place};
use pxectl_model::name::Name;
use pxectl_model::recipe::Recipe;
use pxectl_model::source::{FileId, Route, Step};

use super::change::Change;
use super::shape::Hop;
use super::value::Value;
use super::{Edited, Refused, verify};
use crate::read::{Input, unjudged};

/// Makes the changes that findings propose, all or none, and reads the result.
///
/// What the inventory says may change thereby: whether that is wanted is the finding's word (`Fix::safe`). An edit that would make an
/// error is refused.
///
/// # Errors
/// Where a change names bytes that are no node, where it is not sure how to change the text, and where the changed inventory has an
/// error that it did not have before.
pub fn fix(input: &Input, recipes: &BTreeMap<Name, Recipe>, fixes: &[diag::Change]) -> Result<Edited, Refused> {
    let before = unjudged(input, recipes);
    let mut changes: BTreeMap<FileId, Vec<Change>> = BTreeMap::new();
    for fix in fixes {
        let (file, change) = change(fix)?;
        changes.entry(file).or_default().push(change);
    }
    let files = verify::new_texts(input, &before, &changes)?;
    let reading = verify::sound(input, recipes, &files)?;
    Ok(Edited { files, reading, outcomes: Vec::new(), warnings: Vec::new() })
}

/// The change of a tree that a finding means, and its file.
pub(super) fn change(fix: &diag::Change) -> Result<(FileId, Change), Refused> {
    match fix {
        diag::Change::Replace { at: Place::Route(at), text } => {
            Ok((at.file, Change::Replace { at: way(at), yaml: text.clone() }))
        }
        diag::Change::Replace { at: Place::Span(_) | Place::File(_), text } => {
            Err(Refused::value("fix", text, &"only a value that is named can be replaced"))
        }
        diag::Change::Add { to, key, text } => {
            Ok((to.file, Change::Add { to: way(to), key: key.clone(), value: Value::Line(text.clone()) }))
        }
    }
}

fn way(route: &Route) -> Vec<Hop> {
    let hop = |step: &Step| match step {
        Step::Key(key) => Hop::Key(key.to_string()),
        Step::Index(n) => Hop::Item(*n),
    };
    route.steps().into_iter().map(hop).collect()
}
