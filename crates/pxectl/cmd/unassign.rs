//! `unassign`: a machine's entry leaves the inventory.

use pxectl_inventory::Input;
use pxectl_inventory::edit::{Intent, Who, edit};

use crate::cli::Unassign;
use crate::editing::{self, Edit, Recipes};
use crate::failure::{Answer, Outcome};
use crate::session::Session;

/// Exit 1 where the edit is refused, or a host is not there.
pub fn run(args: &Unassign, session: &Session) -> Outcome {
    let intents: Vec<Intent> = args.hosts.iter().map(|host| Intent::Remove(Who::Host(host.clone()))).collect();
    let change = |input: &Input, recipes: &Recipes| edit(input, recipes, &intents);
    match editing::edit(&session.inventory, args.dry_run, change)? {
        Edit::Done(edited) => {
            editing::tell(&edited, args.dry_run, session);
            Ok(Answer::Yes)
        }
        Edit::Refused(refusal) => {
            refusal.why.iter().for_each(editing::refuse);
            Ok(Answer::No)
        }
    }
}
