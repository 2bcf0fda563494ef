//! Changing the inventory's files: read, change, check, write, under the lab's lock; again where somebody saved meanwhile.

pub mod machines;
pub mod mending;
mod standing;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pxectl_inventory::edit::{Edited, Refused};
use pxectl_inventory::{File, Input, Reading};
use pxectl_model::diag::{Diagnostic, Severity};
use pxectl_model::name::Name;
use pxectl_model::recipe::Recipe;
use pxectl_store::edit::{Change, EditError, edit_files};
use pxectl_store::lock::EditLock;
use similar::TextDiff;

use crate::failure::Failure;
use crate::files::DiskFiles;
use crate::lab::{self, Found};
use crate::session::{folder_of, print, warn};
use crate::{assets, show};

pub use standing::already_done;
pub use told::tell;

/// How often an edit starts again because somebody else saved.
const ATTEMPTS: usize = 10;

/// What is made of the texts.
pub type Recipes = BTreeMap<Name, Recipe>;

/// What came of an edit.
pub enum Edit {
    /// It is done, or needed nothing.
    Done(Box<Edited>),
    /// It was refused, which has been said.
    Refused(Box<Refusal>),
}

/// What an edit that was refused leaves behind, to tell more of it.
pub struct Refusal {
    /// Why, where the edit itself could not be made.
    pub why: Option<Refused>,
    /// The inventory as it is.
    pub input: Input,
}

/// Changes the inventory as `change` says, or shows how it would (`dry`).
///
/// # Errors
/// Where a file cannot be read or written: nothing was changed, or the error says what was.
pub fn edit(path: &Path, dry: bool, change: impl Fn(&Input, &Recipes) -> Result<Edited, Refused>) -> Result<Edit, Failure> {
    let recipes = assets::recipes();
    let folder = std::fs::canonicalize(path).map_or_else(|_| folder_of(path), |real| folder_of(&real));
    for _ in 0..ATTEMPTS {
        // What is only shown waits for nobody.
        let _lock = if dry { None } else { Some(lock(&folder)?) };
        let input = lab::input(path)?;
        let edited = match change(&input, &recipes) {
            Ok(edited) => edited,
            Err(why) => return Ok(Edit::Refused(Box::new(Refusal { why: Some(why), input }))),
        };
        let Some(edited) = renders(&input, edited)? else { return Ok(Edit::Refused(Box::new(Refusal { why: None, input }))) };
        if dry {
            print(&diff(&input, &edited));
            return Ok(Edit::Done(Box::new(edited)));
        }
        match write(&input, &edited) {
            Ok(()) => return Ok(Edit::Done(Box::new(edited))),
            Err(EditError::Meanwhile { .. }) => {}
            Err(error) => return Err(failure(&error)),
        }
    }
    Err(Failure::new(format!("`{}` is changed by others all the time; nothing was done", path.display())))
}

fn lock(folder: &Path) -> Result<EditLock, Failure> {
    let waiting = || warn("another pxectl is editing this lab; waiting for it");
    EditLock::take(folder, waiting).map_err(|error| Failure::new(format!("locking `{}`: {error}", folder.display())))
}

/// The edit, unless its result has an error that only rendering finds, and that the lab had not before; it is printed then.
fn renders(input: &Input, edited: Edited) -> Result<Option<Edited>, Failure> {
    if edited.files.is_empty() {
        return Ok(Some(edited));
    }
    let Edited { files, reading, outcomes, warnings } = edited;
    let after = Found::of(reading, input, &DiskFiles::default());
    let mut errors = errors(&after);
    if !errors.is_empty() {
        let before = lab::read_input(input.clone(), &DiskFiles::default());
        let known: BTreeSet<_> = self::errors(&before).into_iter().map(|e| (e.rule, e.message)).collect();
        errors.retain(|error| !known.contains(&(error.rule, error.message.clone())));
    }
    if errors.is_empty() {
        return Ok(Some(Edited { files, reading: after.reading, outcomes, warnings }));
    }
    warn(after.show(&errors).trim_end());
    warn(&format!("refused: it would have {}; nothing was changed", show::diagnostic::summary(&errors)));
    Ok(None)
}

fn errors(found: &Found) -> Vec<Diagnostic> {
    found.rendered().into_iter().filter(|finding| finding.severity == Severity::Error).collect()
}

/// The files that change: path, content before, content after.
fn changed<'e>(input: &'e Input, edited: &'e Edited) -> impl Iterator<Item = (&'e File, &'e [u8])> {
    let all = std::iter::once(&input.main).chain(input.included.iter().filter_map(|i| i.found.as_ref().ok()).flatten());
    let all: BTreeMap<&str, &File> = all.map(|file| (file.name.as_str(), file)).collect();
    edited.files.iter().filter_map(move |(id, new)| {
        let name = &edited.reading.sources.get(*id)?.name;
        Some((*all.get(name.as_str())?, new.as_slice()))
    })
}

fn write(input: &Input, edited: &Edited) -> Result<(), EditError> {
    let files: Vec<(PathBuf, &File, &[u8])> =
        changed(input, edited).map(|(file, new)| (PathBuf::from(&file.name), file, new)).collect();
    let changes: Vec<_> = files.iter().map(|(path, file, new)| Change { path, old: &file.bytes, new }).collect();
    edit_files(&changes)
}

fn diff(input: &Input, edited: &Edited) -> String {
    let mut text = String::new();
    for (file, new) in changed(input, edited) {
        let (old, new) = (String::from_utf8_lossy(&file.bytes), String::from_utf8_lossy(new));
        let diff = TextDiff::from_lines(&*old, &*new);
        text += &diff.unified_diff().context_radius(3).header(&file.name, &file.name).to_string();
    }
    text
}

fn failure(error: &EditError) -> Failure {
    let failure = Failure::of(error);
    match error {
        EditError::ReadOnly { .. } => failure.hint("nothing was changed; make it writable (`chmod u+w`) if you mean it"),
        EditError::HardLinks { .. } => {
            failure.hint("nothing was changed; give this name a file of its own (`cp`, then `mv` over it), or make it a symlink")
        }
        EditError::Owner { .. } => failure.hint("nothing was changed; run it as the file's owner"),
        EditError::Halfway { .. } => {
            failure.hint("each file is whole; `pxectl lint` tells what is missing, and the same command again completes it")
        }
        EditError::Meanwhile { .. } | EditError::Io { .. } => failure.hint("nothing was changed"),
    }
}

/// Says why an edit was refused.
pub fn refuse(why: &Refused) {
    if let Refused::Errors { errors, reading } = why {
        warn(&texts(reading, errors));
        warn(&format!("refused: it would have {}; nothing was changed", show::diagnostic::summary(errors)));
        return;
    }
    warn(&format!("refused: {why}; nothing was changed"));
    if let Some(hint) = why.hint() {
        warn(&format!("hint: {hint}"));
    }
}

fn texts(reading: &Reading, found: &[Diagnostic]) -> String {
    show::diagnostic::diagnostics(found, reading).trim_end().to_owned()
}
