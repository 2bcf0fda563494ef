//! `fetch`: images into the store, verified; what they are into the lock file.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use pxectl_inventory::draft::Draft;
use pxectl_inventory::{lacking_programs, unnamed};
use pxectl_model::lock::{FILE_NAME, Locked, Lockfile, Trust};
use pxectl_model::name::Name;
use pxectl_model::stock::how_to_get;
use pxectl_model::utc::Utc;
use pxectl_store::fetch::Got;

use crate::cli::Fetch;
use crate::failure::{Answer, Failure, Outcome};
use crate::fetching::plan::{Task, refused};
use crate::fetching::proof::Proofs;
use crate::fetching::run::{self, Problem};
use crate::fetching::screen::Screen;
use crate::fetching::{chosen, lockfile};
use crate::lab;
use crate::session::{Session, folder_of, print, warn};
use crate::show;
use crate::show::size::size;
use crate::stock::enter::enter;

/// Exit 0 where everything is there and what it must be; 1 where something is not, or `--locked` refuses; 2 where something could
/// not be fetched.
pub async fn run(args: &Fetch, session: &Session) -> Outcome {
    let found = lab::read(&session.inventory)?;
    chosen::sound(&found, "nothing was fetched")?;
    let draft = &found.reading.draft;
    let Some(mut tasks) = chosen(&args.names, draft) else { return Ok(Answer::No) };
    let all = args.names.is_empty();
    if all && tasks.is_empty() {
        session.say("nothing to fetch: this lab names no artifact");
    }
    if args.locked {
        let mut refused = refused(&tasks, draft, all);
        if refused.is_empty() && !tasks.is_empty() && !lockfile::is_in_order(&folder_of(&session.inventory)) {
            refused.push(format!("{FILE_NAME} is not written as `pxectl fetch` writes it, in order"));
        }
        if !refused.is_empty() {
            refused.iter().for_each(|why| warn(&format!("error: {why}")));
            warn("hint: run `pxectl fetch` without --locked, and commit the lock file");
            return Ok(Answer::No);
        }
        // What was locked was reviewed: nobody is asked again.
        tasks.iter_mut().for_each(|task| task.query = None);
    }
    // Kept until the lock file says what the lab needs.
    let _lease = if tasks.iter().any(|task| task.path.is_none()) { enter(&session.store, &session.inventory)? } else { None };
    let done = if args.offline {
        run::offline(tasks, &session.store).await
    } else {
        let screen = Arc::new(Screen::new(session));
        let done = run::all(tasks, &session.store, Proofs::new(folder_of(&session.inventory)), args.jobs, &screen).await;
        screen.end();
        done?
    };
    let (entries, answer) = tell(&done);
    if !args.locked {
        let known: BTreeSet<_> = draft.all_artifacts().map(|artifact| artifact.name.value.clone()).collect();
        let written = lockfile::update(&folder_of(&session.inventory), &entries, all.then_some(&known))?;
        if let Some(written) = written {
            let removed =
                written.removed.iter().map(|name| format!("; `{name}` is not in the inventory any more")).collect::<String>();
            session.say(&format!("wrote {FILE_NAME} ({}){removed}", counted(written.artifacts)));
        }
    }
    if all && answer.is_ok() {
        let lacking = lacking_programs(draft, Path::exists);
        if !lacking.is_empty() {
            let names = lacking.iter().map(|firmware| firmware.as_str()).collect::<Vec<_>>().join(", ");
            session
                .say(&format!("note: this host has no bootstrap program for {names} yet, without which `serve` does not start"));
            session.say(&format!("hint: {}", how_to_get(&lacking)));
        }
    }
    answer
}

fn counted(artifacts: usize) -> String {
    format!("{artifacts} artifact{}", if artifacts == 1 { "" } else { "s" })
}

/// The artifacts that are meant; none where one of them does not exist, which is said.
fn chosen(names: &[String], draft: &Draft) -> Option<Vec<Task>> {
    let all = || draft.all_artifacts();
    let meant = |name: &str| names.is_empty() || names.iter().any(|one| one == name);
    let meant = all().filter(|artifact| meant(artifact.name.value.as_str()));
    // Built in, and nothing in the inventory names it.
    let asked: BTreeSet<_> = names.iter().filter_map(|name| name.parse::<Name>().ok()).collect();
    let more: Vec<_> =
        asked.iter().filter(|name| draft.artifact(name).is_none()).filter_map(|name| unnamed(name, draft)).collect();
    chosen::all_known(names, draft).then(|| meant.chain(&more).map(|artifact| Task::of(artifact, draft)).collect())
}

/// Prints what became of each, and gives the entries that the lock file gets.
fn tell(done: &[(Task, run::Outcome)]) -> (Lockfile, Outcome) {
    let now = run::now();
    let mut lock = Lockfile::default();
    let (mut rows, mut mismatches, mut troubles) = (Vec::new(), 0, 0);
    for (task, outcome) in done {
        match outcome {
            Ok(got) => {
                rows.push(vec![task.name.to_string(), size(got.size), said(task, got)]);
                lock.artifacts.insert(task.name.clone(), entry(task, got, now));
            }
            Err(problem) => {
                rows.push(vec![task.name.to_string(), "-".to_owned(), "failed".to_owned()]);
                if problem.mismatch { mismatches += 1 } else { troubles += 1 }
            }
        }
    }
    print(&show::table::table(&rows));
    for (n, (task, outcome)) in done.iter().enumerate() {
        // What is to be done about several is said once, behind the last of them.
        let next = done.iter().skip(n + 1).find_map(|(_, outcome)| outcome.as_ref().err()).and_then(|next| next.hint.as_ref());
        match outcome {
            Err(problem) => complain(task, problem, problem.hint.as_ref().filter(|hint| Some(*hint) != next)),
            Ok(got) if task.locked.as_ref().is_some_and(|locked| locked.sha256 != got.sha256) => {
                let old = task.locked.as_ref().map_or_else(String::new, |locked| locked.sha256.to_string());
                let new = got.sha256;
                warn(&format!(
                    "note: `{}` is another one than before: its publisher says sha256 {new}, {FILE_NAME} had {old}",
                    task.name
                ));
            }
            Ok(got) if is_first(task) => {
                let what = if task.path.is_some() { "it is pinned as it lies there" } else { "what came first was believed" };
                warn(&format!("warning: nobody says what `{}` must hash to, so {what}: sha256 {}", task.name, got.sha256));
            }
            Ok(_) => {}
        }
    }
    let first =
        done.iter().filter(|(task, outcome)| outcome.is_ok() && is_first(task)).map(|(task, _)| format!("`{}`", task.name));
    match &first.collect::<Vec<_>>()[..] {
        [] => {}
        [one] => warn(&format!(
            "hint: compare the sha256 of {one} with what its publisher names; `pxectl lint --fix` copies it into the inventory"
        )),
        all => warn(&format!(
            "hint: compare the sha256 of {} with what each publisher names; `pxectl lint --fix` copies them into the inventory",
            all.join(", ")
        )),
    }
    let answer = match (troubles, mismatches) {
        (0, 0) => Ok(Answer::Yes),
        (0, _) => Ok(Answer::No),
        _ => Err(Failure::printed()),
    };
    (lock, answer)
}

/// Whether nobody said what it must hash to, neither now nor before.
fn is_first(task: &Task) -> bool {
    task.trust == Trust::FirstUse && task.locked.is_none()
}

fn complain(task: &Task, problem: &Problem, hint: Option<&String>) {
    let text = problem.text.lines().map(pxectl_inventory::findings::whole).collect::<Vec<_>>().join("\n");
    warn(&format!("error: {}: {text}", task.name));
    if let Some(hint) = hint {
        warn(&format!("hint: {hint}"));
    } else if problem.hint.is_none() && problem.mismatch {
        warn(match (&task.locked, task.trust) {
            (_, Trust::Release) => {
                "hint: its publisher has something else there than when this pxectl was made; to believe that, give it an entry in `artifacts`"
            }
            (_, Trust::Inventory) => {
                "hint: compare the digest in the inventory with what the publisher names; a mirror may be stale"
            }
            _ if task.asked => {
                "hint: its checksum file says something else than what its server has. A mirror in the middle of an update may hold files that do not belong together: try again, or another mirror"
            }
            (None, _) => "hint: look at where its URL leads; nothing was taken",
            (Some(_), _) => {
                "hint: if it is to be another one now, take its entry out of pxectl.lock and fetch again; better, give its sha256"
            }
        });
    }
}

fn said(task: &Task, got: &Got) -> String {
    let what = match (&task.path, &got.from) {
        (Some(_), _) => "a file of the lab",
        (None, Some(_)) => "fetched",
        (None, None) if task.trust == Trust::Built => "built here",
        (None, None) => "already here",
    };
    let why = match (task.trust, &task.locked) {
        (Trust::Inventory, _) => "as the inventory says",
        (Trust::Signed, _) if task.asked => "as its signed checksum file says",
        (_, _) if task.asked => "as its checksum file says",
        (_, Some(_)) => "as it was locked",
        (Trust::Release | Trust::Built, None) => "as its release is known",
        (_, None) if task.path.is_some() => "pinned as it is",
        (_, None) => "believed on first use",
    };
    format!("{what}, {why}")
}

/// What the lock file says of it. One that says the same is left as it is: fetching again changes nothing in git.
fn entry(task: &Task, got: &Got, now: Utc) -> Locked {
    let new = Locked {
        url: got.from.clone().or_else(|| task.want.urls.first().cloned()),
        member: task.member.clone(),
        size: got.size,
        sha256: got.sha256,
        sha512: got.sha512,
        trust: task.trust,
        key: task.key,
        version: got.version.clone(),
        fetched: now,
        built: task.locked.as_ref().and_then(|locked| locked.built.clone()),
    };
    match &task.locked {
        // It is the same one, wherever it would come from now.
        Some(old) if old.sha256 == new.sha256 => {
            let kept = Locked { url: old.url.clone(), version: old.version.clone(), sha512: new.sha512.or(old.sha512), ..new };
            if kept == (Locked { fetched: kept.fetched, ..old.clone() }) { old.clone() } else { kept }
        }
        _ => new,
    }
}
