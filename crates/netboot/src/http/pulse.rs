//! How a connection is doing: what it waits for, since when, and by when that must have happened.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::limits::Limits;

/// Shared by a connection's reader, writer and watchman.
#[derive(Debug)]
pub(crate) struct Pulse(Mutex<State>);

#[derive(Debug)]
struct State {
    /// The last byte in either direction.
    active: Instant,
    /// First byte of a request whose headers are not complete.
    head: Option<Instant>,
    /// It has sent a whole request.
    asked: bool,
    /// A request is being answered.
    busy: bool,
    /// Segments that are to be sent.
    owed: u32,
    /// The peer takes nothing since then.
    blocked: Option<Instant>,
    /// Why it ended, where that was this side's decision.
    reason: Option<&'static str>,
}

impl Pulse {
    /// A connection that was just accepted.
    pub(crate) fn new() -> Self {
        let state = State { active: Instant::now(), head: None, asked: false, busy: false, owed: 0, blocked: None, reason: None };
        Self(Mutex::new(state))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes came.
    pub(crate) fn heard(&self) {
        let now = Instant::now();
        let mut state = self.state();
        state.active = now;
        if !state.busy {
            state.head.get_or_insert(now);
        }
    }

    /// A request's headers are complete.
    pub(crate) fn begin(&self) {
        let mut state = self.state();
        state.busy = true;
        state.asked = true;
        state.head = None;
    }

    /// Its response is ready to be written.
    pub(crate) fn answered(&self) {
        let mut state = self.state();
        state.busy = false;
        state.active = Instant::now();
    }

    /// A segment is to be sent.
    pub(crate) fn owe(&self) {
        self.state().owed += 1;
    }

    /// A segment was sent.
    pub(crate) fn paid(&self) {
        let mut state = self.state();
        state.owed = state.owed.saturating_sub(1);
    }

    /// Bytes went out.
    pub(crate) fn wrote(&self) {
        let now = Instant::now();
        let mut state = self.state();
        state.active = now;
        state.blocked = None;
        // A request that came while this was being sent has its time from here on.
        if let Some(head) = &mut state.head {
            *head = now;
        }
    }

    /// The peer's window is full.
    pub(crate) fn blocked(&self) {
        self.state().blocked.get_or_insert_with(Instant::now);
    }

    /// Why this side ends it; the first reason stays.
    pub(crate) fn end(&self, reason: &'static str) {
        self.state().reason.get_or_insert(reason);
    }

    /// Why this side ended it.
    pub(crate) fn reason(&self) -> Option<&'static str> {
        self.state().reason
    }

    /// Whether it ever asked for anything, and since when nothing is being sent; none where something is.
    pub(crate) fn idle_since(&self) -> Option<(bool, Instant)> {
        let state = self.state();
        (!state.busy && state.owed == 0 && state.blocked.is_none()).then_some((state.asked, state.active))
    }

    /// When it is to be cut, and what is said then; none while a request is being answered
    /// and the peer takes what is sent.
    pub(crate) fn deadline(&self, limits: &Limits) -> Option<(Instant, &'static str)> {
        let state = self.state();
        match (state.blocked, state.busy || state.owed > 0, state.head) {
            (Some(since), ..) => Some((since + limits.stall, "the peer took no byte for too long")),
            (None, true, _) => None,
            (None, false, Some(since)) => Some((since + limits.headers, "the request did not end in time")),
            (None, false, None) => Some((state.active + limits.idle, "the connection was idle for too long")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_has_its_own_deadline() {
        let limits = Limits::default();
        let pulse = Pulse::new();
        let word = || pulse.deadline(&limits).map_or("none", |(_, why)| why);
        assert!(word().contains("idle") && pulse.idle_since().is_some());
        pulse.heard();
        assert!(word().contains("request"));
        let first = pulse.deadline(&limits);
        pulse.heard();
        assert_eq!(pulse.deadline(&limits), first, "dripping bytes buy no time");
        pulse.begin();
        assert!(word() == "none" && pulse.idle_since().is_none());
        pulse.answered();
        pulse.blocked();
        assert!(word().contains("took no byte") && pulse.idle_since().is_none());
        pulse.wrote();
        assert!(word().contains("idle"));
        pulse.owe();
        assert!(word() == "none" && pulse.idle_since().is_none());
        pulse.paid();
        pulse.end("one");
        pulse.end("two");
        assert_eq!(pulse.reason(), Some("one"));
    }
}
