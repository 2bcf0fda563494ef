//! What the servers say of strangers, within bounds: a flood of bad requests must not become a flood of log lines.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pxectl_model::event::{EventKind, Protocol, Report};
use tokio_util::sync::CancellationToken;

use crate::printable::printable;

/// Those that were kept back are summed up this often.
const SUM_EVERY: Duration = Duration::from_secs(10);

/// How much is told; the rest is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Within so long.
    pub(crate) window: Duration,
    /// So many in all.
    pub(crate) all: u32,
    /// So many of one address.
    pub(crate) per_peer: u32,
}

/// Tells one kind of thing that a stranger can cause by one packet or request: the first ones as they are, then their number.
pub(crate) struct Complaints {
    report: Arc<dyn Report>,
    bounds: Bounds,
    /// What one of them is, and what many are, to end a sentence.
    names: [&'static str; 2],
    spent: Mutex<Spent>,
}

struct Spent {
    since: Instant,
    told: u32,
    /// Of those only that something was told of: never more than `all`.
    peers: HashMap<IpAddr, u32>,
    untold: u64,
}

impl Complaints {
    /// Tells `report`.
    pub(crate) fn new(report: Arc<dyn Report>, bounds: Bounds, names: [&'static str; 2]) -> Self {
        let spent = Spent { since: Instant::now(), told: 0, peers: HashMap::new(), untold: 0 };
        Self { report, bounds, names, spent: Mutex::new(spent) }
    }

    /// A request of this protocol was refused.
    pub(crate) fn refused(&self, protocol: Protocol, peer: IpAddr, what: &str, reason: &str) {
        let peer = peer.to_canonical();
        self.tell(peer, || EventKind::Refused { protocol, peer, what: printable(what), reason: reason.to_owned() });
    }

    /// Something else that `peer` caused.
    pub(crate) fn tell(&self, peer: IpAddr, kind: impl FnOnce() -> EventKind) {
        if self.may(peer, Instant::now()) {
            self.report.report(kind());
        }
    }

    fn may(&self, peer: IpAddr, now: Instant) -> bool {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(spent.since) >= self.bounds.window {
            (spent.since, spent.told) = (now, 0);
            spent.peers.clear();
        }
        let own = spent.peers.get(&peer).copied().unwrap_or(0);
        if spent.told >= self.bounds.all || own >= self.bounds.per_peer {
            spent.untold += 1;
            return false;
        }
        spent.told += 1;
        spent.peers.insert(peer, own + 1);
        true
    }

    /// Tells how many were kept back since this was last told.
    pub(crate) fn sum_up(&self) {
        let untold = std::mem::take(&mut self.spent.lock().unwrap_or_else(PoisonError::into_inner).untold);
        if untold > 0 {
            let name = self.names[usize::from(untold > 1)];
            let text = format!("{untold} more {name}, too many to tell one by one");
            self.report.report(EventKind::Warning { boot: None, text });
        }
    }
}

/// Sums them up from time to time, and a last time after `stop`.
pub(crate) async fn sum_up_until(stop: &CancellationToken, all: &[&Complaints]) {
    while tokio::time::timeout(SUM_EVERY, stop.cancelled()).await.is_err() {
        all.iter().for_each(|complaints| complaints.sum_up());
    }
    all.iter().for_each(|complaints| complaints.sum_up());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Log(Mutex<Vec<EventKind>>);

    impl Report for Log {
        fn report(&self, kind: EventKind) {
            self.0.lock().unwrap().push(kind);
        }
    }

    const BOUNDS: Bounds = Bounds { window: Duration::from_secs(1), all: 3, per_peer: 2 };

    fn peer(last: u8) -> IpAddr {
        IpAddr::from([10, 1, 0, last])
    }

    #[test]
    fn a_flood_is_counted_and_not_repeated() {
        let log = Arc::new(Log::default());
        let complaints = Complaints::new(log.clone(), BOUNDS, ["request was refused", "requests were refused"]);
        let start = Instant::now();
        let may = |last, seconds| complaints.may(peer(last), start + Duration::from_secs(seconds));
        assert_eq!([may(1, 0), may(1, 0), may(1, 0)], [true, true, false], "one address leaves room for another");
        assert_eq!([may(2, 0), may(3, 0)], [true, false], "and all together have a bound");
        assert!(may(1, 1));
        complaints.sum_up();
        complaints.sum_up();
        let said: Vec<_> = std::mem::take(&mut *log.0.lock().unwrap());
        let text = "2 more requests were refused, too many to tell one by one".to_owned();
        assert_eq!(said, [EventKind::Warning { boot: None, text }]);
    }

    #[test]
    fn a_million_addresses_take_no_memory() {
        let complaints = Complaints::new(Arc::new(Log::default()), BOUNDS, ["", ""]);
        for n in 0..100_000_u32 {
            complaints.tell(IpAddr::from(n.to_be_bytes()), || EventKind::Stopped);
        }
        assert!(complaints.spent.lock().unwrap().peers.len() <= 3);
    }
}
