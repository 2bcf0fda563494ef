//! What happened: one stream of plain data, from which every reader learns.
//!
//! Libraries report kinds; the one reporter stamps them with number and time. Their JSON shape is documented in docs/events.md.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::boot::{Action, BootId};
use crate::identity::MachineId;
use crate::mac::Mac;

/// Takes events. Cheap, and waits for no reader.
pub trait Report: Send + Sync {
    /// Something happened. Where a reader is too slow, it may not learn of it.
    fn report(&self, kind: EventKind);
}

/// Drops everything; for tests and for walks that nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silence;

impl Report for Silence {
    fn report(&self, _: EventKind) {}
}

/// An event as every reader gets it.
#[derive(Debug, Clone)]
pub struct Event {
    /// Counts from 0 without gaps.
    pub seq: u64,
    /// Since the Unix epoch.
    pub at: Duration,
    /// What happened.
    pub kind: EventKind,
}

/// The protocol of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// RFC 1350.
    Tftp,
    /// HTTP/1.1.
    Http,
}

impl Protocol {
    /// In lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tftp => "tftp",
            Self::Http => "http",
        }
    }
}

/// What a transfer carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// A network bootstrap program, or `default.ipxe`.
    Nbp,
    /// The script that asks who it is.
    Stage1,
    /// A file of a boot; the role is `kernel`, `initrd` …
    Load {
        /// What it is to the machine.
        role: String,
    },
    /// A rendered answer file.
    Answer,
    /// A file that a person fetched.
    Plain,
}

/// A transfer from its first byte to its last; `id` ties its events together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Unique in this run.
    pub id: u64,
    /// Which protocol.
    pub protocol: Protocol,
    /// Who gets it.
    pub peer: IpAddr,
    /// The neighbour table's MAC of the peer, where the system knows it.
    pub mac: Option<Mac>,
    /// The boot that it belongs to; TFTP knows none.
    pub boot: Option<BootId>,
    /// What it carries.
    pub payload: Payload,
    /// Its name as asked for, made printable.
    pub name: String,
    /// Bytes that this transfer is to carry (a range's length for a range).
    pub bytes: u64,
    /// Bytes of the whole file.
    pub whole: u64,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// All sockets are bound and the table is built. Always the first.
    Listening {
        /// Where TFTP answers.
        tftp: SocketAddr,
        /// Where HTTP answers.
        http: SocketAddr,
    },
    /// A transfer began.
    TransferStarted(Transfer),
    /// How far it is; may be dropped.
    TransferProgress {
        /// Which.
        id: u64,
        /// Bytes so far.
        sent: u64,
    },
    /// Its last byte is out (HTTP), or acknowledged (TFTP).
    TransferDone {
        /// Which, whole again so that a reader needs no memory.
        transfer: Transfer,
        /// From the request to the last byte.
        took: Duration,
    },
    /// It ended before its last byte.
    TransferFailed {
        /// Which.
        transfer: Transfer,
        /// Bytes that went out.
        sent: u64,
        /// Why, in lower case, holding no path of the server.
        reason: String,
    },
    /// A machine was given its stage-2 script.
    Script(ScriptSent),
    /// The machine fetched the beacon: its next step is `boot`.
    Booted {
        /// Which boot.
        boot: BootId,
        /// Which machine; none where it gave nothing usable.
        machine: Option<MachineId>,
        /// How people call it.
        label: String,
        /// What it booted.
        profile: String,
        /// Whether that installs.
        installs: bool,
        /// What the script did.
        action: Action,
        /// From the script to the beacon.
        took: Duration,
    },
    /// A beacon was refused or could not be kept; the machine was told not to go on.
    BeaconRefused {
        /// Which boot.
        boot: BootId,
        /// How people call it.
        label: String,
        /// Why.
        reason: String,
    },
    /// A request that got a refusal.
    Refused {
        /// Which protocol.
        protocol: Protocol,
        /// Who asked.
        peer: IpAddr,
        /// For what, made printable and short.
        what: String,
        /// Why.
        reason: String,
    },
    /// Something a person should look at.
    Warning {
        /// About which boot, if one.
        boot: Option<BootId>,
        /// One sentence.
        text: String,
    },
    /// What changed on the disk is in force: the inventory, or any file that it names.
    Reloaded {
        /// Which files, as people call them.
        changed: Vec<String>,
        /// Hosts in the inventory.
        hosts: usize,
    },
    /// What changed is unsound; the old table stays in force.
    ReloadRefused {
        /// Which files, as people call them.
        changed: Vec<String>,
        /// The findings, one a line.
        text: String,
    },
    /// The servers stop taking requests.
    Stopping {
        /// Why: `interrupt`, `goal`, `timeout`.
        why: String,
    },
    /// All transfers ended; always the last.
    Stopped,
}

/// A stage-2 script that went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptSent {
    /// The boot that begins with it.
    pub boot: BootId,
    /// Who asked.
    pub peer: IpAddr,
    /// Which machine.
    pub machine: Option<MachineId>,
    /// How people call it.
    pub label: String,
    /// Its serial as it gave it, made printable.
    pub serial: String,
    /// The MAC that it boots from.
    pub mac: Option<Mac>,
    /// The profile, where it has one.
    pub profile: Option<String>,
    /// Whether that installs.
    pub installs: bool,
    /// What the script does.
    pub action: Action,
    /// One line for people: why this action.
    pub why: String,
    /// Bytes of all files that the script fetches.
    pub bytes: u64,
}
