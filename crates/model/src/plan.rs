//! The plan of a `serve`: which machines may be installed if they boot.

use std::collections::BTreeSet;

use crate::identity::MachineId;

/// Who may be installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every machine, of hosts, rules and `unknown`.
    Everyone,
    /// These hosts only.
    Only(BTreeSet<MachineId>),
    /// Hosts of this profile and machines that a rule gives it.
    Profile(String),
}

impl Scope {
    /// Whether a machine that is to become `profile` is in it.
    pub fn covers(&self, machine: &MachineId, profile: &str) -> bool {
        match self {
            Self::Everyone => true,
            Self::Only(machines) => machines.contains(machine),
            Self::Profile(name) => name == profile,
        }
    }
}
