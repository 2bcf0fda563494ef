//! Where each machine is: a fold of the events, shown by bars, tables and the status page.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use crate::boot::{Action, BootId};
use crate::event::{Event, EventKind, Payload, Protocol, ScriptSent, Transfer};
use crate::identity::MachineId;

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
    /// Bytes of running transfers, by transfer id.
    pub running: BTreeMap<u64, u64>,
    /// Bytes of all files of this boot.
    pub total: u64,
    /// What it fetches now, or why it failed.
    pub detail: String,
}

impl Row {
    /// Bytes of this boot's files that went out.
    pub fn bytes(&self) -> u64 {
        self.done_bytes + self.running.values().sum::<u64>()
    }
}

/// All machines of one run.
#[derive(Debug, Clone, Default)]
pub struct Board {
    rows: Vec<Row>,
    booted: BTreeSet<MachineId>,
}

impl Board {
    /// Every machine, in the order in which they were first heard of.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The machines that booted their profile (not their disk) in this run.
    pub fn booted(&self) -> &BTreeSet<MachineId> {
        &self.booted
    }

    /// Whether a machine is in the middle of something.
    pub fn busy(&self) -> bool {
        self.rows.iter().any(|r| matches!(r.state, State::Nbp | State::Script | State::Loading))
    }

    /// Takes in one event, and tells the position of the row that it changed.
    pub fn apply(&mut self, event: &Event) -> Option<usize> {
        let at = event.at;
        match &event.kind {
            EventKind::TransferStarted(t) => self.started(t, at),
            EventKind::TransferProgress { id, sent } => {
                let n = self.rows.iter().position(|r| r.running.contains_key(id))?;
                self.rows[n].running.insert(*id, *sent);
                Some(n)
            }
            EventKind::TransferDone { transfer, .. } => {
                let n = self.row_of(transfer)?;
                let row = &mut self.rows[n];
                if row.running.remove(&transfer.id).is_some() {
                    row.done_bytes = (row.done_bytes + transfer.bytes).min(row.total.max(row.done_bytes));
                }
                Some(n)
            }
            EventKind::TransferFailed { transfer, reason, .. } => {
                let n = self.row_of(transfer)?;
                let row = &mut self.rows[n];
                row.running.remove(&transfer.id);
                // EDK2 asks for an NBP's size first and breaks that off; only a boot's own file is a failure of the boot.
                if matches!(transfer.payload, Payload::Load { .. } | Payload::Answer) {
                    self.turn(n, State::Failed, at, format!("{}: {reason}", transfer.name));
                }
                Some(n)
            }
            EventKind::Script(sent) => Some(self.script(sent, at)),
            EventKind::Booted { boot, machine, action, .. } => {
                let n = self.by_boot(*boot)?;
                if let (Action::Boot, Some(machine)) = (action, machine) {
                    self.booted.insert(machine.clone());
                }
                self.turn(n, State::Booted, at, String::new());
                Some(n)
            }
            EventKind::BeaconRefused { boot, reason, .. } => {
                let n = self.by_boot(*boot)?;
                self.turn(n, State::Failed, at, reason.clone());
                Some(n)
            }
            _ => None,
        }
    }

    fn by_boot(&self, boot: BootId) -> Option<usize> {
        self.rows.iter().position(|r| r.boot == Some(boot))
    }

    fn row_of(&self, transfer: &Transfer) -> Option<usize> {
        match transfer.boot {
            Some(boot) => self.by_boot(boot),
            None => self.rows.iter().rposition(|r| r.peer == transfer.peer),
        }
    }

    fn turn(&mut self, n: usize, state: State, at: Duration, detail: String) {
        let row = &mut self.rows[n];
        if row.state != state {
            row.since = at;
        }
        row.state = state;
        row.detail = detail;
    }

    fn started(&mut self, transfer: &Transfer, at: Duration) -> Option<usize> {
        match &transfer.payload {
            Payload::Nbp if transfer.protocol == Protocol::Tftp => {
                let n = self.knock(transfer.peer, at);
                self.turn(n, State::Nbp, at, transfer.name.clone());
                Some(n)
            }
            Payload::Load { .. } => {
                let n = self.row_of(transfer)?;
                self.rows[n].running.insert(transfer.id, 0);
                if self.rows[n].state != State::Booted {
                    self.turn(n, State::Loading, at, transfer.name.clone());
                }
                Some(n)
            }
            _ => None,
        }
    }

    /// The row of an address that has not said who it is in this boot: its last one where that was still at its NBP, else a new one.
    fn knock(&mut self, peer: IpAddr, at: Duration) -> usize {
        let open = self.rows.iter().rposition(|r| r.peer == peer);
        if let Some(n) = open.filter(|n| self.rows[*n].state == State::Nbp) {
            return n;
        }
        // A machine that boots again keeps its row, so that a table has one line a machine.
        if let Some(n) = open {
            self.rows[n] = Row { label: self.rows[n].label.clone(), machine: self.rows[n].machine.clone(), ..blank(peer, at) };
            return n;
        }
        self.rows.push(blank(peer, at));
        self.rows.len() - 1
    }

    fn script(&mut self, sent: &ScriptSent, at: Duration) -> usize {
        let by_machine = sent.machine.as_ref().and_then(|m| self.rows.iter().position(|r| r.machine.as_ref() == Some(m)));
        let by_peer = self.rows.iter().rposition(|r| r.peer == sent.peer);
        // An NBP's knock and the script that follows it are one machine, though it may have been known before by another address.
        let knock = by_peer.filter(|n| self.rows[*n].machine.is_none());
        let n = match (by_machine, knock) {
            (Some(n), Some(k)) if n != k => {
                let began = self.rows[k].began;
                self.rows[n].began = began;
                self.rows.remove(k);
                if k < n { n - 1 } else { n }
            }
            (Some(n), _) => n,
            (None, Some(k)) => k,
            (None, None) => match by_peer.filter(|n| self.rows[*n].machine == sent.machine) {
                Some(n) => n,
                None => {
                    self.rows.push(blank(sent.peer, at));
                    self.rows.len() - 1
                }
            },
        };
        let began = if matches!(self.rows[n].state, State::Nbp | State::Waiting) { self.rows[n].began } else { at };
        let state = if matches!(sent.action, Action::Hold | Action::Refuse) { State::Waiting } else { State::Script };
        let since = if self.rows[n].state == state { self.rows[n].since } else { at };
        self.rows[n] = Row {
            label: sent.label.clone(),
            peer: sent.peer,
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
        n
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
        running: BTreeMap::new(),
        total: 0,
        detail: String::new(),
    }
}
