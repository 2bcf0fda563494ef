//! The rows of a board, found by boot, machine and address, and never more than so many.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use super::{Board, Row, State};
use crate::boot::BootId;
use crate::identity::MachineId;

/// Names a row for as long as it stays; no two rows of a run share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey(u64);

/// Rows by their age, with what finds them at once.
#[derive(Debug, Default)]
pub(super) struct Rows {
    all: BTreeMap<RowKey, Kept>,
    next: u64,
    boots: HashMap<BootId, RowKey>,
    machines: HashMap<MachineId, RowKey>,
    peers: BTreeSet<(IpAddr, RowKey)>,
    /// In the order in which they give way.
    order: BTreeMap<Turn, RowKey>,
    idle: usize,
    tick: u64,
}

#[derive(Debug)]
struct Kept {
    row: Row,
    turn: Turn,
}

/// Whose turn it is to give way: by standing, then the one unheard of for longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    standing: Standing,
    tick: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// It waits, or nobody knows who it is: whoever reaches the server can make as many of them as he likes.
    Idle,
    /// Its boot came to an end.
    Ended,
    /// It is in the middle of its boot.
    Busy,
}

impl Standing {
    fn of(row: &Row) -> Self {
        match row.state {
            State::Waiting => Self::Idle,
            State::Nbp if row.machine.is_none() => Self::Idle,
            State::Booted | State::Failed => Self::Ended,
            State::Nbp | State::Script | State::Loading => Self::Busy,
        }
    }
}

impl Rows {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.all.values().map(|kept| &kept.row)
    }

    pub(super) fn get(&self, key: RowKey) -> Option<&Row> {
        self.all.get(&key).map(|kept| &kept.row)
    }

    pub(super) fn of_boot(&self, boot: BootId) -> Option<RowKey> {
        self.boots.get(&boot).copied()
    }

    pub(super) fn of_machine(&self, machine: &MachineId) -> Option<RowKey> {
        self.machines.get(machine).copied()
    }

    /// The newest of this address.
    pub(super) fn of_peer(&self, peer: IpAddr) -> Option<RowKey> {
        let own = self.peers.range((peer, RowKey(0))..=(peer, RowKey(u64::MAX)));
        own.map(|(_, key)| *key).next_back()
    }

    /// A new row; it may be the one that has to give way at once.
    pub(super) fn add(&mut self, row: Row) -> RowKey {
        let key = RowKey(self.next);
        self.next += 1;
        self.put(key, row);
        self.trim();
        key
    }

    /// Another row in the place of this one.
    pub(super) fn replace(&mut self, key: RowKey, row: Row) {
        self.remove(key);
        self.put(key, row);
        self.trim();
    }

    /// A change of anything but boot, machine and address; none where the row has gone.
    pub(super) fn change(&mut self, key: RowKey, change: impl FnOnce(&mut Row)) -> Option<RowKey> {
        let kept = self.all.get_mut(&key)?;
        change(&mut kept.row);
        self.tick += 1;
        let turn = Turn { standing: Standing::of(&kept.row), tick: self.tick };
        let before = std::mem::replace(&mut kept.turn, turn);
        self.order.remove(&before);
        self.order.insert(turn, key);
        self.idle -= usize::from(before.standing == Standing::Idle);
        self.idle += usize::from(turn.standing == Standing::Idle);
        self.trim();
        Some(key)
    }

    pub(super) fn remove(&mut self, key: RowKey) -> Option<Row> {
        let Kept { row, turn } = self.all.remove(&key)?;
        self.order.remove(&turn);
        self.idle -= usize::from(turn.standing == Standing::Idle);
        self.peers.remove(&(row.peer, key));
        if let Some(boot) = row.boot.filter(|boot| self.boots.get(boot) == Some(&key)) {
            self.boots.remove(&boot);
        }
        if let Some(machine) = row.machine.as_ref().filter(|machine| self.machines.get(*machine) == Some(&key)) {
            self.machines.remove(machine);
        }
        Some(row)
    }

    fn put(&mut self, key: RowKey, row: Row) {
        self.tick += 1;
        let turn = Turn { standing: Standing::of(&row), tick: self.tick };
        self.order.insert(turn, key);
        self.idle += usize::from(turn.standing == Standing::Idle);
        self.peers.insert((row.peer, key));
        // Where two claim one id, the newer row has it.
        if let Some(boot) = row.boot {
            self.boots.insert(boot, key);
        }
        if let Some(machine) = &row.machine {
            self.machines.insert(machine.clone(), key);
        }
        self.all.insert(key, Kept { row, turn });
    }

    fn trim(&mut self) {
        while self.idle > Board::IDLE_MOST || self.all.len() > Board::MOST {
            let Some(key) = self.order.values().next().copied() else { break };
            self.remove(key);
        }
    }
}

#[cfg(test)]
impl Rows {
    /// Lengths of everything that grows, which are those of the rows or less.
    pub(super) fn sizes(&self) -> [usize; 5] {
        [self.all.len(), self.order.len(), self.peers.len(), self.boots.len(), self.machines.len()]
    }

    pub(super) fn idle(&self) -> usize {
        let idle = self.iter().filter(|row| Standing::of(row) == Standing::Idle).count();
        assert_eq!(idle, self.idle, "they are counted right");
        idle
    }
}
