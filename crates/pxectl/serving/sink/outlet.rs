//! What stands between the servers and a reader: a bounded queue, and a thread that may block in the reader's stead.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use pxectl_model::boot::Action;
use pxectl_model::event::{Event, EventKind, Payload};
use tokio::sync::oneshot;

use super::{Sink, Told};

/// Most events that wait for a reader.
pub const QUEUE_MOST: usize = 16_384;
/// Of them, the room for what anybody can cause without being known: the rest is kept for boots.
const STRANGERS_MOST: usize = QUEUE_MOST / 4 * 3;
/// Progress waits only while fewer events than this do: a newer one tells as much.
const PROGRESS_MOST: usize = 256;

/// Events that wait for one reader.
pub struct Queue {
    inner: Mutex<Inner>,
    filled: Condvar,
    /// How many the reader has taken.
    taken: AtomicU64,
}

#[derive(Default)]
struct Inner {
    waiting: VecDeque<Told>,
    /// The number of the next event; what is left out has none.
    seq: u64,
    left_out: u64,
}

impl Inner {
    fn push(&mut self, mut told: Told) {
        told.event.seq = self.seq;
        self.seq += 1;
        self.waiting.push_back(told);
    }

    /// Says how many were left out, at the place where they would have been.
    fn confess(&mut self, at: Duration) {
        let count = std::mem::take(&mut self.left_out);
        let text = match count {
            0 => return,
            1 => "1 event was left out here: whoever reads them was too slow".to_owned(),
            n => format!("{n} events were left out here: whoever reads them was too slow"),
        };
        let event = Event { seq: 0, at, kind: EventKind::Warning { boot: None, text } };
        self.push(Told { event, row: None, loading: 0 });
    }
}

/// How many may wait for an event of this kind to be let in.
fn room(kind: &EventKind) -> usize {
    match kind {
        // One of each; scripts wait for them.
        EventKind::Listening { .. } | EventKind::Stopping { .. } | EventKind::Stopped => usize::MAX,
        EventKind::TransferProgress { .. } => PROGRESS_MOST,
        EventKind::Refused { .. } | EventKind::Warning { .. } => STRANGERS_MOST,
        EventKind::Script(sent) if matches!(sent.action, Action::Hold | Action::Refuse) => STRANGERS_MOST,
        EventKind::TransferStarted(transfer)
        | EventKind::TransferDone { transfer, .. }
        | EventKind::TransferFailed { transfer, .. }
            if matches!(transfer.payload, Payload::Nbp | Payload::Stage1 | Payload::Plain) =>
        {
            STRANGERS_MOST
        }
        _ => QUEUE_MOST,
    }
}

impl Queue {
    fn new() -> Self {
        Self { inner: Mutex::default(), filled: Condvar::new(), taken: AtomicU64::new(0) }
    }

    /// Lets an event in where there is room, and never waits.
    pub fn offer(&self, told: Told) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let room = room(&told.event.kind);
        if inner.waiting.len() >= room {
            // Progress says nothing that the next one does not.
            inner.left_out += u64::from(room != PROGRESS_MOST);
            return;
        }
        if room == usize::MAX || inner.waiting.len() < QUEUE_MOST / 2 {
            inner.confess(told.event.at);
        }
        inner.push(told);
        drop(inner);
        self.filled.notify_one();
    }

    fn take(&self) -> Told {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(told) = inner.waiting.pop_front() {
                return told;
            }
            // It has caught up: what it missed is told now, and not when something happens next.
            inner.confess(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default());
            if inner.waiting.is_empty() {
                inner = self.filled.wait(inner).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

/// A reader at work.
pub struct Outlet {
    queue: Arc<Queue>,
    ended: oneshot::Receiver<()>,
}

impl Outlet {
    /// Starts the thread. It ends by itself after `Stopped`, or with the process.
    pub fn start(mut sink: Box<dyn Sink>) -> Self {
        let queue = Arc::new(Queue::new());
        let (end, ended) = oneshot::channel();
        let events = queue.clone();
        std::thread::spawn(move || {
            // Dropped with the thread, even where the sink panics.
            let _end: oneshot::Sender<()> = end;
            loop {
                let told = events.take();
                sink.event(&told);
                events.taken.fetch_add(1, Ordering::Relaxed);
                if matches!(told.event.kind, EventKind::Stopped) {
                    break;
                }
            }
            sink.end();
        });
        Self { queue, ended }
    }

    /// Where its events go in.
    pub fn queue(&self) -> Arc<Queue> {
        self.queue.clone()
    }

    /// Waits for its end, but not for a reader that takes nothing for as long as `patience`.
    pub async fn drain(&mut self, patience: Duration) {
        if self.ended.is_terminated() {
            return;
        }
        let mut before = self.queue.taken.load(Ordering::Relaxed);
        while tokio::time::timeout(patience, &mut self.ended).await.is_err() {
            let now = self.queue.taken.load(Ordering::Relaxed);
            if now == before {
                return;
            }
            before = now;
        }
    }

    #[cfg(test)]
    pub fn waiting(&self) -> usize {
        self.queue.inner.lock().unwrap().waiting.len()
    }
}
