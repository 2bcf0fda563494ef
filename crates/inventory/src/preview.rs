//! What a proposed change would do to the bytes, to be shown.

use pxectl_model::diag::Change;
use pxectl_model::source::Span;

use crate::read::Reading;

impl Reading {
    /// Which bytes a change replaces, and by what; none where that cannot be told.
    pub fn edits(&self, change: &Change) -> Option<Vec<(Span, String)>> {
        match change {
            Change::Replace { at, text } => Some(vec![(self.locate(at)?, text.clone())]),
            Change::Add { .. } => None,
        }
    }
}
