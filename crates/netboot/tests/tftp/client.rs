//! A TFTP client that can misbehave on purpose. It keeps to RFC 1350, 2347 and 7440 otherwise.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

pub struct Client {
    pub socket: UdpSocket,
    server: SocketAddr,
    options: Vec<(String, String)>,
    double: bool,
    lose: Box<dyn FnMut(u64) -> bool>,
    wait: Duration,
}

/// What a transfer brought.
#[derive(Debug, Default)]
pub struct Got {
    pub data: Vec<u8>,
    /// As the OACK has them.
    pub options: HashMap<String, String>,
    /// DATA packets that came, also those that were lost on purpose.
    pub packets: u64,
    pub tid: Option<SocketAddr>,
}

/// An ERROR from the server.
#[derive(Debug, PartialEq)]
pub struct Refused(pub u16, pub String);

pub fn rrq(name: &str, options: &[(&str, &str)]) -> Vec<u8> {
    let mut packet = [b"\0\x01", name.as_bytes(), b"\0octet\0"].concat();
    for (option, value) in options {
        packet.extend_from_slice(format!("{option}\0{value}\0").as_bytes());
    }
    packet
}

pub fn ack(number: u64) -> [u8; 4] {
    let [high, low] = ((number & 0xffff) as u16).to_be_bytes();
    [0, 4, high, low]
}

impl Client {
    pub fn new(server: SocketAddr) -> Self {
        let any = if server.is_ipv4() { "127.0.0.1:0" } else { "[::1]:0" };
        let socket = UdpSocket::bind(any).unwrap();
        let wait = Duration::from_millis(300);
        Self { socket, server, options: Vec::new(), double: false, lose: Box::new(|_| false), wait }
    }

    pub fn option(mut self, name: &str, value: u64) -> Self {
        self.options.push((name.to_owned(), value.to_string()));
        self
    }

    /// Sends each acknowledgement twice.
    pub fn double(mut self) -> Self {
        self.double = true;
        self
    }

    /// Loses the n-th DATA packet (from 1) where `lose` says so.
    pub fn lose(mut self, lose: impl FnMut(u64) -> bool + 'static) -> Self {
        self.lose = Box::new(lose);
        self
    }

    /// How long it waits before it repeats itself.
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    pub fn get(mut self, name: &str) -> Result<Got, Refused> {
        let options: Vec<_> = self.options.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let mut last = rrq(name, &options);
        let mut got = Got::default();
        let (mut block, mut window) = (512, 1);
        let (mut expected, mut in_window, mut gap_told) = (1_u64, 0, false);
        let mut buffer = vec![0; 1 << 16];
        self.socket.set_read_timeout(Some(self.wait)).unwrap();
        self.socket.send_to(&last, self.server).unwrap();
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < Duration::from_secs(300), "the transfer ends");
            let (len, from) = match self.socket.recv_from(&mut buffer) {
                Ok(received) => received,
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    // With a gap in a window: what was received last in order.
                    self.send(&last, got.tid);
                    in_window = 0;
                    continue;
                }
                Err(error) => panic!("{error}"),
            };
            let packet = &buffer[..len];
            if packet[1] != 5 && *got.tid.get_or_insert(from) != from {
                continue;
            }
            match packet[1] {
                3 => {
                    got.packets += 1;
                    if (self.lose)(got.packets) {
                        continue;
                    }
                    if packet[2..4] != ((expected & 0xffff) as u16).to_be_bytes() {
                        let ahead = u16::from_be_bytes([packet[2], packet[3]]).wrapping_sub((expected & 0xffff) as u16);
                        if window > 1 && ahead < window && !gap_told {
                            gap_told = true;
                            in_window = 0;
                            last = ack(expected - 1).to_vec();
                            self.send(&last, got.tid);
                        } else if window == 1 && ahead == u16::MAX {
                            self.send(&last, got.tid);
                        }
                        continue;
                    }
                    gap_told = false;
                    got.data.extend_from_slice(&packet[4..]);
                    expected += 1;
                    in_window += 1;
                    let end = len - 4 < block;
                    last = ack(expected - 1).to_vec();
                    if end || in_window == window {
                        in_window = 0;
                        self.send(&last, got.tid);
                    }
                    if end {
                        return Ok(got);
                    }
                }
                5 => {
                    let text = packet[4..].split(|byte| *byte == 0).next().unwrap();
                    return Err(Refused(u16::from_be_bytes([packet[2], packet[3]]), String::from_utf8(text.to_vec()).unwrap()));
                }
                6 if expected == 1 => {
                    let fields: Vec<_> =
                        packet[2..].split(|byte| *byte == 0).map(|f| String::from_utf8(f.to_vec()).unwrap()).collect();
                    got.options = fields.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
                    block = got.options.get("blksize").map_or(512, |value| value.parse().unwrap());
                    window = got.options.get("windowsize").map_or(1, |value| value.parse().unwrap());
                    last = ack(0).to_vec();
                    self.send(&last, got.tid);
                }
                _ => {}
            }
        }
    }

    fn send(&self, packet: &[u8], tid: Option<SocketAddr>) {
        for _ in 0..=u8::from(self.double && packet[1] == 4) {
            self.socket.send_to(packet, tid.unwrap_or(self.server)).unwrap();
        }
    }
}
