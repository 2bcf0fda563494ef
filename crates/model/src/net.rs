//! The networks that machines boot on.

use std::net::Ipv4Addr;

use crate::name::Name;
use crate::source::Sourced;

/// An IPv4 subnet: an address and how many of its bits are the network's (RFC 4632).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subnet {
    /// The network address; the bits after the prefix are zero.
    pub address: Ipv4Addr,
    /// 0 to 32.
    pub prefix: u8,
}

/// What is wrong with a written subnet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSubnet {
    /// Not address/prefix.
    #[error("a subnet is an IPv4 address and a prefix length, as in 10.1.0.0/24")]
    Shape,
    /// Bits after the prefix are set.
    #[error("the address has bits set beyond its prefix; the subnet is {0}")]
    HostBits(Subnet),
}

impl std::str::FromStr for Subnet {
    type Err = BadSubnet;

    fn from_str(text: &str) -> Result<Self, BadSubnet> {
        let (address, prefix) = text.trim().split_once('/').ok_or(BadSubnet::Shape)?;
        let address: Ipv4Addr = address.parse().map_err(|_| BadSubnet::Shape)?;
        let plain = !prefix.is_empty() && prefix.len() <= 2 && prefix.bytes().all(|b| b.is_ascii_digit());
        let prefix: u8 = if plain { prefix.parse().map_err(|_| BadSubnet::Shape)? } else { return Err(BadSubnet::Shape) };
        if prefix > 32 {
            return Err(BadSubnet::Shape);
        }
        let network = Self { address: Ipv4Addr::from_bits(address.to_bits() & mask(prefix)), prefix };
        if network.address == address { Ok(network) } else { Err(BadSubnet::HostBits(network)) }
    }
}

fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

impl Subnet {
    /// Whether the address lies in it.
    pub fn contains(self, address: Ipv4Addr) -> bool {
        address.to_bits() & mask(self.prefix) == self.address.to_bits()
    }

    /// Its mask, as in 255.255.255.0.
    pub fn netmask(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(mask(self.prefix))
    }

    /// Its last address. In a /31 or /32 (RFC 3021) that is a host like any other.
    pub fn broadcast(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.address.to_bits() | !mask(self.prefix))
    }

    /// Whether the address is the network's or the broadcast address.
    pub fn is_reserved(self, address: Ipv4Addr) -> bool {
        self.prefix < 31 && (address == self.address || address == self.broadcast())
    }

    /// Whether they share an address.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other.address) || other.contains(self.address)
    }
}

impl std::fmt::Display for Subnet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// The addresses that the DHCP server hands out on its own, first and last included; written `10.1.0.100 - 10.1.0.199`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// First address.
    pub first: Ipv4Addr,
    /// Last address.
    pub last: Ipv4Addr,
}

/// What is wrong with a written range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRange {
    /// Not two addresses.
    #[error("a range is two IPv4 addresses, as in 10.1.0.100 - 10.1.0.199")]
    Shape,
    /// The wrong way round.
    #[error("the range ends before it begins")]
    Reversed,
}

impl std::str::FromStr for Range {
    type Err = BadRange;

    fn from_str(text: &str) -> Result<Self, BadRange> {
        let (first, last) = text.split_once('-').ok_or(BadRange::Shape)?;
        let address = |text: &str| text.trim().parse::<Ipv4Addr>().map_err(|_| BadRange::Shape);
        let range = Self { first: address(first)?, last: address(last)? };
        if range.first <= range.last { Ok(range) } else { Err(BadRange::Reversed) }
    }
}

impl Range {
    /// Whether the address is one of them.
    pub fn contains(self, address: Ipv4Addr) -> bool {
        (self.first..=self.last).contains(&address)
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} - {}", self.first, self.last)
    }
}

/// One subnet of a site.
#[derive(Debug, Clone)]
pub struct Network {
    /// Its addresses.
    pub subnet: Sourced<Subnet>,
    /// Dynamic addresses; none: only reservations.
    pub range: Option<Sourced<Range>>,
    /// The default router (DHCP option 3).
    pub router: Option<Sourced<Ipv4Addr>>,
    /// Name servers (DHCP option 6).
    pub dns: Vec<Sourced<Ipv4Addr>>,
}

/// One place where machines boot: a server and the networks that reach it.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its name; none where the lab has one site only.
    pub name: Option<Sourced<Name>>,
    /// How machines reach pxectl: `next-server` and every URL.
    pub server: Sourced<Ipv4Addr>,
    /// Its subnets.
    pub networks: Vec<Network>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subnets() {
        let net: Subnet = "10.1.0.0/24".parse().unwrap();
        assert_eq!((net.netmask(), net.broadcast()), (Ipv4Addr::new(255, 255, 255, 0), Ipv4Addr::new(10, 1, 0, 255)));
        assert!(net.contains(Ipv4Addr::new(10, 1, 0, 7)) && !net.contains(Ipv4Addr::new(10, 1, 1, 0)));
        assert!(net.overlaps("10.0.0.0/8".parse().unwrap()) && !net.overlaps("10.1.1.0/24".parse().unwrap()));
        assert_eq!("10.1.0.5/24".parse::<Subnet>(), Err(BadSubnet::HostBits(net)));
        let all: Subnet = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains(Ipv4Addr::BROADCAST) && all.netmask() == Ipv4Addr::UNSPECIFIED);
        for text in ["10.1.0.0", "10.1.0.0/33", "10.1.0.0/+8", "10.1.0/24", "10.1.0.0/"] {
            assert_eq!(text.parse::<Subnet>(), Err(BadSubnet::Shape), "{text}");
        }
    }

    #[test]
    fn ranges() {
        let range: Range = "10.1.0.100 - 10.1.0.199".parse().unwrap();
        assert!(range.contains(range.last) && !range.contains(Ipv4Addr::new(10, 1, 0, 200)));
        assert_eq!("10.1.0.9-10.1.0.1".parse::<Range>(), Err(BadRange::Reversed));
        assert_eq!("10.1.0.9".parse::<Range>(), Err(BadRange::Shape));
    }
}
