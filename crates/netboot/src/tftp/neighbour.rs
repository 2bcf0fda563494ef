//! The neighbour table: which MAC an IPv4 address on our own network has. TFTP knows a machine by nothing else.

use std::net::IpAddr;

use pxectl_model::mac::Mac;

/// The peer's MAC, where the system knows it: a peer behind a router has its router's, and loopback has none.
#[cfg(all(target_os = "linux", not(pxectl_no_linux)))]
pub fn mac(peer: IpAddr) -> Option<Mac> {
    use std::io::Read;
    let mut text = String::new();
    std::fs::File::open("/proc/net/arp").ok()?.take(1 << 20).read_to_string(&mut text).ok()?;
    find(&text, peer)
}

/// The peer's MAC, where the system knows it.
#[cfg(not(all(target_os = "linux", not(pxectl_no_linux))))]
pub fn mac(_: IpAddr) -> Option<Mac> {
    None
}

#[cfg_attr(not(all(target_os = "linux", not(pxectl_no_linux))), allow(dead_code, reason = "tested everywhere, used on Linux"))]
/// Looks an address up in the text of proc_net(5) `arp`: address, type, flags (2: complete), MAC, mask, device.
fn find(table: &str, peer: IpAddr) -> Option<Mac> {
    let peer = peer.to_canonical();
    table.lines().skip(1).find_map(|line| {
        let mut fields = line.split_ascii_whitespace();
        let address: IpAddr = fields.next()?.parse().ok()?;
        let flags = u32::from_str_radix(fields.nth(1)?.strip_prefix("0x")?, 16).ok()?;
        let mac = fields.next()?.parse::<Mac>().ok()?;
        (address == peer && flags & 2 != 0 && mac.is_usable()).then_some(mac)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_complete_entries_only() {
        let table = "IP address       HW type     Flags       HW address            Mask     Device\n\
                     10.1.0.21        0x1         0x2         52:54:00:12:34:56     *        br0\n\
                     10.1.0.22        0x1         0x0         00:00:00:00:00:00     *        br0\n";
        let mac = find(table, "10.1.0.21".parse().unwrap()).map(|mac| mac.0);
        assert_eq!(mac, Some([0x52, 0x54, 0, 0x12, 0x34, 0x56]));
        assert_eq!(find(table, "::ffff:10.1.0.21".parse().unwrap()).map(|mac| mac.0), mac);
        assert_eq!(find(table, "10.1.0.22".parse().unwrap()), None);
        assert_eq!(find("", "10.1.0.22".parse().unwrap()), None);
    }
}
