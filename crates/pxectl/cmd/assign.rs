//! `assign`: what a machine becomes, written into the inventory.

use pxectl_inventory::Input;
use pxectl_inventory::edit::{Assign, Intent, Refused, Who, edit};
use pxectl_inventory::near;
use pxectl_model::name::Name;
use pxectl_model::profile::{BUILT_IN, Glob};
use pxectl_store::regular::read_regular;

use crate::cli;
use crate::editing::machines::{self, Row};
use crate::editing::{self, Edit, Recipes, Refusal};
use crate::failure::{Answer, Failure, Outcome};
use crate::session::{Session, warn};

/// Exit 1 where the edit is refused.
pub fn run(args: &cli::Assign, session: &Session) -> Outcome {
    let rows = match &args.from {
        Some(from) => table(from)?,
        None => vec![Row { line: 0, intent: Intent::Assign(one(args)) }],
    };
    let intents: Vec<Intent> = rows.iter().map(|row| row.intent.clone()).collect();
    let change = |input: &Input, recipes: &Recipes| edit(input, recipes, &intents);
    match editing::edit(&session.inventory, args.dry_run, change)? {
        Edit::Done(edited) => {
            editing::already_done(&edited, session).iter().for_each(|line| session.say(line));
            editing::tell(&edited, args.dry_run, session);
            Ok(Answer::Yes)
        }
        Edit::Refused(refusal) => {
            if let Some(why) = &refusal.why {
                say(why, &refusal, &rows);
            }
            Ok(Answer::No)
        }
    }
}

fn one(args: &cli::Assign) -> Assign {
    let serial = args.serial.as_deref().unwrap_or_default();
    Assign {
        // clap requires both where there is no table.
        who: if args.new { Who::new_machine(serial) } else { Who::Any(serial.to_owned()) },
        profile: args.profile.clone().unwrap_or_default(),
        name: args.name.clone(),
        mac: args.mac.clone(),
        ip: args.ip.clone(),
        vars: args.set.clone(),
    }
}

fn table(from: &std::path::Path) -> Result<Vec<Row>, Failure> {
    let name = if from.as_os_str() == "-" { "the standard input".to_owned() } else { format!("`{}`", from.display()) };
    let trouble = |why: &dyn std::fmt::Display| Failure::new(format!("reading machines from {name}: {why}"));
    let bytes = if from.as_os_str() == "-" {
        let mut bytes = Vec::new();
        let read = std::io::Read::read_to_end(&mut std::io::Read::take(std::io::stdin().lock(), machines::MOST + 1), &mut bytes);
        read.map(|_| bytes)
    } else {
        read_regular(from, machines::MOST)
    };
    let bytes = bytes.map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidInput => {
            trouble(&error).hint("a pipe or a device is read by the standard input: `--from - < FILE`")
        }
        _ => trouble(&error),
    })?;
    if bytes.len() as u64 > machines::MOST {
        return Err(trouble(&format!("it has more than {} MiB", machines::MOST >> 20)));
    }
    machines::read(&bytes).map_err(|why| trouble(&why))
}

/// Says why; of a table also which row, and of a profile that is not there which ones are.
fn say(why: &Refused, refusal: &Refusal, rows: &[Row]) {
    let intents: Vec<Intent> = rows.iter().map(|row| row.intent.clone()).collect();
    if let Refused::LikeAName { .. } = why {
        editing::refuse(why);
        return warn("hint: is it a new machine? Then add `--new`");
    }
    let guilty = guilty(&refusal.input, &intents);
    if let Some(row) = guilty.and_then(|n| rows.get(n)).filter(|row| row.line > 0) {
        warn(&format!("line {}:", row.line));
    }
    if let Refused::Errors { .. } = why {
        return editing::refuse(why);
    }
    let Some(Intent::Assign(assign)) = guilty.or((rows.len() == 1).then_some(0)).and_then(|n| intents.get(n)) else {
        return editing::refuse(why);
    };
    let recipes = crate::assets::recipes();
    let reading = pxectl_inventory::read(&refusal.input, &recipes);
    let names: Vec<&str> = reading.draft.profiles.iter().map(|p| p.name.value.as_str()).chain(BUILT_IN).collect();
    let known = assign.profile.parse::<Name>().is_ok_and(|name| names.contains(&name.as_str()));
    if known || names.is_empty() {
        return editing::refuse(why);
    }
    warn(&format!("refused: there is no profile `{}`; nothing was changed", assign.profile.escape_debug()));
    let meant = meant(&assign.profile, &names);
    match meant.as_slice() {
        [] => warn(&format!("hint: the profiles are {}", list(&names))),
        meant => warn(&format!("hint: did you mean {}?", list(meant))),
    }
}

/// At most so many names are listed.
const LISTED: usize = 12;

fn list(names: &[&str]) -> String {
    let more = names.len().saturating_sub(LISTED);
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// The profiles that a pattern, a beginning or a typing error may mean.
fn meant<'n>(text: &str, names: &[&'n str]) -> Vec<&'n str> {
    let glob = Glob::new(text);
    let fits: Vec<&str> = names.iter().copied().filter(|name| glob.matches(name)).collect();
    if !fits.is_empty() {
        return fits;
    }
    let folded = text.to_lowercase();
    let begins = names.iter().copied().filter(|name| !folded.is_empty() && name.to_lowercase().starts_with(&folded));
    let mut fits: Vec<&str> = begins.collect();
    for close in near::nearest(text, names.iter().copied(), 3) {
        if !fits.contains(&names[close]) {
            fits.push(names[close]);
        }
    }
    fits
}

/// The first intent with which the edit is refused: found by halves, since each attempt reads the inventory.
fn guilty(input: &Input, intents: &[Intent]) -> Option<usize> {
    let recipes = crate::assets::recipes();
    let refused = |count: usize| edit(input, &recipes, &intents[..count]).is_err();
    if intents.len() < 2 || !refused(intents.len()) {
        return None;
    }
    let (mut good, mut bad) = (0, intents.len());
    while bad - good > 1 {
        let middle = good.midpoint(bad);
        if refused(middle) { bad = middle } else { good = middle }
    }
    Some(bad - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_that_may_be_meant() {
        let names = ["debian-11", "debian-12", "win2022", "local", "hold"];
        assert_eq!(meant("debian*", &names), ["debian-11", "debian-12"]);
        assert_eq!(meant("debian", &names), ["debian-11", "debian-12"]);
        assert_eq!(meant("win2o22", &names), ["win2022"]);
        assert_eq!(meant("Local", &names), ["local"]);
        assert!(meant("freebsd", &names).is_empty());
    }
}
