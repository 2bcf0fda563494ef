//! `verify`: every file held against its digest, and the store against its names. Never the network.

use std::time::Instant;

use crate::cli::{ImagesFormat, Verify};
use crate::failure::{Answer, Failure, Outcome};
use crate::fetching::chosen;
use crate::fetching::screen::Screen;
use crate::lab;
use crate::session::{Level, Session, print, warn};
use crate::verifying::judge::State;
use crate::verifying::{human, json, run, subject};

/// Exit 0 where everything is what it must be; 1 where something is missing, changed or pinned by nothing; 2 where a file could not be
/// read, or the inventory is unsound.
pub fn run(args: &Verify, session: &Session) -> Outcome {
    let found = lab::read(&session.inventory)?;
    chosen::sound(&found, "nothing was verified")?;
    let draft = &found.reading.draft;
    if !chosen::all_known(&args.names, draft) {
        return Ok(Answer::No);
    }
    let mut subjects = subject::artifacts(draft, &args.names, &session.store);
    let mut strangers = Vec::new();
    if args.names.is_empty() {
        let root = session.store.root().display();
        let failed = |error| Failure::new(format!("listing the store `{root}`: {error}"));
        let stored = pxectl_store::contents::contents(&session.store).map_err(failed)?;
        subjects.extend(subject::others(&subjects, stored.files));
        strangers = stored.strangers;
    }
    let jobs = args.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let begin = Instant::now();
    let screen = Screen::new(session);
    let verdicts = run::all(subjects, jobs, &screen);
    screen.end();
    match args.format {
        ImagesFormat::Human => print(&human::rows(&verdicts, session.level > Level::Normal)),
        ImagesFormat::Json => print(&format!("{:#}\n", json::report(&verdicts))),
    }
    if session.level > Level::Normal {
        human::notes(&verdicts).iter().for_each(|note| warn(note));
    }
    let complaints: Vec<_> =
        human::not_fetched(&verdicts).into_iter().chain(verdicts.iter().filter_map(human::complaint)).collect();
    for (n, (error, hint)) in complaints.iter().enumerate() {
        warn(error);
        // What is to be done about several is said once, behind the last of them.
        if complaints.get(n + 1).is_none_or(|(_, next)| next != hint) {
            warn(hint);
        }
    }
    for stranger in &strangers {
        warn(&format!("warning: `{}` is no file of the store: its name is no digest, or it is no file", stranger.display()));
    }
    if !strangers.is_empty() {
        warn("hint: nothing uses what pxectl did not put there, and `store gc` leaves it: if nobody else needs it, remove it");
    }
    session.say(&human::summary(&verdicts, begin.elapsed().as_secs_f64()));
    if verdicts.iter().any(|verdict| verdict.state == State::Unreadable) {
        return Err(Failure::printed());
    }
    let well = verdicts.iter().all(|verdict| matches!(verdict.state, State::Ok | State::Extra));
    Ok(if well { Answer::Yes } else { Answer::No })
}
