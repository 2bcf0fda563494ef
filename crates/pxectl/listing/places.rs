//! Lines of the person's own files, for many places at once.

use std::collections::BTreeMap;

use pxectl_inventory::Reading;
use pxectl_inventory::findings::whole;
use pxectl_model::diag::Place;
use pxectl_model::source::{FileId, Route};

use crate::report::Lines;

/// Finds lines without counting each text from its beginning again.
pub struct Places<'r> {
    reading: &'r Reading,
    lines: BTreeMap<FileId, Lines<'r>>,
}

impl<'r> Places<'r> {
    /// Looks through each text once.
    pub fn of(reading: &'r Reading) -> Self {
        let lines = reading.sources.iter().map(|(file, source)| (file, Lines::of(&source.text))).collect();
        Self { reading, lines }
    }

    /// `inventory.yaml:61`; none for what no file says.
    pub fn at(&self, route: Option<&Route>) -> Option<String> {
        let span = self.reading.locate(&Place::Route(route?.clone()))?;
        let (source, lines) = (self.reading.sources.get(span.file)?, self.lines.get(&span.file)?);
        Some(format!("{}:{}", whole(&source.name), lines.place(span.start).0))
    }
}
