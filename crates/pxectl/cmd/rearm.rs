//! `rearm`: let a machine be installed once more.

use pxectl_model::identity::{Identity, MachineId, Tag};
use pxectl_store::journal::Journal;

use crate::cli::Rearm;
use crate::cmd::serve::journal_failure;
use crate::failure::{Answer, Failure, Outcome};
use crate::lab;
use crate::session::{Session, print, warn};

/// Writes into the journal; a running `serve` sees it at the machine's next request. A machine of a rule is named as the journal
/// knows it: by its serial, UUID or MAC.
pub fn run(args: &Rearm, session: &Session) -> Outcome {
    let lab = lab::load(session)?;
    let mut journal = Journal::open(&session.state).map_err(|e| journal_failure(&e))?;
    let mut answer = Answer::Yes;
    for name in &args.hosts {
        let host = lab.inventory.find(name).map(|n| &lab.inventory.parts().hosts[n]);
        let keys = host.map_or_else(|| keys_of(name), |host| host.identity.keys());
        let label = host.map_or_else(|| name.clone(), |host| host.label());
        let was = journal.rearm(&keys, &label).map_err(|e| Failure::of(&e))?;
        let Some(host) = host else {
            if was {
                print(&format!("{label}: armed again; it is in no host's entry, so a rule decides what it becomes\n"));
            } else {
                answer = Answer::No;
                warn(&format!("there is no host `{name}` in the inventory, and the journal knows no machine by that name"));
            }
            continue;
        };
        let profile = &host.profile.value;
        let (_, recipe) = lab.inventory.settings_of(profile).map_err(|e| Failure::of(&e))?;
        let text = match (was, recipe.installs) {
            (true, true) => format!("armed again; it is installed ({profile}) when it next boots from the network"),
            (true, false) => format!("armed again; its profile {profile} installs nothing"),
            (false, true) => "was armed already".to_owned(),
            (false, false) => format!("was armed already; its profile {profile} installs nothing"),
        };
        print(&format!("{label}: {text}\n"));
    }
    Ok(answer)
}

/// What a machine without an entry may be known by.
fn keys_of(name: &str) -> Vec<MachineId> {
    let tag = Tag::new(name).ok();
    let identity = Identity {
        serial: tag.clone(),
        uuid: name.parse().ok(),
        macs: name.parse().ok().into_iter().collect(),
        asset: tag.clone(),
        board_serial: tag,
        ..Identity::default()
    };
    identity.keys()
}
