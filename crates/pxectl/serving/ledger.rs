//! Plan and journal together: who may be installed, and who was.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, RwLock};

use pxectl_model::boot::{BootId, Ledger, Machine, Standing, Taken};
use pxectl_model::identity::MachineId;
use pxectl_model::plan::Scope;
use pxectl_store::journal::{Armings, Done, Journal, JournalError, Position};

/// Which installations somebody agreed to.
#[derive(Debug, Clone, Default)]
pub enum Agreement {
    /// `--yes`: whatever the inventory says, edits of it included.
    Everything,
    /// What the plan showed, and nothing that an edit adds.
    Shown {
        /// Every key of each host, with its profile.
        hosts: BTreeSet<(MachineId, String)>,
        /// Profiles that a rule, or `unknown`, gives to machines without an entry.
        others: BTreeSet<String>,
    },
    /// Nothing.
    #[default]
    Nothing,
}

impl Agreement {
    /// Whether this machine may become this profile by an installation.
    pub fn covers(&self, keys: &[MachineId], host: bool, profile: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Nothing => false,
            Self::Shown { hosts, .. } if host => keys.iter().any(|key| hosts.contains(&(key.clone(), profile.to_owned()))),
            Self::Shown { others, .. } => others.contains(profile),
        }
    }
}

/// What `serve` decides by.
pub struct ArmingLedger {
    journal: Mutex<Journal>,
    path: PathBuf,
    /// What the journal said when its file was in this state, so that most questions wait for no disk.
    known: RwLock<(Armings, Position)>,
    scope: Scope,
    agreement: RwLock<Agreement>,
}

impl ArmingLedger {
    /// With an open journal. Nothing is agreed to yet.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    pub fn new(mut journal: Journal, scope: Scope) -> Result<Self, JournalError> {
        let path = journal.path().to_owned();
        let (armings, position) = journal.refresh()?;
        let known = RwLock::new((armings.clone(), position));
        Ok(Self { journal: Mutex::new(journal), path, known, scope, agreement: RwLock::default() })
    }

    /// From now on these installations are agreed to.
    pub fn agree(&self, agreement: Agreement) {
        *self.agreement.write().unwrap_or_else(PoisonError::into_inner) = agreement;
    }

    /// Whether somebody agreed to install this machine.
    pub fn agreed(&self, keys: &[MachineId], host: bool, profile: &str) -> bool {
        self.agreement.read().unwrap_or_else(PoisonError::into_inner).covers(keys, host, profile)
    }

    /// How a machine used its arming, if it did. May wait for a disk.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    pub fn done(&self, keys: &[MachineId]) -> Result<Option<Done>, JournalError> {
        if let Some(known) = self.done_now(keys) {
            return Ok(known);
        }
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        let (armings, position) = journal.refresh()?;
        let done = armings.done(keys).cloned();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = (armings.clone(), position);
        Ok(done)
    }

    /// The same from memory; none where the file has changed since.
    fn done_now(&self, keys: &[MachineId]) -> Option<Option<Done>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        (Position::at(&self.path)? == known.1).then(|| known.0.done(keys).cloned())
    }

    /// Which machines were asked for.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether a host or machine that is to become `profile` is in the scope of this `serve`.
    pub fn covers(&self, keys: &[MachineId], profile: &str) -> bool {
        keys.iter().any(|key| self.scope.covers(key, profile))
    }

    fn standing_if(&self, done: bool, machine: &Machine, profile: &str, installs: bool) -> Standing {
        match installs {
            true if done => Standing::Done,
            true if !self.agreed(&machine.keys, machine.host, profile) => Standing::Outside,
            _ if self.covers(&machine.keys, profile) => Standing::Armed,
            _ => Standing::Outside,
        }
    }
}

impl Ledger for ArmingLedger {
    fn standing_now(&self, machine: &Machine, profile: &str, installs: bool) -> Option<Standing> {
        let done = installs && self.done_now(&machine.keys)?.is_some();
        Some(self.standing_if(done, machine, profile, installs))
    }

    fn standing(&self, machine: &Machine, profile: &str, installs: bool) -> Result<Standing, String> {
        let done = installs && self.done(&machine.keys).map_err(|e| crate::failure::chain(&e))?.is_some();
        Ok(self.standing_if(done, machine, profile, installs))
    }

    fn take(&self, machine: &Machine, boot: BootId, label: &str, profile: &str) -> Result<Taken, String> {
        if !self.covers(&machine.keys, profile) || !self.agreed(&machine.keys, machine.host, profile) {
            return Ok(Taken::Refused);
        }
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.take(machine, boot, label, profile).map_err(|e| crate::failure::chain(&e))
    }
}
