//! What the journal says of a machine: read, never made.

use std::time::Duration;

use pxectl_model::identity::MachineId;

use crate::session::Session;

/// How a machine stands with the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(serves), allow(dead_code))]
pub enum Standing {
    /// It was not installed, or was armed again.
    Armed,
    /// Its installer ran.
    Done {
        /// What it booted.
        profile: String,
        /// How people called it then.
        label: String,
        /// When, since the Unix epoch.
        at: Duration,
    },
    /// The journal cannot be read.
    Unreadable(String),
}

/// Looks into the journal; none where this build keeps none.
#[cfg(serves)]
pub fn standing(session: &Session, keys: &[MachineId]) -> Option<Standing> {
    Some(match pxectl_store::journal::look(&session.state) {
        Ok(armings) => armings.done(keys).map_or(Standing::Armed, |done| Standing::Done {
            profile: done.profile.clone(),
            label: done.label.clone(),
            at: done.at,
        }),
        Err(error) => Standing::Unreadable(crate::failure::chain(&error)),
    })
}

/// Where nothing serves there is no journal.
#[cfg(not(serves))]
pub fn standing(_: &Session, _: &[MachineId]) -> Option<Standing> {
    None
}
