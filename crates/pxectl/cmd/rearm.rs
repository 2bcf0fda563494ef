//! `rearm`: let a machine be installed once more.

use pxectl_model::identity::{Identity, IdentityKey, MachineId, Tag};
use pxectl_model::recipe::Kind;
use pxectl_model::resolve::{Because, set_up};
use pxectl_store::journal::{FILE_NAME, Journal};

use crate::cli::Rearm;
use crate::cmd::serve::journal_failure;
use crate::failure::{Answer, Failure, Outcome};
use crate::lab;
use crate::session::{Session, print, warn};

/// Writes into the journal; a running `serve` sees it at the machine's next request. A machine of a rule is named as the journal
/// knows it: by its serial, UUID or MAC.
pub fn run(args: &Rearm, session: &Session) -> Outcome {
    let lab = lab::load(session)?;
    let parts = lab.inventory.parts();
    // Nothing to look into, and nothing made, where nobody was ever installed.
    let known = session.state.join(FILE_NAME).exists();
    let unknown = |name: &&String| lab.inventory.find(name).is_none();
    if let (false, Some(name)) = (known, args.hosts.iter().find(unknown)) {
        return Ok(nobody(name));
    }
    let mut journal = Journal::open(&session.state).map_err(|e| journal_failure(&e))?;
    let (armings, _) = journal.refresh().map_err(|e| journal_failure(&e))?;
    if let Some(name) = args.hosts.iter().filter(unknown).find(|name| armings.done(&keys_of(name)).is_none()) {
        return Ok(nobody(name));
    }
    for name in &args.hosts {
        let host = lab.inventory.find(name).map(|n| (n, &parts.hosts[n]));
        let keys = host.map_or_else(|| keys_of(name), |(_, host)| host.identity.keys());
        let label = host.map_or_else(|| name.clone(), |(_, host)| host.label());
        let was = journal.rearm(&keys, &label).map_err(|e| Failure::of(&e))?;
        let Some((n, host)) = host else {
            print(&format!("{label}: armed again; it is in no host's entry, so a rule decides what it becomes\n"));
            continue;
        };
        let profile = &host.profile.value;
        let setup = set_up(&lab.inventory, Because::Host(n, host, IdentityKey::Serial), &host.identity);
        let text = match (was, setup.recipe.kind(&setup.settings) == Kind::Install) {
            (true, true) => format!("armed again; it is installed ({profile}) when it next boots from the network"),
            (true, false) => format!("armed again; its profile {profile} installs nothing"),
            (false, true) => "was armed already".to_owned(),
            (false, false) => format!("was armed already; its profile {profile} installs nothing"),
        };
        print(&format!("{label}: {text}\n"));
    }
    Ok(Answer::Yes)
}

/// All or nothing: one name that leads nowhere, and nobody is armed.
fn nobody(name: &str) -> Answer {
    warn(&format!("there is no host `{name}` in the inventory, and the journal knows no machine by that name"));
    Answer::No
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
