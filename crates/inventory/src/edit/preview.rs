//! What a proposed change would do to the bytes, to be shown.

use pxectl_model::diag;
use pxectl_model::source::Span;

use super::change::splices;
use super::fix;
use crate::read::Reading;

impl Reading {
    /// Which bytes a change replaces, and by what; none where that cannot be told.
    pub fn edits(&self, change: &diag::Change) -> Option<Vec<(Span, String)>> {
        let (file, change) = fix::change(change).ok()?;
        let (source, root) = (self.sources.get(file)?, self.tree(file)?);
        let splices = splices(&source.text, root, std::slice::from_ref(&change)).ok()?;
        Some(splices.into_iter().map(|s| (Span { file, start: s.start, end: s.end }, s.text)).collect())
    }
}
