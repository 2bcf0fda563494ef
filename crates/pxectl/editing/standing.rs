//! What an edit alone does not do: a machine that was installed is not installed again.

use pxectl_inventory::edit::{Done, Edited};
use pxectl_model::recipe::Kind;
use pxectl_model::resolve::{Because, set_up};

use crate::explain::standing::{Standing, standing};
use crate::session::Session;

/// A line for each machine that would be installed with its new profile, were it not done already.
pub fn already_done(edited: &Edited, session: &Session) -> Vec<String> {
    let Some(inventory) = &edited.reading.inventory else { return Vec::new() };
    let changed = edited.outcomes.iter().filter(|outcome| outcome.done == Done::Changed && outcome.was != outcome.now);
    let line = |host: &str| {
        let host = &inventory.parts().hosts[inventory.find(host)?];
        let key = pxectl_model::identity::IdentityKey::Serial;
        let installs = set_up(inventory, Because::Host(0, host, key), &host.identity).kind() == Kind::Install;
        let done = installs && matches!(standing(session, &host.identity.keys()), Some(Standing::Done { .. }));
        let label = host.label();
        done.then(|| format!("{label} was installed before: it boots its disk until `pxectl rearm {label}`"))
    };
    changed.filter_map(|outcome| line(&outcome.host)).collect()
}
