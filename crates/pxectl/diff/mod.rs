//! What changes for machines between two versions of a lab: by what they would get, not by what the files say.

mod compare;
pub mod git;
mod group;
pub mod human;
mod hunks;
pub mod json;
mod labwide;
pub mod markdown;
mod subject;
mod version;
mod words;

pub use compare::{Options, compare};
pub use version::{Broken, Version, old};

use hunks::Hunk;

/// What changes.
#[derive(Debug)]
pub struct Difference {
    /// The old version, as people call it.
    pub old: String,
    /// The new one.
    pub new: String,
    /// Hosts of the old and of the new version.
    pub hosts: (usize, usize),
    /// What changes for all: addresses, networks, the first scripts.
    pub lab: Vec<Change>,
    /// Machines that change alike, the gravest first.
    pub groups: Vec<Group>,
    /// Whether only one machine was asked about, so that nothing is shortened.
    pub one: bool,
}

/// What became of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It is new.
    Added,
    /// It gets something else.
    Changed,
    /// It is gone.
    Removed,
}

/// What a machine becomes, in one version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Becomes {
    /// Its profile; none where it is refused.
    pub profile: Option<String>,
    /// `installs`, `boots live`, `boots its disk`, `waits`, `is refused`.
    pub what: &'static str,
    /// Whether its disk is overwritten.
    pub installs: bool,
    /// What decides where no entry of its own does: `rule 2`, `lab.unknown`.
    pub by: Option<String>,
}

/// Machines that change alike.
#[derive(Debug)]
pub struct Group {
    /// What became of them.
    pub fate: Fate,
    /// What they became before; none for a rule or a lab that was not there.
    pub before: Option<Becomes>,
    /// What they become now; none for a rule that is gone.
    pub after: Option<Becomes>,
    /// What else they have in common; what is a machine's own stands there as `{name}`, `{mac}` and so on.
    pub changes: Vec<Change>,
    /// Who they are, in the order of the inventory.
    pub machines: Vec<Machine>,
}

impl Group {
    /// Whether disks would now be overwritten that were not before.
    pub fn newly_installs(&self) -> bool {
        self.after.as_ref().is_some_and(|after| after.installs) && !self.before.as_ref().is_some_and(|before| before.installs)
    }
}

/// One machine, or all machines of a rule.
#[derive(Debug, Clone)]
pub struct Machine {
    /// How people call it.
    pub label: String,
    /// Its strongest key; none for a rule.
    pub key: Option<String>,
    /// Where it stands: in the new version, or in the old one where it is gone.
    pub at: Option<String>,
    /// What changes for it alone: its keys, its reservations.
    pub own: Vec<Change>,
}

/// One thing that changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Change {
    /// A value.
    Value {
        /// What it is: `profile`, `mac`, `artifact linux: sha256`.
        what: String,
        /// Before; none: nothing.
        old: Option<String>,
        /// Now; none: nothing.
        new: Option<String>,
    },
    /// A text.
    Text {
        /// What it is: `script`, `answer preseed.cfg`.
        what: String,
        /// On which firmware.
        firmware: Vec<&'static str>,
        /// Where it differs.
        hunks: Vec<Hunk>,
    },
}

impl Change {
    /// A value that differs; none where it does not.
    pub fn value(what: impl Into<String>, old: Option<String>, new: Option<String>) -> Option<Self> {
        (old != new).then(|| Self::Value { what: what.into(), old, new })
    }
}
