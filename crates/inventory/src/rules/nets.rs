//! What the rules about addresses share: the network of an address, found in a bounded number of steps.

use std::collections::{BTreeSet, HashMap};
use std::net::Ipv4Addr;

use pxectl_model::net::{Network, Subnet};
use pxectl_model::source::{Origin, Sourced};

use crate::draft::{Draft, HostDraft};
use crate::findings::shown;

/// The networks of all sites.
pub(super) struct Nets<'d> {
    by_subnet: HashMap<Subnet, &'d Network>,
    prefixes: BTreeSet<u8>,
}

impl<'d> Nets<'d> {
    pub fn new(draft: &'d Draft) -> Self {
        let mut nets = Self { by_subnet: HashMap::new(), prefixes: BTreeSet::new() };
        for network in all(draft) {
            nets.prefixes.insert(network.subnet.value.prefix);
            nets.by_subnet.entry(network.subnet.value).or_insert(network);
        }
        nets
    }

    pub fn is_empty(&self) -> bool {
        self.by_subnet.is_empty()
    }

    /// The smallest network that holds the address.
    pub fn of(&self, address: Ipv4Addr) -> Option<&'d Network> {
        self.prefixes.iter().rev().find_map(|&prefix| {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            let subnet = Subnet { address: Ipv4Addr::from_bits(address.to_bits() & mask), prefix };
            self.by_subnet.get(&subnet).copied()
        })
    }
}

/// Whether an address means no single machine, wherever it stands.
pub(super) fn is_nobodys(address: Ipv4Addr) -> bool {
    address.is_unspecified() || address.is_multicast() || address.is_broadcast()
}

/// Every network, in the order of the file.
pub(super) fn all(draft: &Draft) -> impl Iterator<Item = &Network> {
    draft.lab.sites.iter().flat_map(|site| &site.networks)
}

/// Whose an address is.
pub(super) enum Owner<'d> {
    /// The lab's own: what it is.
    Lab(&'static str),
    /// A machine's.
    Host(&'d HostDraft),
}

impl std::fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lab(what) => f.write_str(what),
            Self::Host(host) => write!(f, "that of `{}`", shown(&host.label())),
        }
    }
}

/// Every address that stands fixed in the files, whoever has it.
pub(super) fn fixed(draft: &Draft) -> impl Iterator<Item = (Owner<'_>, Ipv4Addr, &Origin)> {
    let lab = fixtures(draft).map(|(what, address, origin)| (Owner::Lab(what), address, origin));
    let names = all(draft).flat_map(|network| &network.dns).map(|dns| (Owner::Lab("a name server's"), dns.value, &dns.origin));
    let hosts = reservations(draft).map(|(host, ip)| (Owner::Host(host), ip.value, &ip.origin));
    lab.chain(names).chain(hosts)
}

/// Every address that is reserved for a host.
pub(super) fn reservations(draft: &Draft) -> impl Iterator<Item = (&HostDraft, &Sourced<Ipv4Addr>)> {
    draft.hosts.iter().flat_map(|host| host.addresses().map(move |ip| (host, ip)))
}

/// Every address that the lab itself uses: what it is, and where that is written.
pub(super) fn fixtures(draft: &Draft) -> impl Iterator<Item = (&'static str, Ipv4Addr, &Origin)> {
    let servers = draft.lab.sites.iter().filter_map(|site| site.server.as_ref());
    let routers = all(draft).filter_map(|network| network.router.as_ref());
    let servers = servers.map(|server| ("the server's", server.value, &server.origin));
    servers.chain(routers.map(|router| ("a router's", router.value, &router.origin)))
}
