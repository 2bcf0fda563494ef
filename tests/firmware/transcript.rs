//! What a process wrote, as it grows: a reader thread appends, and whoever waits is woken by each new piece.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Turns bytes as they came into the text that is kept; may hold state between pieces.
pub trait Filter: Send + 'static {
    /// Appends what is to be kept of `bytes`.
    fn push(&mut self, bytes: &[u8], text: &mut String);
}

/// Keeps everything.
pub struct Verbatim;

impl Filter for Verbatim {
    fn push(&mut self, bytes: &[u8], text: &mut String) {
        text.push_str(&String::from_utf8_lossy(bytes));
    }
}

/// A text that grows, with the time at which each piece came.
#[derive(Clone)]
pub struct Transcript(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    grown: Condvar,
}

/// The text so far.
#[derive(Default)]
pub struct State {
    /// All of it.
    pub text: String,
    /// Length of the text after each piece, and when that piece came.
    pieces: Vec<(usize, Instant)>,
    /// Whether the writer is gone.
    pub closed: bool,
}

impl State {
    /// When the byte at `offset` came.
    pub fn when(&self, offset: usize) -> Instant {
        let piece = self.pieces.partition_point(|(length, _)| *length <= offset);
        self.pieces.get(piece).or(self.pieces.last()).map_or_else(Instant::now, |(_, at)| *at)
    }
}

impl Transcript {
    /// Reads to the end on a thread of its own, with every byte as it came in `raw` too.
    pub fn follow(mut from: impl Read + Send + 'static, raw: &Path, mut filter: impl Filter) -> Self {
        let this = Self(Arc::new(Shared { state: Mutex::default(), grown: Condvar::new() }));
        let shared = Arc::clone(&this.0);
        let mut raw = File::create(raw).unwrap();
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            loop {
                let count = from.read(&mut buffer).unwrap_or(0);
                let mut state = shared.state.lock().unwrap();
                let state_now = &mut *state;
                filter.push(&buffer[..count], &mut state_now.text);
                state_now.pieces.push((state_now.text.len(), Instant::now()));
                state_now.closed = count == 0;
                shared.grown.notify_all();
                drop(state);
                if count == 0 || raw.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
        });
        this
    }

    /// The text as it is now.
    pub fn now(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    /// Waits until `found` gives something; none when the writer is gone or `limit` has passed.
    pub fn wait<T>(&self, limit: Duration, mut found: impl FnMut(&State) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + limit;
        let mut state = self.now();
        loop {
            if let Some(found) = found(&state) {
                return Some(found);
            }
            let left = deadline.checked_duration_since(Instant::now())?;
            if state.closed {
                return None;
            }
            state = self.0.grown.wait_timeout(state, left).unwrap().0;
        }
    }

    /// Waits until the writer is gone.
    pub fn wait_closed(&self, limit: Duration) -> bool {
        self.wait(limit, |state| state.closed.then_some(())).is_some()
    }
}
