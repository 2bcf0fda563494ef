//! Whether `serve` has reached what it was started for.

use std::collections::BTreeSet;

use pxectl_model::board::Board;
use pxectl_model::identity::MachineId;

/// What `serve` waits for.
#[derive(Debug, Clone)]
pub enum Goal {
    /// Nothing: it runs until it is interrupted.
    None,
    /// Each of these machines fetched the beacon of its own profile's script.
    Booted(BTreeSet<MachineId>),
}

impl Goal {
    /// The machines that are still awaited; none where there is no goal.
    pub fn missing(&self, board: &Board) -> BTreeSet<MachineId> {
        match self {
            Self::None => BTreeSet::new(),
            Self::Booted(machines) => machines.difference(board.booted()).cloned().collect(),
        }
    }

    /// Those that are awaited; none where there is no goal.
    pub fn awaited(&self) -> BTreeSet<MachineId> {
        match self {
            Self::None => BTreeSet::new(),
            Self::Booted(machines) => machines.clone(),
        }
    }
}
