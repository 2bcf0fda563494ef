//! `outdated`: what upstream has changed since the lock file was written. Nothing is loaded, and nothing written.

use std::sync::Arc;

use pxectl_inventory::findings::whole;
use serde_json::{Value, json};

use crate::cli::{ImagesFormat, Outdated};
use crate::failure::{Answer, Failure, Outcome};
use crate::fetching::chosen;
use crate::fetching::screen::Screen;
use crate::lab;
use crate::outdating::judge::Standing;
use crate::outdating::run::{self, Found};
use crate::session::{Session, folder_of, print, warn};
use crate::show::table::table;

/// The version of the shape; docs/images.md has it. Fields are only ever added.
const SCHEMA: &str = "pxectl.outdated/1";

/// Exit 0 where nothing is known to have changed; 1 where something has; 2 where somebody could not be asked.
pub async fn run(args: &Outdated, session: &Session) -> Outcome {
    let found = lab::read(&session.inventory)?;
    chosen::sound(&found, "nobody was asked")?;
    if !chosen::all_known(&args.names, &found.reading.draft) {
        return Ok(Answer::No);
    }
    let screen = Arc::new(Screen::new(session));
    let found = run::all(&found.reading.draft, &args.names, folder_of(&session.inventory), screen.clone()).await;
    screen.end();
    let found = found?;
    match args.format {
        ImagesFormat::Json => print(&format!("{:#}\n", report(&found))),
        ImagesFormat::Human => {
            let row = |one: &Found| vec![one.name.clone(), one.standing.as_str().to_owned(), whole(&one.how)];
            print(&table(&found.iter().map(row).collect::<Vec<_>>()));
        }
    }
    let is = |standing: Standing| found.iter().any(|one| one.standing == standing);
    if is(Standing::Changed) {
        warn(
            "hint: to take what is new: give its sha256 in the inventory, or take its entry out of pxectl.lock; then `pxectl fetch`",
        );
    }
    match (is(Standing::Unreachable), is(Standing::Changed)) {
        (true, _) => Err(Failure::printed()),
        (false, true) => Ok(Answer::No),
        (false, false) => Ok(Answer::Yes),
    }
}

fn report(found: &[Found]) -> Value {
    let one = |one: &Found| {
        json!({
            "artifact": one.name, "standing": one.standing.as_str(), "how": one.how,
            "url": one.url.as_ref().map(ToString::to_string),
        })
    };
    json!({"schema": SCHEMA, "artifacts": found.iter().map(one).collect::<Vec<_>>()})
}
