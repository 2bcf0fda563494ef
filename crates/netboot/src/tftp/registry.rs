//! Who is being served: admission, duplicates, and the caps.
//!
//! A client that hears nothing sends its request again, so the same request from the same port is ignored while its transfer
//! lives. Where all places are taken, the oldest transfer that nobody has answered gives up its place (a flood of spoofed
//! requests holds no place against a machine that answers); where everybody has answered, the request is dropped, and the
//! client's own retry asks again: an ERROR would end its boot.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::limits::Limits;
use super::live::{Ended, Live};

/// How old a request may be that waited for the end of the transfer before it.
const WAITING_MAX: Duration = Duration::from_secs(1);

/// A request and the address of ours that it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The datagram.
    pub datagram: Box<[u8]>,
    /// The client.
    pub peer: SocketAddr,
    /// Where it was sent to, which is where the answer comes from.
    pub local: std::net::IpAddr,
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Admission {
    /// It gets a transfer.
    Admitted(Arc<Live>),
    /// It is a repetition, or waits for the end of its client's transfer.
    Known,
    /// All places are taken.
    Full(&'static str),
}

/// The transfers under way, by client address and port.
#[derive(Debug)]
pub struct Registry {
    transfers: usize,
    per_address: usize,
    entries: Mutex<HashMap<SocketAddr, Entry>>,
}

#[derive(Debug)]
struct Entry {
    live: Arc<Live>,
    datagram: Box<[u8]>,
    waiting: Option<(Asked, Instant)>,
}

impl Registry {
    /// Nobody yet.
    pub fn new(limits: &Limits) -> Self {
        let (transfers, per_address) = (limits.transfers.max(1), limits.per_address.max(1));
        Self { transfers, per_address, entries: Mutex::default() }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<SocketAddr, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a request in.
    pub fn admit(&self, asked: &Asked) -> Admission {
        let mut entries = self.entries();
        if let Some(entry) = entries.get_mut(&asked.peer) {
            let same = entry.datagram == asked.datagram;
            if same && !entry.live.is_answered() {
                return Admission::Known;
            }
            // The client's last packet of the transfer before may still be unread.
            entry.waiting = Some((asked.clone(), Instant::now()));
            if !same {
                entry.live.end(Ended::Replaced);
            }
            return Admission::Known;
        }
        let from_there = entries.keys().filter(|peer| peer.ip() == asked.peer.ip()).count();
        if from_there >= self.per_address && !displace(&mut entries, |peer| peer.ip() == asked.peer.ip()) {
            return Admission::Full("too many transfers to this address");
        }
        if entries.len() >= self.transfers && !displace(&mut entries, |_| true) {
            return Admission::Full("too many transfers");
        }
        let live = Arc::new(Live::new());
        entries.insert(asked.peer, Entry { live: live.clone(), datagram: asked.datagram.clone(), waiting: None });
        Admission::Admitted(live)
    }

    /// A transfer is over; gives the request that waited for that, already admitted.
    pub fn finish(&self, peer: SocketAddr, live: &Arc<Live>) -> Option<(Asked, Arc<Live>)> {
        let mut entries = self.entries();
        if !entries.get(&peer).is_some_and(|entry| Arc::ptr_eq(&entry.live, live)) {
            return None;
        }
        let (asked, since) = entries.remove(&peer)?.waiting?;
        if since.elapsed() > WAITING_MAX {
            return None;
        }
        let live = Arc::new(Live::new());
        entries.insert(peer, Entry { live: live.clone(), datagram: asked.datagram.clone(), waiting: None });
        Some((asked, live))
    }

    /// Ends all transfers.
    pub fn end_all(&self) {
        for entry in self.entries().values_mut() {
            entry.waiting = None;
            entry.live.end(Ended::Stopping);
        }
    }
}

/// Frees the place of the oldest transfer among `these` that nobody has answered.
fn displace(entries: &mut HashMap<SocketAddr, Entry>, these: impl Fn(&SocketAddr) -> bool) -> bool {
    let unanswered = entries.iter().filter(|(peer, entry)| these(peer) && !entry.live.is_answered());
    let Some(oldest) = unanswered.min_by_key(|(_, entry)| entry.live.began).map(|(peer, _)| *peer) else { return false };
    if let Some(entry) = entries.remove(&oldest) {
        entry.live.end(Ended::Displaced);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(host: u8, port: u16, datagram: &[u8]) -> Asked {
        let peer = SocketAddr::from(([10, 0, 0, host], port));
        Asked { datagram: datagram.into(), peer, local: [10, 0, 0, 1].into() }
    }

    fn admitted(admission: Admission) -> Arc<Live> {
        match admission {
            Admission::Admitted(live) => live,
            other => panic!("{other:?}"),
        }
    }

    fn registry(transfers: usize, per_address: usize) -> Registry {
        Registry::new(&Limits { transfers, per_address, ..Limits::default() })
    }

    #[test]
    fn the_same_request_again_is_ignored() {
        let registry = registry(9, 9);
        let first = asked(2, 7, b"a");
        let live = admitted(registry.admit(&first));
        assert!(matches!(registry.admit(&first), Admission::Known));
        assert!(registry.finish(first.peer, &live).is_none());
        admitted(registry.admit(&first));
    }

    #[test]
    fn a_request_that_overtook_the_last_acknowledgement_waits_for_it() {
        let registry = registry(9, 9);
        let first = asked(2, 7, b"a");
        let live = admitted(registry.admit(&first));
        live.answer();
        assert!(matches!(registry.admit(&first), Admission::Known));
        assert_eq!(live.ended(), None);
        let (again, next) = registry.finish(first.peer, &live).unwrap();
        assert_eq!(again, first);
        assert!(registry.finish(first.peer, &next).is_none());
    }

    #[test]
    fn another_request_from_the_same_port_ends_the_one_before() {
        let registry = registry(9, 9);
        let live = admitted(registry.admit(&asked(2, 7, b"size")));
        assert!(matches!(registry.admit(&asked(2, 7, b"file")), Admission::Known));
        assert_eq!(live.ended(), Some(Ended::Replaced));
        assert_eq!(&*registry.finish(asked(2, 7, b"").peer, &live).unwrap().0.datagram, b"file");
    }

    #[test]
    fn whoever_answers_keeps_its_place() {
        let registry = registry(3, 2);
        let silent = admitted(registry.admit(&asked(2, 1, b"a")));
        admitted(registry.admit(&asked(2, 2, b"a"))).answer();
        // A third from that address takes the place of the one that did not answer.
        let third = admitted(registry.admit(&asked(2, 3, b"a")));
        assert_eq!(silent.ended(), Some(Ended::Displaced));
        third.answer();
        assert!(matches!(registry.admit(&asked(2, 4, b"a")), Admission::Full(_)));
        let other = admitted(registry.admit(&asked(3, 1, b"a")));
        admitted(registry.admit(&asked(4, 1, b"a"))).answer();
        assert_eq!(other.ended(), Some(Ended::Displaced));
        assert!(matches!(registry.admit(&asked(5, 1, b"a")), Admission::Full(_)));
        // The displaced one leaves without taking the place of another.
        assert!(registry.finish(asked(2, 1, b"").peer, &silent).is_none());
    }

    #[test]
    fn stopping_ends_everything() {
        let registry = registry(3, 3);
        let live = admitted(registry.admit(&asked(2, 1, b"a")));
        registry.end_all();
        assert_eq!(live.ended(), Some(Ended::Stopping));
    }
}
