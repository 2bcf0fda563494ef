//! How many may be connected at once, and who goes when it is too many.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::limits::Limits;
use super::pulse::Pulse;

/// All open connections.
pub(crate) struct Doors {
    most: usize,
    most_per_peer: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    next: u64,
    all: HashMap<u64, Guest>,
    peers: HashMap<IpAddr, usize>,
    /// What everybody was called to.
    call: Option<Call>,
}

struct Guest {
    peer: IpAddr,
    pulse: Arc<Pulse>,
    bell: Arc<Bell>,
}

/// What a connection is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Call {
    /// End what is under way, and take no more.
    Finish = 1,
    /// Make room for another connection.
    Leave = 2,
    /// The server ends now.
    End = 3,
}

/// How one connection is called. It has its own, because a token that all connections share is a lock that all of them take
/// whenever they wake.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    call: AtomicU8,
    rung: Notify,
}

impl Bell {
    fn ring(&self, call: Call) {
        self.call.fetch_max(call as u8, Ordering::AcqRel);
        self.rung.notify_one();
    }

    /// The call, if there was one.
    pub(crate) fn call(&self) -> Option<Call> {
        match self.call.load(Ordering::Acquire) {
            0 => None,
            1 => Some(Call::Finish),
            2 => Some(Call::Leave),
            _ => Some(Call::End),
        }
    }

    /// Waits for the next call that is more urgent than `after`.
    pub(crate) async fn wait(&self, after: Option<Call>) -> Call {
        loop {
            match self.call() {
                Some(call) if Some(call) > after => return call,
                _ => self.rung.notified().await,
            }
        }
    }
}

/// One connection's place; it is given back with it.
pub(crate) struct Place {
    doors: Arc<Doors>,
    number: u64,
    /// How the connection is doing.
    pub(crate) pulse: Arc<Pulse>,
    /// How it is called.
    pub(crate) bell: Arc<Bell>,
}

impl Doors {
    /// With these limits; `most` may be lower than theirs.
    pub(crate) fn new(limits: &Limits, most: usize) -> Self {
        Self { most: most.min(limits.connections).max(1), most_per_peer: limits.per_peer.max(1), open: Mutex::default() }
    }

    /// A place for a connection from `peer`. Where all are taken, the connection that was idle longest (of the same address, where
    /// it is the address that has too many) is sent away, those that never asked for anything first; none where nobody is idle.
    pub(crate) fn enter(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.peers.get(&peer).is_some_and(|count| *count >= self.most_per_peer) {
            open.send_away(|guest| guest.peer == peer)?;
        }
        if open.all.len() >= self.most {
            open.send_away(|_| true)?;
        }
        let (pulse, bell) = (Arc::new(Pulse::new()), Arc::new(Bell::default()));
        open.call.into_iter().for_each(|call| bell.ring(call));
        let number = open.next;
        open.next += 1;
        open.all.insert(number, Guest { peer, pulse: pulse.clone(), bell: bell.clone() });
        *open.peers.entry(peer).or_default() += 1;
        Some(Place { doors: self.clone(), number, pulse, bell })
    }
}

impl Doors {
    /// Calls all connections, those to come, too.
    pub(crate) fn call(&self, call: Call) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.call = open.call.max(Some(call));
        open.all.values().for_each(|guest| guest.bell.ring(call));
    }
}

impl Open {
    fn send_away(&mut self, among: impl Fn(&Guest) -> bool) -> Option<()> {
        let idle = self.all.iter().filter(|(_, guest)| among(guest));
        let idle = idle.filter_map(|(number, guest)| Some((guest.pulse.idle_since()?, *number)));
        let (_, number) = idle.min()?;
        self.remove(number);
        Some(())
    }

    fn remove(&mut self, number: u64) {
        let Some(guest) = self.all.remove(&number) else { return };
        guest.bell.ring(Call::Leave);
        if let Some(count) = self.peers.get_mut(&guest.peer) {
            *count -= 1;
            if *count == 0 {
                self.peers.remove(&guest.peer);
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.doors.open.lock().unwrap_or_else(PoisonError::into_inner).remove(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_idle_make_room_and_the_busy_do_not() {
        let limits = Limits { connections: 3, per_peer: 2, ..Limits::default() };
        let doors = Arc::new(Doors::new(&limits, 100));
        let (a, b) = (IpAddr::from([10, 1, 0, 1]), IpAddr::from([10, 1, 0, 2]));
        let first = doors.enter(a).unwrap();
        let second = doors.enter(a).unwrap();
        first.pulse.begin();
        let third = doors.enter(a).unwrap();
        assert!(second.bell.call() == Some(Call::Leave) && first.bell.call().is_none(), "the idle one of the same address goes");
        third.pulse.begin();
        assert!(doors.enter(a).is_none(), "nobody of this address is idle");
        let other = doors.enter(b).unwrap();
        drop(second);
        assert!(doors.enter(b).is_some() && other.bell.call().is_some(), "the whole is full: the idle one goes");
        drop((first, third));
        let (asked, silent) = (doors.enter(a).unwrap(), doors.enter(a).unwrap());
        asked.pulse.begin();
        asked.pulse.answered();
        let newest = doors.enter(a).unwrap();
        assert!(silent.bell.call().is_some() && asked.bell.call().is_none(), "who never asked goes first");
        doors.call(Call::Finish);
        assert_eq!([&asked, &newest].map(|place| place.bell.call()), [Some(Call::Finish); 2]);
        drop((asked, silent, newest));
        assert_eq!(doors.open.lock().unwrap().peers.len(), 0);
    }
}
