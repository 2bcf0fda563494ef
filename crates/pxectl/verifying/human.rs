//! Lines for people.

use pxectl_inventory::findings::whole;
use pxectl_model::check::Judged;

use super::judge::{State, Verdict};
use crate::listing::count;
use crate::shelf::not_in_store;
use crate::show::shell;
use crate::show::size::size;
use crate::show::table::table;

/// A row an artifact, and one for each file of the store that is not what its name says; `all`: and for every other file of it.
pub fn rows(verdicts: &[Verdict], all: bool) -> String {
    let shown = |verdict: &&Verdict| all || verdict.subject.name.is_some() || verdict.state != State::Extra;
    let row = |verdict: &Verdict| {
        let size = verdict.size.map_or_else(|| "-".to_owned(), size);
        let is = verdict.judged.as_ref().filter(|judged| judged.format != "unknown").map(|judged| whole(&what(judged)));
        vec![verdict.subject.called(), size, verdict.state.as_str().to_owned(), is.unwrap_or_default()]
    };
    table(&verdicts.iter().filter(shown).map(row).collect::<Vec<_>>())
}

/// What it is in few words: its title, and what its own sums and signatures tell.
fn what(judged: &Judged) -> String {
    let facts = judged.facts.iter().filter_map(|(key, value)| match (*key, value.as_str()) {
        ("signed", "no") => Some("not signed"),
        ("signed", _) => Some("signed (not verified)"),
        ("implanted-md5", _) if judged.problems.is_empty() => Some("its MD5 fits"),
        ("integrity", "match") => Some("its integrity table fits"),
        ("integrity", "absent") => Some("no integrity table"),
        _ => None,
    });
    std::iter::once(judged.title.as_str()).chain(facts).collect::<Vec<_>>().join(", ")
}

/// What the judge says besides, for who wants to know more.
pub fn notes(verdicts: &[Verdict]) -> Vec<String> {
    let judged = verdicts.iter().filter_map(|verdict| Some((verdict.subject.called(), verdict.judged.as_ref()?)));
    let notes = judged.flat_map(|(called, judged)| judged.notes.iter().map(move |note| format!("note: {called}: {note}")));
    notes.map(|note| whole(&note)).collect()
}

/// What was not fetched, and what to do, each a line; none where all was.
pub fn not_fetched(verdicts: &[Verdict]) -> Option<(String, String)> {
    let names: Vec<&str> =
        verdicts.iter().filter(|verdict| is_unfetched(verdict)).filter_map(|v| v.subject.name.as_deref()).collect();
    let (error, hint) = (!names.is_empty()).then(|| not_in_store(&names))?;
    Some((format!("error: {error}"), format!("hint: {hint}")))
}

fn is_unfetched(verdict: &Verdict) -> bool {
    verdict.state == State::Missing && verdict.subject.stored && verdict.subject.name.is_some()
}

/// What is wrong with one and what to do, each a line; none where it is well, or was not fetched, which is told of all of them at once.
pub fn complaint(verdict: &Verdict) -> Option<(String, String)> {
    if is_unfetched(verdict) {
        return None;
    }
    let subject = &verdict.subject;
    let path = subject.path.as_ref().map(|path| format!("`{}`: ", path.display())).unwrap_or_default();
    let error = format!("error: {}: {path}{}", subject.called(), verdict.why.as_deref()?);
    let fetch = subject.name.as_ref().map(|name| format!("pxectl fetch {}", shell::word(name)));
    let hint = match (verdict.state, &subject.path, fetch) {
        (State::Changed, _, Some(fetch)) if subject.drifted => format!("run `{fetch}`"),
        (State::Changed, Some(path), fetch) if subject.stored => {
            let remove = format!("rm -f {}", shell::path(path));
            match fetch {
                Some(fetch) => format!("it is damaged; remove it and fetch it again: `{remove} && {fetch}`"),
                None => format!("it is damaged, and nothing of this lab refers to it; remove it: `{remove}`"),
            }
        }
        (State::Changed, ..) => {
            "put the right file there; if it is to be another one now, give its sha256 in the inventory, or take \
                                 its entry out of pxectl.lock and run `pxectl fetch`"
                .to_owned()
        }
        (State::Flawed, Some(_), _) if !subject.stored => {
            "it was no better when it was locked: put a sound file there, take its entry out of pxectl.lock and run `pxectl fetch`"
                .to_owned()
        }
        (State::Flawed, ..) => {
            "its digest is the one that was locked, so it was no better then: look at its URL, take its entry out of \
                                pxectl.lock and fetch again"
                .to_owned()
        }
        (State::Missing, ..) => "relative paths begin at the inventory's folder".to_owned(),
        (State::Unlocked, _, Some(fetch)) => format!("run `{fetch}`: it pins the file as it is now"),
        (State::Unreadable, ..) => "look at its rights, and at the disk".to_owned(),
        _ => return None,
    };
    Some((whole(&error), format!("hint: {}", whole(&hint))))
}

/// All of them in one line.
pub fn summary(verdicts: &[Verdict], seconds: f64) -> String {
    let mut parts = Vec::new();
    for state in [State::Ok, State::Changed, State::Flawed, State::Missing, State::Unlocked, State::Unreadable] {
        let n = verdicts.iter().filter(|verdict| verdict.state == state).count();
        if n > 0 || state == State::Ok {
            parts.push(format!("{n} {}", state.as_str()));
        }
    }
    let extra: Vec<u64> = verdicts.iter().filter(|verdict| verdict.state == State::Extra).filter_map(|v| v.size).collect();
    if !extra.is_empty() {
        let bytes = size(extra.iter().sum());
        parts.push(format!("{} extra in the store ({bytes}), which nothing of this lab refers to", count(extra.len(), "file")));
    }
    let mut paths: Vec<_> = verdicts.iter().filter_map(|v| Some((v.subject.path.as_ref()?, v.size?))).collect();
    paths.sort();
    paths.dedup();
    let bytes: u64 = paths.iter().map(|(_, bytes)| bytes).sum();
    // Of less than that a rate says nothing.
    let rate = if seconds > 0.1 { format!(", {}/s", size((bytes as f64 / seconds) as u64)) } else { String::new() };
    format!("{}; hashed {} in {seconds:.1} s{rate}", parts.join(", "), size(bytes))
}
