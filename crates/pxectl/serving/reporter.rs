//! The one reporter: stamps events with the time, folds them into the board, and hands them to every reader, in one order.
//!
//! All of it happens in `report` itself, which costs the same however many machines there are, so no event waits to be taken in.
//! Readers are others: they may be slow or stand still, so each has its own thread and its own bounded queue.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use pxectl_model::board::Board;
use pxectl_model::event::{Event, EventKind, Report};
use pxectl_model::identity::MachineId;
use tokio::sync::watch;

use crate::serving::sink::outlet::{Outlet, Queue};
use crate::serving::sink::{Sink, Told};

/// The door for libraries.
struct Reporter {
    state: Mutex<State>,
    queues: Vec<Arc<Queue>>,
    missing: watch::Sender<usize>,
    awaited: usize,
}

#[derive(Default)]
struct State {
    board: Board,
    stopped: bool,
}

impl Report for Reporter {
    fn report(&self, kind: EventKind) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.stopped {
            return;
        }
        state.stopped = matches!(kind, EventKind::Stopped);
        // Under the lock, so that the times are in the order of the events.
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let event = Event { seq: 0, at, kind };
        let key = state.board.apply(&event);
        if matches!(event.kind, EventKind::Booted { .. }) {
            let missing = self.awaited - state.board.booted().len();
            self.missing.send_if_modified(|before| std::mem::replace(before, missing) != missing);
        }
        let Some((last, others)) = self.queues.split_last() else { return };
        let loading = match event.kind {
            EventKind::Stopping { .. } => state.board.rows().filter(|row| row.running > 0).count(),
            _ => 0,
        };
        let told = Told { event, row: key.and_then(|key| state.board.row(key)).cloned(), loading };
        others.iter().for_each(|queue| queue.offer(told.clone()));
        last.offer(told);
    }
}

/// The running reporter.
pub struct Reporting {
    /// For libraries.
    pub report: Arc<dyn Report>,
    reporter: Arc<Reporter>,
    missing: watch::Receiver<usize>,
    outlets: Vec<Outlet>,
}

impl Reporting {
    /// Starts a thread for each of `sinks`. `awaited` are the machines whose booting counts.
    pub fn start(sinks: Vec<Box<dyn Sink>>, awaited: BTreeSet<MachineId>) -> Self {
        let outlets: Vec<_> = sinks.into_iter().map(Outlet::start).collect();
        let count = awaited.len();
        let (sender, missing) = watch::channel(count);
        let reporter = Arc::new(Reporter {
            state: Mutex::new(State { board: Board::awaiting(awaited), stopped: false }),
            queues: outlets.iter().map(Outlet::queue).collect(),
            missing: sender,
            awaited: count,
        });
        Self { report: reporter.clone(), reporter, missing, outlets }
    }

    /// Waits until all awaited machines have booted.
    pub async fn all_booted(&self) {
        // The sender is held here, too, so the channel cannot close.
        let _ = self.missing.clone().wait_for(|missing| *missing == 0).await;
    }

    /// Waits until every event up to `Stopped`, which the servers report last, has reached every reader; a reader that takes
    /// nothing for as long as `patience` is given up.
    pub async fn drain(&mut self, patience: Duration) {
        for outlet in &mut self.outlets {
            outlet.drain(patience).await;
        }
    }

    /// The board as it is in the end. Readers that were not waited for get what they can while the process lives.
    pub fn end(self) -> Board {
        std::mem::take(&mut self.reporter.state.lock().unwrap_or_else(PoisonError::into_inner).board)
    }
}

#[cfg(test)]
mod tests;
