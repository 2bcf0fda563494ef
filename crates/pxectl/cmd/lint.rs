//! `lint`: every problem of an inventory, with its place and what to do.

use pxectl_model::diag::Severity;

use crate::cli::Lint;
use crate::failure::{Answer, Outcome};
use crate::lab;
use crate::session::{Session, print, warn};
use crate::show::diagnostic::summary;

/// Exit 1 where there is a finding at error level.
pub fn run(args: &Lint, session: &Session) -> Outcome {
    let files = if args.files.is_empty() { vec![session.inventory.clone()] } else { args.files.clone() };
    let mut answer = Answer::Yes;
    for file in files {
        let read = lab::read(&file)?;
        let judged = read.linted(args.here);
        let found = &judged.findings;
        if found.iter().any(|d| d.severity == Severity::Error) {
            answer = Answer::No;
        }
        if !found.is_empty() {
            // The findings are what was asked for, so they are the result.
            print(&read.show(found));
        }
        let counts = read.counts();
        match found.is_empty() {
            true => session.say(&format!("{}: {counts}; no findings", file.display())),
            false => warn(&format!("{}: {counts}; {}", file.display(), summary(found))),
        }
    }
    Ok(answer)
}
