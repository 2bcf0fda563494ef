//! Plan and journal together: who may be installed, and who was.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, RwLock};

use pxectl_model::boot::{BootId, Ledger, Standing, Taken};
use pxectl_model::identity::{IdentityKey, MachineId};
use pxectl_model::inventory::Inventory;
use pxectl_model::plan::Scope;
use pxectl_model::profile::Host;
use pxectl_store::journal::{Done, Journal, JournalError};

/// What `serve` decides by.
pub struct ArmingLedger {
    journal: Mutex<Journal>,
    scope: Scope,
    /// All keys of each host of the newest inventory, under each of them: a machine that used its arming under its UUID
    /// has used it, too, once its entry has got a serial number.
    keys: RwLock<HashMap<MachineId, Vec<MachineId>>>,
}

impl ArmingLedger {
    /// With an open journal.
    pub fn new(journal: Journal, scope: Scope, inventory: &Inventory) -> Self {
        let ledger = Self { journal: Mutex::new(journal), scope, keys: RwLock::default() };
        ledger.learn(inventory);
        ledger
    }

    /// Takes in the hosts of a new inventory.
    pub fn learn(&self, inventory: &Inventory) {
        let mut keys = HashMap::new();
        for host in &inventory.parts().hosts {
            let all = keys_of(host);
            keys.extend(all.iter().map(|key| (key.clone(), all.clone())));
        }
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// How a machine used its arming, if it did.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    pub fn done(&self, machine: &MachineId) -> Result<Option<Done>, JournalError> {
        let keys = self.all_keys(machine);
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).done(&keys)
    }

    /// Who may be installed.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    fn all_keys(&self, machine: &MachineId) -> Vec<MachineId> {
        let known = self.keys.read().unwrap_or_else(PoisonError::into_inner).get(machine).cloned();
        known.unwrap_or_else(|| vec![machine.clone()])
    }
}

/// Every key of a host, the strongest first.
pub fn keys_of(host: &Host) -> Vec<MachineId> {
    let values = |key| host.identity.values(key).into_iter().map(move |value| MachineId(format!("{key}:{value}")));
    IdentityKey::ALL.into_iter().flat_map(values).collect()
}

impl Ledger for ArmingLedger {
    fn standing(&self, machine: &MachineId, profile: &str, installs: bool) -> Standing {
        if installs {
            match self.done(machine) {
                Ok(None) => {}
                Ok(Some(_)) => return Standing::Done,
                // Whether it was installed cannot be known: then it is not installed.
                Err(_) => return Standing::Outside,
            }
        }
        if self.scope.covers(machine, profile) { Standing::Armed } else { Standing::Outside }
    }

    fn take(&self, machine: &MachineId, boot: BootId, label: &str, profile: &str) -> Result<Taken, String> {
        if !self.scope.covers(machine, profile) {
            return Ok(Taken::Refused);
        }
        let keys = self.all_keys(machine);
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.take(&keys, boot, label, profile).map_err(|e| crate::failure::chain(&e))
    }
}
