//! Sends packets that lie end to end: as one call where the kernel cuts them (UDP_SEGMENT), else one by one.
//!
//! One call saves a system call, a route look-up and a pass through the stack for each packet. What cannot be cut (a driver
//! without it, a segment larger than the route's MTU) comes back as EMSGSIZE, EINVAL or EIO, and from then on this transfer's
//! packets go singly. `quinn-udp` holds the one unsafe call.

use std::io;
use std::net::UdpSocket;

/// How a transfer's packets leave its socket.
pub struct Sender {
    #[cfg(all(target_os = "linux", not(pxectl_no_linux)))]
    cut: Option<cut::Cut>,
}

impl Sender {
    /// For packets of `packet` bytes, `window` of them at a time.
    #[cfg(all(target_os = "linux", not(pxectl_no_linux)))]
    pub fn new(socket: &UdpSocket, packet: usize, window: u16) -> Self {
        Self { cut: if window > 1 { cut::Cut::new(socket, packet) } else { None } }
    }

    /// For packets of `packet` bytes, `window` of them at a time.
    #[cfg(not(all(target_os = "linux", not(pxectl_no_linux))))]
    pub fn new(_: &UdpSocket, _: usize, _: u16) -> Self {
        Self {}
    }

    /// Sends packets of `packet` bytes each, the last one maybe shorter, to the peer that `socket` is connected to.
    ///
    /// # Errors
    /// As send(2).
    pub fn send(&mut self, socket: &UdpSocket, packets: &[u8], packet: usize) -> io::Result<()> {
        #[cfg(all(target_os = "linux", not(pxectl_no_linux)))]
        if packets.len() > packet
            && let Some(cut) = &self.cut
        {
            match cut.send(socket, packets, packet) {
                Err(error) if cut::is_refusal(&error) => self.cut = None,
                done => return done,
            }
        }
        let send = |one| rustix::net::send(socket, one, rustix::net::SendFlags::empty());
        packets.chunks(packet.max(1)).try_for_each(|one| send(one).map(|_| ())).map_err(io::Error::from)
    }
}

#[cfg(all(target_os = "linux", not(pxectl_no_linux)))]
mod cut {
    use std::io;
    use std::net::{SocketAddr, UdpSocket};

    use quinn_udp::{Transmit, UdpSocketState};
    use rustix::io::Errno;

    pub struct Cut {
        state: UdpSocketState,
        peer: SocketAddr,
    }

    impl Cut {
        /// None where a segment does not fit, or the kernel has no such thing.
        pub fn new(socket: &UdpSocket, packet: usize) -> Option<Self> {
            if packet > super::super::run::RUN_BYTES / 2 || packet > usize::from(super::super::route::block_max(socket)) + 4 {
                return None;
            }
            let peer = socket.peer_addr().ok()?;
            // The state only counts what sending met with, but making it sets options that a transfer does not want (reads
            // that do not wait, received packets joined): so it is made on a socket that is dropped.
            let spare = UdpSocket::bind(SocketAddr::new(socket.local_addr().ok()?.ip(), 0)).ok()?;
            let state = UdpSocketState::new((&spare).into()).ok()?;
            (state.max_gso_segments() > 1).then_some(Self { state, peer })
        }

        pub fn send(&self, socket: &UdpSocket, packets: &[u8], packet: usize) -> io::Result<()> {
            let transmit =
                Transmit { destination: self.peer, ecn: None, contents: packets, segment_size: Some(packet), src_ip: None };
            self.state.try_send(socket.into(), &transmit)
        }
    }

    pub fn is_refusal(error: &io::Error) -> bool {
        matches!(Errno::from_io_error(error), Some(Errno::MSGSIZE | Errno::INVAL | Errno::IO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (UdpSocket, UdpSocket) {
        let [a, b] = [(); 2].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
        a.connect(b.local_addr().unwrap()).unwrap();
        (a, b)
    }

    fn arrives(packet: usize, bytes: usize, window: u16) {
        let (from, to) = pair();
        let packets: Vec<u8> = (0..bytes).map(|n| (n % 253) as u8).collect();
        Sender::new(&from, packet, window).send(&from, &packets, packet).unwrap();
        let mut buffer = [0; 65_536];
        for expected in packets.chunks(packet) {
            let len = to.recv(&mut buffer).unwrap();
            assert_eq!(&buffer[..len], expected);
        }
    }

    #[test]
    fn packets_arrive_as_they_were_cut() {
        arrives(1472, 1472 * 16, 16);
        arrives(1472, 1472 * 15 + 4, 16);
        arrives(516, 516 * 64, 64);
        arrives(12, 12 * 64, 64);
        arrives(8196, 8196 * 7, 16);
        arrives(516, 300, 4);
    }

    #[test]
    fn singly_is_the_same() {
        arrives(1472, 1472 * 3 + 4, 1);
        arrives(65_468, 65_468, 64);
    }
}
