//! What was done, a line for each machine.

use std::fmt::Write as _;

use pxectl_inventory::Reading;
use pxectl_inventory::edit::{Done, Edited, Outcome};
use pxectl_inventory::findings::whole;
use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::source::line_column;

use crate::findings::cards;
use crate::session::{Session, print, warn};
use crate::show;

/// So many warnings are shown each.
const SHOWN: usize = 10;

/// Tells what an edit did; of a rehearsal the difference is the result, and this only narrates.
pub fn tell(edited: &Edited, rehearsed: bool, session: &Session) {
    let mut text = String::new();
    for outcome in &edited.outcomes {
        let _ = writeln!(text, "{}", line(outcome, &edited.reading, rehearsed));
    }
    if rehearsed {
        session.say(text.trim_end())
    } else {
        print(&text)
    }
    warnings(edited);
}

/// What the edit brought that is probably not meant, unless a comment allows it.
fn warnings(edited: &Edited) {
    let judged = edited.reading.judge(edited.warnings.clone(), &cards(), &|_| false);
    let new: Vec<Diagnostic> = judged.findings.into_iter().filter(|finding| edited.warnings.contains(finding)).collect();
    let shown = &new[..new.len().min(SHOWN)];
    if !shown.is_empty() {
        warn(show::diagnostic::diagnostics(shown, &edited.reading).trim_end());
    }
    if new.len() > SHOWN {
        warn(&format!("and {} more warnings; `pxectl lint` shows them", new.len() - SHOWN));
    }
}

fn line(outcome: &Outcome, reading: &Reading, would: bool) -> String {
    let Outcome { done, was, now, why, .. } = outcome;
    let host = whole(&outcome.host);
    let at = place(outcome, reading);
    let name = |profile: &Option<_>| profile.as_ref().map_or_else(|| "no profile".to_owned(), ToString::to_string);
    let be = if would { "would be " } else { "" };
    let text = match done {
        Done::Added => format!("{at}: {host} {be}new: {}", name(now)),
        Done::Changed if was == now => format!("{at}: {host} {be}changed; its profile stays {}", name(now)),
        Done::Changed => format!("{at}: {host} {be}{}, no longer {}", name(now), name(was)),
        Done::Removed => format!("{at}: {host} {be}removed; it was {}", name(was)),
        Done::Unchanged => format!("{at}: nothing to change: {host} is {} already", name(now)),
    };
    match why {
        Some(why) => format!("{text} ({why})"),
        None => text,
    }
}

/// File and line of the entry; the file alone where there is no entry any more.
fn place(outcome: &Outcome, reading: &Reading) -> String {
    let file = reading.sources.get(outcome.file).map(|source| source.name.clone()).unwrap_or_default();
    let host = reading.draft.hosts.iter().find(|host| host.route.file == outcome.file && host.label() == outcome.host);
    let entry = host.filter(|_| outcome.done != Done::Removed).map(|host| Place::Route(host.route.clone()));
    let span = entry.and_then(|at| reading.locate(&at));
    match span.and_then(|span| Some(line_column(&reading.sources.get(span.file)?.text, span.start).0)) {
        Some(line) => format!("{file}:{line}"),
        None => file,
    }
}
