//! The one reporter: stamps events with number and time, folds them into the board, and feeds every reader, in one order.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use pxectl_model::board::Board;
use pxectl_model::event::{Event, EventKind, Report};
use tokio::sync::{mpsc, watch};

/// Somebody who wants to know. Called from one task only, in order.
pub trait Sink: Send {
    /// An event, and the board after it with the row that it changed.
    fn event(&mut self, event: &Event, board: &Board, row: Option<usize>);

    /// No more events.
    fn end(&mut self, _board: &Board) {}
}

/// Progress waits in the queue only while fewer events than this do; everything else always gets in.
const PROGRESS_QUEUE: usize = 256;

/// Changes of the board that are published together at most.
const RUSH: u32 = 256;

/// The door for libraries.
pub struct Reporter {
    queue: mpsc::UnboundedSender<EventKind>,
    waiting: Arc<AtomicUsize>,
}

impl Report for Reporter {
    fn report(&self, kind: EventKind) {
        let lossy = matches!(kind, EventKind::TransferProgress { .. });
        if lossy && self.waiting.load(Ordering::Relaxed) > PROGRESS_QUEUE {
            return;
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        // After the end nobody listens any more; there is nobody to tell.
        let _ = self.queue.send(kind);
    }
}

/// The running reporter.
pub struct Reporting {
    /// For libraries.
    pub report: Arc<dyn Report>,
    /// The board after the newest event.
    pub board: watch::Receiver<Board>,
    task: tokio::task::JoinHandle<()>,
}

impl Reporting {
    /// Starts the task that feeds `sinks`.
    pub fn start(mut sinks: Vec<Box<dyn Sink>>) -> Self {
        let (queue, mut events) = mpsc::unbounded_channel();
        let (publish, board) = watch::channel(Board::default());
        let waiting = Arc::new(AtomicUsize::new(0));
        let reporter = Reporter { queue, waiting: waiting.clone() };
        let task = tokio::spawn(async move {
            let mut board = Board::default();
            let mut seq = 0;
            let mut unpublished = 0;
            while let Some(kind) = events.recv().await {
                waiting.fetch_sub(1, Ordering::Relaxed);
                let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
                let event = Event { seq, at, kind };
                seq += 1;
                let row = board.apply(&event);
                for sink in &mut sinks {
                    sink.event(&event, &board, row);
                }
                unpublished += u32::from(row.is_some());
                // Nobody may be watching; the board is published all the same. In a rush, once for many events: it is a large copy.
                if unpublished >= RUSH || (unpublished > 0 && events.is_empty()) {
                    unpublished = 0;
                    publish.send_replace(board.clone());
                }
                if matches!(event.kind, EventKind::Stopped) {
                    break;
                }
            }
            publish.send_replace(board.clone());
            for sink in &mut sinks {
                sink.end(&board);
            }
        });
        Self { report: Arc::new(reporter), board, task }
    }

    /// Waits until every event up to `Stopped`, which the servers report last, has reached every reader.
    pub async fn finish(self) -> Board {
        // A panic in a sink is a bug that the runtime prints; the board is still the newest one.
        let _ = self.task.await;
        self.board.borrow().clone()
    }
}
