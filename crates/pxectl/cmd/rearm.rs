//! `rearm`: let a machine be installed once more.

use pxectl_store::journal::Journal;

use crate::cli::Rearm;
use crate::failure::{Answer, Failure, Outcome};
use crate::lab;
use crate::ledger::keys_of;
use crate::session::{Session, print};

/// Writes into the journal; a running `serve` sees it at the machine's next request.
pub fn run(args: &Rearm, session: &Session) -> Outcome {
    let lab = lab::load(session)?;
    let hosts = lab.hosts(&args.hosts)?;
    let Some(hosts) = hosts else { return Ok(Answer::No) };
    let mut journal = Journal::open(&session.state).map_err(|e| Failure::of(&e))?;
    for host in hosts {
        let host = &lab.inventory.parts().hosts[host];
        let label = host.label();
        let was = journal.rearm(&keys_of(host), &label).map_err(|e| Failure::of(&e))?;
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
    Ok(Answer::Yes)
}
