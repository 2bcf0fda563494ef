//! What the server says of strangers, within bounds: a flood of bad requests must not become a flood of log lines.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pxectl_model::event::{EventKind, Protocol, Report};

/// Reports; complaints about requests at a bounded rate.
pub struct Voice {
    report: Arc<dyn Report>,
    per_second: u32,
    spent: Mutex<Spent>,
}

struct Spent {
    since: Instant,
    said: u32,
    unsaid: u64,
}

impl Voice {
    /// Says at most `per_second` complaints in a second.
    pub fn new(report: Arc<dyn Report>, per_second: u32) -> Self {
        Self { report, per_second, spent: Mutex::new(Spent { since: Instant::now(), said: 0, unsaid: 0 }) }
    }

    /// Reports without a bound: what happens at most ten times a second for each transfer.
    pub fn say(&self, kind: EventKind) {
        self.report.report(kind);
    }

    /// A request that gets no transfer.
    pub fn refused(&self, peer: IpAddr, what: String, reason: &str) {
        self.complain(|more| EventKind::Refused {
            protocol: Protocol::Tftp,
            peer: peer.to_canonical(),
            what,
            reason: format!("{reason}{more}"),
        });
    }

    /// Reports what a stranger can cause by one packet; `kind` gets a note on how many were kept back.
    pub fn complain(&self, kind: impl FnOnce(&str) -> EventKind) {
        let Some(unsaid) = self.may_say(Instant::now()) else { return };
        let more = if unsaid == 0 { String::new() } else { format!(" (and {unsaid} more complaints like it)") };
        self.report.report(kind(&more));
    }

    /// How many complaints were kept back before this one, if it may be said.
    fn may_say(&self, now: Instant) -> Option<u64> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(spent.since) >= Duration::from_secs(1) {
            (spent.since, spent.said) = (now, 0);
        }
        if spent.said >= self.per_second {
            spent.unsaid += 1;
            return None;
        }
        spent.said += 1;
        Some(std::mem::take(&mut spent.unsaid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pxectl_model::event::Silence;

    #[test]
    fn a_flood_is_counted_and_not_repeated() {
        let voice = Voice::new(Arc::new(Silence), 2);
        let start = Instant::now();
        let said: Vec<_> = (0..5).map(|_| voice.may_say(start)).collect();
        assert_eq!(said, [Some(0), Some(0), None, None, None]);
        assert_eq!(voice.may_say(start + Duration::from_secs(2)), Some(3));
    }
}
