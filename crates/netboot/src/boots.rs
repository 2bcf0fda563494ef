//! The boots that are under way: which machine a boot-id belongs to, and what it may fetch.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pxectl_model::boot::{Action, BootId, Machine};

use crate::open::OpenBody;

/// One boot, from its stage-2 script on.
pub(crate) struct Boot {
    /// In each of its URLs.
    pub(crate) id: BootId,
    /// The files of the table that its script was made from; an edit of the inventory changes nothing for it.
    pub(crate) files: Arc<HashMap<String, OpenBody>>,
    /// The files inside images, likewise.
    pub(crate) media: Arc<HashMap<String, OpenBody>>,
    /// Who got the script, and alone may use the URLs in it.
    pub(crate) peer: IpAddr,
    /// Which machine; none where it gave nothing usable.
    pub(crate) machine: Option<Machine>,
    /// How people call it.
    pub(crate) label: String,
    /// What it boots; empty where it has none.
    pub(crate) profile: String,
    /// Whether that installs.
    pub(crate) installs: bool,
    /// What its script does.
    pub(crate) action: Action,
    /// What each file is to the machine.
    pub(crate) roles: Arc<HashMap<String, String>>,
    /// Its answer files by name.
    pub(crate) answers: BTreeMap<String, Arc<[u8]>>,
    /// Whether its script fetches the beacon.
    pub(crate) beacon: bool,
    /// When the script was made.
    pub(crate) made: Instant,
    /// Whether its beacon was reported.
    pub(crate) booted: AtomicBool,
}

/// Why there is no boot for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// No boot has this id, or its window is over.
    Unknown,
    /// It belongs to another address.
    Elsewhere,
}

/// All boots. Bounded in all and for each address; the one unused for longest goes first, and each after its window.
pub(crate) struct Boots {
    most: usize,
    most_per_peer: usize,
    window: Duration,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    boots: HashMap<BootId, Kept>,
    /// By last use.
    order: BTreeMap<u64, BootId>,
    /// The same for each address.
    peers: HashMap<IpAddr, BTreeMap<u64, BootId>>,
    /// Uses so far.
    tick: u64,
}

struct Kept {
    boot: Arc<Boot>,
    used: Instant,
    tick: u64,
}

impl Boots {
    /// None yet, and never more than these.
    pub(crate) fn new(most: usize, most_per_peer: usize, window: Duration) -> Self {
        Self { most: most.max(1), most_per_peer: most_per_peer.max(1), window, inner: Mutex::default() }
    }

    /// Remembers a boot.
    pub(crate) fn add(&self, boot: Boot) {
        let now = Instant::now();
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.expire(now, self.window);
        let own = inner.peers.get(&boot.peer).filter(|own| own.len() >= self.most_per_peer);
        let oldest = own.and_then(|own| own.values().next().copied());
        if let Some(id) = oldest {
            inner.remove(id);
        }
        while inner.boots.len() >= self.most {
            let Some(id) = inner.order.values().next().copied() else { break };
            inner.remove(id);
        }
        inner.insert(Arc::new(boot), now);
    }

    /// The boot with this id, for its own address, and counts as a use of it.
    ///
    /// # Errors
    /// Where there is none.
    pub(crate) fn find(&self, id: BootId, peer: IpAddr) -> Result<Arc<Boot>, Absent> {
        let now = Instant::now();
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.expire(now, self.window);
        let boot = inner.boots.get(&id).map(|kept| kept.boot.clone()).ok_or(Absent::Unknown)?;
        if boot.peer != peer {
            return Err(Absent::Elsewhere);
        }
        inner.remove(id);
        inner.insert(boot.clone(), now);
        Ok(boot)
    }
}

impl Inner {
    fn insert(&mut self, boot: Arc<Boot>, used: Instant) {
        self.tick += 1;
        let (id, tick) = (boot.id, self.tick);
        self.order.insert(tick, id);
        self.peers.entry(boot.peer).or_default().insert(tick, id);
        self.boots.insert(id, Kept { boot, used, tick });
    }

    fn remove(&mut self, id: BootId) {
        let Some(kept) = self.boots.remove(&id) else { return };
        self.order.remove(&kept.tick);
        if let Some(own) = self.peers.get_mut(&kept.boot.peer) {
            own.remove(&kept.tick);
            if own.is_empty() {
                self.peers.remove(&kept.boot.peer);
            }
        }
    }

    fn expire(&mut self, now: Instant, window: Duration) {
        while let Some(id) = self.order.values().next().copied() {
            let over = self.boots.get(&id).is_none_or(|kept| now.duration_since(kept.used) >= window);
            if !over {
                break;
            }
            self.remove(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boot(number: u8, peer: [u8; 4]) -> Boot {
        Boot {
            id: BootId([number; 16]),
            files: Arc::default(),
            media: Arc::default(),
            peer: IpAddr::from(peer),
            machine: None,
            label: String::new(),
            profile: String::new(),
            installs: false,
            action: Action::Hold,
            roles: Arc::default(),
            answers: BTreeMap::new(),
            beacon: false,
            made: Instant::now(),
            booted: AtomicBool::new(false),
        }
    }

    const A: [u8; 4] = [10, 1, 0, 1];
    const B: [u8; 4] = [10, 1, 0, 2];

    fn found(boots: &Boots, number: u8, peer: [u8; 4]) -> Option<Absent> {
        boots.find(BootId([number; 16]), IpAddr::from(peer)).err()
    }

    #[test]
    fn a_boot_is_its_machine_s_alone() {
        let boots = Boots::new(10, 10, Duration::from_secs(60));
        boots.add(boot(1, A));
        assert_eq!(found(&boots, 1, A), None);
        assert_eq!(found(&boots, 1, B), Some(Absent::Elsewhere));
        assert_eq!(found(&boots, 2, A), Some(Absent::Unknown));
    }

    #[test]
    fn a_stranger_displaces_only_its_own() {
        let boots = Boots::new(10, 2, Duration::from_secs(60));
        boots.add(boot(1, A));
        for number in 2..=9 {
            boots.add(boot(number, B));
        }
        assert_eq!(found(&boots, 1, A), None);
        let left: Vec<u8> = (2..=9).filter(|number| found(&boots, *number, B).is_none()).collect();
        assert_eq!(left, [8, 9]);
    }

    #[test]
    fn the_one_unused_for_longest_goes_first() {
        let boots = Boots::new(3, 3, Duration::from_secs(60));
        for number in 1..=3 {
            boots.add(boot(number, [10, 1, 0, number]));
        }
        assert_eq!(found(&boots, 1, [10, 1, 0, 1]), None);
        boots.add(boot(4, [10, 1, 0, 4]));
        assert_eq!(found(&boots, 2, [10, 1, 0, 2]), Some(Absent::Unknown));
        assert_eq!(found(&boots, 1, [10, 1, 0, 1]), None);
        let inner = boots.inner.lock().unwrap();
        assert_eq!((inner.boots.len(), inner.order.len(), inner.peers.len()), (3, 3, 3));
    }

    #[test]
    fn a_window_ends() {
        let boots = Boots::new(3, 3, Duration::ZERO);
        boots.add(boot(1, A));
        assert_eq!(found(&boots, 1, A), Some(Absent::Unknown));
        assert!(boots.inner.lock().unwrap().peers.is_empty());
    }
}
