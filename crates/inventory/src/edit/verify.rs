//! New texts, and the proof that they say what is intended.

use std::collections::{BTreeMap, HashMap};

use pxectl_model::diag::{Diagnostic, Severity};
use pxectl_model::name::Name;
use pxectl_model::recipe::Recipe;
use pxectl_model::source::{FileId, Source, Sources, line_column};

use super::change::{Change, apply, splices};
use super::{Refused, Stop, same};
use crate::draft::Draft;
use crate::read::{Input, Reading, read};

fn unsure(source: &Source, stop: Stop, by_hand: String) -> Refused {
    let line = line_column(&source.text, stop.at).0;
    Refused::Unsure { file: source.name.clone(), line, why: stop.why, by_hand }
}

/// The whole new content of each file that changes.
pub(super) fn new_texts(
    input: &Input,
    before: &Reading,
    changes: &BTreeMap<FileId, Vec<Change>>,
) -> Result<Vec<(FileId, Vec<u8>)>, Refused> {
    let mut files = Vec::new();
    for (file, changes) in changes {
        let Some(source) = before.sources.get(*file) else { continue };
        let bytes = input.files().nth(file.0 as usize).map(|file| file.bytes.as_slice()).unwrap_or_default();
        let mark = bytes.len().saturating_sub(source.text.len());
        let (Some(root), Some(source_bytes)) = (before.tree(*file), bytes.get(mark..)) else {
            return Err(unsure(
                source,
                Stop::new(0, "this file cannot be read"),
                "mend what `pxectl lint` finds first".to_owned(),
            ));
        };
        if source_bytes != source.text.as_bytes() {
            return Err(unsure(source, Stop::new(0, "this file is not plain UTF-8"), "save it as UTF-8 first".to_owned()));
        }
        let text = apply(&source.text, root, changes).map_err(|stop| {
            // Those that cannot be made alone; all of them where each could.
            let alone = |change: &&Change| splices(&source.text, root, std::slice::from_ref(*change)).is_err();
            let mut cannot: Vec<&Change> = changes.iter().filter(alone).collect();
            if cannot.is_empty() {
                cannot = changes.iter().collect();
            }
            let words: Vec<String> = cannot.iter().take(3).map(|change| change.in_words()).collect();
            unsure(source, stop, format!("by hand: {}", words.join("; ")))
        })?;
        // A byte order mark is a finding, and not this edit's business.
        let mut new = bytes.get(..mark).unwrap_or_default().to_vec();
        new.extend_from_slice(text.as_bytes());
        if new != bytes {
            files.push((*file, new));
        }
    }
    Ok(files)
}

/// Reads the changed inventory, which must have no new error.
pub(super) fn sound(input: &Input, recipes: &BTreeMap<Name, Recipe>, files: &[(FileId, Vec<u8>)]) -> Result<Reading, Refused> {
    let reading = read(&input.with(files), recipes);
    let errors = new_findings(input, recipes, &reading, Severity::Error);
    if errors.is_empty() { Ok(reading) } else { Err(Refused::Errors { errors, reading: Box::new(reading) }) }
}

/// Whether the new texts say what is wanted; else the first changed line is where it was not understood.
pub(super) fn says(wanted: &Draft, after: &Reading, files: &[(FileId, Vec<u8>)], before: &Sources) -> Result<(), Refused> {
    if same(wanted, &after.draft) {
        return Ok(());
    }
    let source = files.first().and_then(|(file, _)| before.get(*file));
    let old = source.map(|source| source.text.as_bytes()).unwrap_or_default();
    let new = files.first().map(|(_, bytes)| bytes.as_slice()).unwrap_or_default();
    let line = old.iter().zip(new).take_while(|(a, b)| a == b).filter(|(a, _)| **a == b'\n').count() + 1;
    Err(Refused::Unsure {
        file: source.map(|source| source.name.clone()).unwrap_or_default(),
        line,
        why: "what is written here is not understood well enough to change it".to_owned(),
        by_hand: "make this change by hand".to_owned(),
    })
}

/// The findings of `after` at this level that the inventory as it is has not, however often it has them. That one is judged only where
/// there are some: it may be large.
pub(super) fn new_findings(
    input: &Input,
    recipes: &BTreeMap<Name, Recipe>,
    after: &Reading,
    severity: Severity,
) -> Vec<Diagnostic> {
    let key = |finding: &Diagnostic| (finding.rule, finding.message.clone());
    let of = |reading: &Reading| -> Vec<Diagnostic> {
        reading.diagnostics.iter().filter(|finding| finding.severity == severity).cloned().collect()
    };
    let mut new = of(after);
    if new.is_empty() {
        return new;
    }
    let mut known: HashMap<_, usize> = HashMap::new();
    for finding in of(&read(input, recipes)) {
        *known.entry(key(&finding)).or_default() += 1;
    }
    new.retain(|finding| match known.get_mut(&key(finding)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });
    new
}
