//! How large a datagram reaches a client in one piece.

use std::net::UdpSocket;

use super::options::{BLOCK_MAX, BLOCK_MIN};

/// MTU where the system does not tell: Ethernet's.
pub const MTU_DEFAULT: u32 = 1500;

/// The largest block that goes out unfragmented on a connected socket: firmware drops fragments.
pub fn block_max(socket: &UdpSocket) -> u16 {
    let ipv6 = socket.peer_addr().is_ok_and(|peer| peer.ip().to_canonical().is_ipv6());
    fit(mtu(socket, ipv6), ipv6)
}

/// The MTU without IP (20 or 40 bytes), UDP (8) and TFTP (4) headers, within what RFC 2348 allows.
fn fit(mtu: u32, ipv6: bool) -> u16 {
    let headers = if ipv6 { 52 } else { 32 };
    u16::try_from(mtu.saturating_sub(headers)).unwrap_or(BLOCK_MAX).clamp(BLOCK_MIN, BLOCK_MAX)
}

#[cfg(all(target_os = "linux", not(pxectl_no_linux)))]
fn mtu(socket: &UdpSocket, ipv6: bool) -> u32 {
    let told = if ipv6 { rustix::net::sockopt::ipv6_mtu(socket) } else { rustix::net::sockopt::ip_mtu(socket) };
    told.unwrap_or(MTU_DEFAULT)
}

#[cfg(not(all(target_os = "linux", not(pxectl_no_linux))))]
fn mtu(_: &UdpSocket, _: bool) -> u32 {
    MTU_DEFAULT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_fits_the_route() {
        assert_eq!(fit(1500, false), 1468);
        assert_eq!(fit(1500, true), 1448);
        assert_eq!(fit(9000, false), 8968);
        assert_eq!(fit(65536, false), 65464);
        assert_eq!(fit(0, false), 8);
    }

    #[test]
    fn loopback_tells_its_mtu() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.connect(socket.local_addr().unwrap()).unwrap();
        assert!((8..=65464).contains(&block_max(&socket)));
    }
}
