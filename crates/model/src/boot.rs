//! One machine's boot: who asks, the id that every URL of it carries, and the two doors between the sibling crates.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::arch::Firmware;
use crate::identity::{Identity, IdentityKey, MachineId};

/// 128 random bits that say to which machine's boot a byte belongs; 32 hexadecimal digits in URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BootId(pub [u8; 16]);

impl std::fmt::Display for BootId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::str::FromStr for BootId {
    type Err = ();

    /// Takes exactly 32 lower-case hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, ()> {
        let ok = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let value = if ok { u128::from_str_radix(text, 16).map_err(|_| ())? } else { return Err(()) };
        Ok(Self(value.to_be_bytes()))
    }
}

/// A machine at stage 1, by its own words. None of it is proof of anything.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Serial, UUID, MAC and the rest.
    pub identity: Identity,
    /// What it runs on; none where iPXE named an architecture that pxectl does not know.
    pub firmware: Option<Firmware>,
    /// The address it asks from.
    pub peer: IpAddr,
}

/// How a machine stands with the plan and the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// In the plan, and not installed in this arming.
    Armed,
    /// Installed in this arming: it boots its disk until `rearm`.
    Done,
    /// Not in the plan of this `serve`, or nobody agreed to install it: it boots its disk.
    Outside,
    /// The journal cannot be read, so nobody knows whether it was installed: it boots its disk.
    Unsure,
}

/// A machine as the journal knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its strongest key: what it is called by.
    pub id: MachineId,
    /// By which it is looked up: its entry's keys; its own where it has no entry.
    pub keys: Vec<MachineId>,
    /// What else it said of itself. Written down with the keys, so that an entry which later names it by one of these finds what
    /// happened to it; not looked up, since the boards of one chassis may share a serial number.
    pub also: Vec<MachineId>,
    /// Whether it is a host of the inventory; else a rule or `unknown` decided.
    pub host: bool,
}

impl Machine {
    /// A host, by its entry and by what it says of itself.
    pub fn host(entry: &Identity, says: &Identity) -> Option<Self> {
        let keys = entry.keys();
        let also = says.keys().into_iter().filter(|key| !keys.contains(key)).collect();
        Some(Self { id: keys.first()?.clone(), keys, also, host: true })
    }

    /// A machine without an entry. Asset tags and board serials are looked up only where it says nothing better: a chassis shares them.
    pub fn stranger(says: &Identity) -> Option<Self> {
        let all = says.keys();
        let count = says.values(IdentityKey::Serial).len() + says.values(IdentityKey::Uuid).len() + says.macs.len();
        let (keys, also) = all.split_at(if count == 0 { all.len() } else { count });
        Some(Self { id: keys.first()?.clone(), keys: keys.to_vec(), also: also.to_vec(), host: false })
    }
}

/// What the resolver and the inventory say of an asker, before the plan and the journal are asked.
#[derive(Debug, Clone)]
pub struct Recognised {
    /// What the journal knows it by; none where it gave nothing usable, or was refused.
    pub machine: Option<Machine>,
    /// How people call it: the host's name, else its serial, else its MAC.
    pub label: String,
    /// What it is to become.
    pub verdict: Verdict,
    /// What a person should know: an unlisted MAC, for one.
    pub notes: Vec<String>,
}

/// What a machine is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// To boot this profile.
    Boot {
        /// The profile's name.
        profile: String,
        /// The recipe's name.
        recipe: String,
        /// Whether the recipe installs, and so overwrites a disk.
        installs: bool,
    },
    /// In no inventory: shown its serial, and asked again.
    Hold,
    /// Refused: its keys belong to different machines. The text goes to its screen.
    Refused(String),
}

/// What a stage-2 script makes a machine do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Boot its profile.
    Boot,
    /// Boot its own disk.
    Local,
    /// Wait and ask again.
    Hold,
    /// Stop: refused, or the profile does not fit.
    Refuse,
}

/// One thing a stage-2 script makes the machine fetch, so that progress has a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// The key of the file in the table, as URLs have it behind `/b/<boot-id>/`: see [`crate::image::Located::key`].
    pub file: String,
    /// What it is to the machine: `kernel`, `initrd`, `boot.wim` …
    pub role: String,
}

/// A stage-2 script and what goes with it.
#[derive(Debug, Clone)]
pub struct Stage2 {
    /// The script, ASCII, beginning with `#!ipxe`.
    pub text: String,
    /// What it does.
    pub action: Action,
    /// What it fetches.
    pub loads: Vec<Load>,
    /// Rendered answer files by name, under `/b/<boot-id>/answer/<name>`.
    pub answers: BTreeMap<String, Arc<[u8]>>,
    /// The states that its call-backs may tell, under `/b/<boot-id>/event/<state>`; `booted` is always one where it boots.
    pub beacon: bool,
}

/// Answers askers; made by render, asked by netboot. One value is one version of the inventory.
pub trait Responder: Send + Sync {
    /// Who it is, by the one resolver.
    fn recognise(&self, asker: &Asker) -> Recognised;

    /// The script for it. Never fails towards the machine: what cannot be rendered becomes a script that says so and holds,
    /// and a problem in the second value for the log.
    fn script(&self, asker: &Asker, who: &Recognised, boot: BootId, standing: Standing) -> (Stage2, Option<String>);
}

/// What taking an arming gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// This boot has it now; it is on disk.
    Now,
    /// This boot had it before: the beacon came twice.
    Again,
    /// Another boot took it, or the machine is not armed.
    Refused,
}

/// Plan and journal together: who may be installed, and who was.
pub trait Ledger: Send + Sync {
    /// How this machine, which is to become `profile`, stands now; none where that cannot be told without waiting for a disk.
    fn standing_now(&self, machine: &Machine, profile: &str, installs: bool) -> Option<Standing>;

    /// The same; may wait for a disk.
    ///
    /// # Errors
    /// Where the journal cannot be read: then nobody knows, and the machine is not installed.
    fn standing(&self, machine: &Machine, profile: &str, installs: bool) -> Result<Standing, String>;

    /// The beacon of an installing boot takes the arming; durable before it returns. May wait for a disk.
    ///
    /// # Errors
    /// Where it could not be written: then the machine must not go on.
    fn take(&self, machine: &Machine, boot: BootId, label: &str, profile: &str) -> Result<Taken, String>;
}
