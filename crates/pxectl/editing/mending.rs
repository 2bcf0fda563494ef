//! `lint --fix`: the safe changes that findings propose, made under the lab's lock and told.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use pxectl_inventory::Input;
use pxectl_inventory::edit::{Mend, mend};
use pxectl_inventory::findings::whole;

use super::{Edit, Recipes, edit, refuse};
use crate::failure::{Answer, Failure};
use crate::findings::cards;
use crate::session::{Session, warn};

/// So many changes are told each; of more, how many there are.
const TOLD: usize = 50;

/// Mends one lab's files. `No` where a change was refused, which is said; then nothing was changed.
///
/// # Errors
/// Where a file cannot be read or written.
pub fn fix(path: &Path, session: &Session) -> Result<Answer, Failure> {
    let cards = cards();
    let made = RefCell::new(Vec::new());
    let change = |input: &Input, recipes: &Recipes| {
        let (edited, mends) = mend(input, recipes, &cards)?;
        *made.borrow_mut() = mends;
        Ok(edited)
    };
    match edit(path, false, change)? {
        Edit::Done(_) => {
            tell(&made.into_inner(), session);
            Ok(Answer::Yes)
        }
        Edit::Refused(refusal) => {
            refusal.why.iter().for_each(refuse);
            Ok(Answer::No)
        }
    }
}

fn tell(mends: &[Mend], session: &Session) {
    for Mend { rule, file, line, column, title } in mends.iter().take(TOLD) {
        session.say(&format!("{}:{line}:{column}: {title} ({rule})", whole(file)));
    }
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    mends.iter().for_each(|mend| *files.entry(&mend.file).or_default() += 1);
    for (file, count) in files {
        warn(&format!("{}: {count} finding{} mended", whole(file), if count == 1 { "" } else { "s" }));
    }
}
