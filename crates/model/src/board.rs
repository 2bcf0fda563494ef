//! Where each machine is: a fold of the events, shown by bars and tables. Bounded, and each event costs the same however many
//! machines there are: whoever reaches the server can cause events.

mod rows;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use crate::boot::{Action, BootId};
use crate::event::{Event, EventKind, Payload, Protocol, ScriptSent, Transfer};
use crate::identity::MachineId;

pub use rows::RowKey;
use rows::Rows;

/// How far a boot is. Each state was observed, none is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It was told to wait: it is in no inventory, or was refused.
    Waiting,
    /// It loads or has loaded its network bootstrap program.
    Nbp,
    /// It was given its script.
    Script,
    /// It fetches the files that the script names.
    Loading,
    /// It fetched the beacon: its next step is `boot`.
    Booted,
    /// A step failed.
    Failed,
}

impl State {
    /// In lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Nbp => "nbp",
            Self::Script => "script",
            Self::Loading => "loading",
            Self::Booted => "booted",
            Self::Failed => "failed",
        }
    }
}

/// One machine.
#[derive(Debug, Clone)]
pub struct Row {
    /// How people call it; its address before it has said who it is.
    pub label: String,
    /// Its address.
    pub peer: IpAddr,
    /// Which machine, as the journal knows it.
    pub machine: Option<MachineId>,
    /// Its boot, since its script went out.
    pub boot: Option<BootId>,
    /// Its profile.
    pub profile: Option<String>,
    /// What its script does.
    pub action: Option<Action>,
    /// How far it is.
    pub state: State,
    /// When it was first heard of in this boot.
    pub began: Duration,
    /// When its state last changed.
    pub since: Duration,
    /// Bytes of finished transfers of this boot's files.
    pub done_bytes: u64,
    /// Bytes of running transfers of this boot's files.
    pub running_bytes: u64,
    /// How many transfers of this boot's files run.
    pub running: usize,
    /// Bytes of all files of this boot.
    pub total: u64,
    /// What it fetches now, or why it failed.
    pub detail: String,
}

impl Row {
    /// Bytes of this boot's files that went out.
    pub fn bytes(&self) -> u64 {
        self.done_bytes + self.running_bytes
    }

    fn turn(&mut self, state: State, at: Duration, detail: String) {
        if self.state != state {
            self.since = at;
        }
        self.state = state;
        self.detail = detail;
    }
}

/// A file of a boot that is under way.
#[derive(Debug)]
struct Running {
    row: RowKey,
    /// The row's boot when it began: what comes after the next script is of a boot that has no row any more.
    boot: Option<BootId>,
    sent: u64,
}

/// The machines of one run.
#[derive(Debug, Default)]
pub struct Board {
    rows: Rows,
    running: HashMap<u64, Running>,
    awaited: BTreeSet<MachineId>,
    booted: BTreeSet<MachineId>,
}

impl Board {
    /// Most rows. Beyond it those give way that only wait, then those whose boot has ended, then the others; of them the one
    /// unheard of for longest.
    pub const MOST: usize = 10_000;
    /// Most rows of machines that wait, or have not said who they are: whoever reaches the server makes them.
    pub const IDLE_MOST: usize = 1024;
    /// Most transfers whose progress is followed; more than the servers allow at once.
    pub const RUNNING_MOST: usize = 8192;

    /// None yet; these are awaited.
    pub fn awaiting(awaited: BTreeSet<MachineId>) -> Self {
        Self { awaited, ..Self::default() }
    }

    /// The machines, in the order in which they were first heard of.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nobody was heard of.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A row; none where it has given way.
    pub fn row(&self, key: RowKey) -> Option<&Row> {
        self.rows.get(key)
    }

    /// The awaited machines that booted their profile (not their disk) in this run.
    pub fn booted(&self) -> &BTreeSet<MachineId> {
        &self.booted
    }

    /// Takes in one event, and tells the row that it changed.
    pub fn apply(&mut self, event: &Event) -> Option<RowKey> {
        let at = event.at;
        match &event.kind {
            EventKind::TransferStarted(t) => self.started(t, at),
            EventKind::TransferProgress { id, sent } => self.progress(*id, *sent),
            EventKind::TransferDone { transfer, .. } => {
                let ran = self.ended(transfer.id);
                let key = self.row_of(transfer)?;
                self.rows.change(key, |row| {
                    if ran {
                        row.done_bytes = row.done_bytes.saturating_add(transfer.bytes).min(row.total.max(row.done_bytes));
                    }
                })
            }
            EventKind::TransferFailed { transfer, reason, .. } => {
                self.ended(transfer.id);
                let key = self.row_of(transfer)?;
                self.rows.change(key, |row| {
                    // EDK2 asks for an NBP's size first and breaks that off; only a boot's own file is a failure of the boot.
                    if matches!(transfer.payload, Payload::Load { .. } | Payload::Answer) {
                        row.turn(State::Failed, at, format!("{}: {reason}", transfer.name));
                    }
                })
            }
            EventKind::Script(sent) => Some(self.script(sent, at)),
            EventKind::Booted { boot, machine, action, .. } => {
                if let (Action::Boot, Some(machine)) = (action, machine)
                    && self.awaited.contains(machine)
                {
                    self.booted.insert(machine.clone());
                }
                let key = self.rows.of_boot(*boot)?;
                self.rows.change(key, |row| row.turn(State::Booted, at, String::new()))
            }
            EventKind::BeaconRefused { boot, reason, .. } => {
                let key = self.rows.of_boot(*boot)?;
                self.rows.change(key, |row| row.turn(State::Failed, at, reason.clone()))
            }
            _ => None,
        }
    }

    fn row_of(&self, transfer: &Transfer) -> Option<RowKey> {
        match transfer.boot {
            Some(boot) => self.rows.of_boot(boot),
            None => self.rows.of_peer(transfer.peer),
        }
    }

    fn started(&mut self, transfer: &Transfer, at: Duration) -> Option<RowKey> {
        match &transfer.payload {
            Payload::Nbp if transfer.protocol == Protocol::Tftp => {
                let key = self.knock(transfer.peer, at);
                self.rows.change(key, |row| row.turn(State::Nbp, at, transfer.name.clone()))
            }
            Payload::Load { .. } => {
                let key = self.row_of(transfer)?;
                let boot = self.rows.get(key)?.boot;
                let follow = self.running.len() < Self::RUNNING_MOST;
                if follow {
                    self.running.insert(transfer.id, Running { row: key, boot, sent: 0 });
                }
                self.rows.change(key, |row| {
                    row.running += usize::from(follow);
                    if row.state != State::Booted {
                        row.turn(State::Loading, at, transfer.name.clone());
                    }
                })
            }
            _ => None,
        }
    }

    fn progress(&mut self, id: u64, sent: u64) -> Option<RowKey> {
        let running = self.running.get_mut(&id)?;
        if self.rows.get(running.row)?.boot != running.boot {
            return None;
        }
        let before = std::mem::replace(&mut running.sent, sent);
        self.rows.change(running.row, |row| row.running_bytes = (row.running_bytes + sent).saturating_sub(before))
    }

    /// A transfer is followed no more; tells whether it was.
    fn ended(&mut self, id: u64) -> bool {
        let Some(running) = self.running.remove(&id) else { return false };
        if self.rows.get(running.row).is_none_or(|row| row.boot != running.boot) {
            return false;
        }
        let changed = self.rows.change(running.row, |row| {
            row.running = row.running.saturating_sub(1);
            row.running_bytes = row.running_bytes.saturating_sub(running.sent);
        });
        changed.is_some()
    }

    /// The row of an address that has not said who it is in this boot: its last one where that was still at its NBP, else a new one.
    fn knock(&mut self, peer: IpAddr, at: Duration) -> RowKey {
        let Some(key) = self.rows.of_peer(peer) else { return self.rows.add(blank(peer, at)) };
        if let Some(row) = self.rows.get(key).filter(|row| row.state != State::Nbp) {
            // A machine that boots again keeps its row, so that a table has one line a machine.
            let again = Row { label: row.label.clone(), machine: row.machine.clone(), ..blank(peer, at) };
            self.rows.replace(key, again);
        }
        key
    }

    fn script(&mut self, sent: &ScriptSent, at: Duration) -> RowKey {
        let by_machine = sent.machine.as_ref().and_then(|machine| self.rows.of_machine(machine));
        // An NBP's knock and the script that follows it are one machine, though it may have been known before by another address.
        let knock = self.rows.of_peer(sent.peer).filter(|key| self.rows.get(*key).is_some_and(|row| row.machine.is_none()));
        let (key, joined) = match (by_machine, knock) {
            (Some(key), Some(knock)) if key != knock => (Some(key), self.rows.remove(knock)),
            (Some(key), _) | (None, Some(key)) => (Some(key), None),
            (None, None) => (None, None),
        };
        let old = key.and_then(|key| self.rows.get(key));
        let state = if matches!(sent.action, Action::Hold | Action::Refuse) { State::Waiting } else { State::Script };
        let began = match old.filter(|row| matches!(row.state, State::Nbp | State::Waiting)) {
            Some(row) => joined.map_or(row.began, |knock| knock.began),
            None => joined.map_or(at, |knock| knock.began),
        };
        let since = old.filter(|row| row.state == state).map_or(at, |row| row.since);
        let row = Row {
            label: sent.label.clone(),
            machine: sent.machine.clone(),
            boot: Some(sent.boot),
            profile: sent.profile.clone(),
            action: Some(sent.action),
            state,
            began,
            since,
            total: sent.bytes,
            detail: sent.why.clone(),
            ..blank(sent.peer, at)
        };
        match key {
            Some(key) => {
                self.rows.replace(key, row);
                key
            }
            None => self.rows.add(row),
        }
    }
}

fn blank(peer: IpAddr, at: Duration) -> Row {
    Row {
        label: peer.to_string(),
        peer,
        machine: None,
        boot: None,
        profile: None,
        action: None,
        state: State::Nbp,
        began: at,
        since: at,
        done_bytes: 0,
        running_bytes: 0,
        running: 0,
        total: 0,
        detail: String::new(),
    }
}
