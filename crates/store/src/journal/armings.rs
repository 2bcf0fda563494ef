//! What the journal's lines add up to: which machines used their arming.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use pxectl_model::identity::MachineId;

use crate::wire::{Line, SCHEMA, What};

/// A machine that used its arming.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The boot that used it, 32 hexadecimal digits.
    pub boot: String,
    /// What it booted.
    pub profile: String,
    /// How people called it then.
    pub label: String,
    /// When, since the Unix epoch.
    pub at: Duration,
}

/// Which machines used their arming, by every key under which they may come back.
#[derive(Debug, Clone, Default)]
pub struct Armings {
    done: HashMap<String, Done>,
}

impl Armings {
    /// How a machine used its arming, if it did.
    pub fn done(&self, keys: &[MachineId]) -> Option<&Done> {
        keys.iter().find_map(|key| self.done.get(&key.0))
    }

    /// Every key of the entries that any of `keys` leads to.
    pub(crate) fn same_boots(&self, keys: &[MachineId]) -> BTreeSet<String> {
        let boots: BTreeSet<&str> = keys.iter().filter_map(|key| self.done.get(&key.0)).map(|done| done.boot.as_str()).collect();
        self.done.iter().filter(|(_, done)| boots.contains(done.boot.as_str())).map(|(key, _)| key.clone()).collect()
    }

    /// Takes in a line. False where it is none that this version understands: then nothing may be concluded from the journal.
    #[must_use]
    pub(crate) fn fold(&mut self, line: &[u8]) -> bool {
        let Ok(line) = serde_json::from_slice::<Line>(line) else { return false };
        if line.schema != SCHEMA {
            return false;
        }
        match line.event {
            What::Booted => {
                let at = Duration::from_millis(line.at);
                let done = Done { boot: line.boot, profile: line.profile, label: line.label, at };
                self.done.extend(line.keys.into_iter().map(|key| (key, done.clone())));
                for key in line.also {
                    // What a machine merely said does not displace what another was looked up by.
                    self.done.entry(key).or_insert_with(|| done.clone());
                }
            }
            What::Rearmed => {
                for key in line.keys {
                    self.done.remove(&key);
                }
            }
        }
        true
    }
}
