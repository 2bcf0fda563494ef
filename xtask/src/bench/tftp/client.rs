//! The measuring client, one for all servers: RFC 1350, 2347, 2348, 7440, with nothing that favours one of them.
//!
//! It reads a packet a call, answers at the end of each window, compares every byte with the file, and says how long it took. It
//! runs as a process of its own, in the namespace of the server.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::Result;

/// What is to be fetched, and how.
pub(super) struct Order {
    /// The server's listening port.
    pub(super) server: SocketAddr,
    /// The name to ask for.
    pub(super) name: String,
    /// What is to arrive.
    pub(super) path: String,
    /// `blksize` to ask for.
    pub(super) block: usize,
    /// `windowsize` to ask for.
    pub(super) window: usize,
    /// How often, one after the other.
    pub(super) times: usize,
}

/// What a transfer took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fetched {
    /// From the request to the last byte, seconds; the sum of all times.
    pub(super) seconds: f64,
    /// The block size that the server granted.
    pub(super) block: usize,
    /// The window that the server granted; 1 where it knows none.
    pub(super) window: usize,
    /// How often nothing came for a second.
    pub(super) hitches: usize,
}

/// The words that [`order`] reads again.
impl std::fmt::Display for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {} {} {} {}", self.server, self.name, self.path, self.block, self.window, self.times)
    }
}

/// The other end of `Display`.
pub(super) fn order(words: &[&str]) -> Option<Order> {
    let [server, name, path, block, window, times] = words else { return None };
    let (name, path) = ((*name).to_owned(), (*path).to_owned());
    let [block, window, times] = [block, window, times].map(|word| word.parse().ok());
    Some(Order { server: server.parse().ok()?, name, path, block: block?, window: window?, times: times? })
}

/// A line of numbers, read again by `FromStr`.
impl std::fmt::Display for Fetched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {} {}", self.seconds, self.block, self.window, self.hitches)
    }
}

impl std::str::FromStr for Fetched {
    type Err = ();

    fn from_str(line: &str) -> std::result::Result<Self, ()> {
        let words: Vec<&str> = line.split(' ').collect();
        let [seconds, block, window, hitches] = words[..] else { return Err(()) };
        let [block, window, hitches] = [block, window, hitches].map(|word| word.parse::<usize>().map_err(drop));
        Ok(Self { seconds: seconds.parse().map_err(drop)?, block: block?, window: window?, hitches: hitches? })
    }
}

/// Fetches the file and compares it; `before_end` is called before the last acknowledgement of the last time.
pub(super) fn fetch(order: &Order, before_end: impl FnOnce(Fetched)) -> Result {
    let expected = std::fs::read(&order.path).map_err(|error| format!("reading {}: {error}", order.path))?;
    let failed = |error| format!("fetching {} from {}: {error}", order.name, order.server);
    let mut all = Fetched { seconds: 0.0, block: 0, window: 0, hitches: 0 };
    let mut last = None;
    for _ in 0..order.times {
        if let Some(end) = last.take() {
            acknowledge(end).map_err(failed)?;
        }
        let (fetched, end) = transfer(order, &expected).map_err(failed)?;
        all = Fetched { seconds: all.seconds + fetched.seconds, hitches: all.hitches + fetched.hitches, ..fetched };
        last = Some(end);
    }
    before_end(all);
    last.map_or(Ok(()), |end| acknowledge(end).map_err(failed))
}

/// A transfer that lacks its last acknowledgement.
struct End {
    socket: UdpSocket,
    number: u16,
}

fn acknowledge(end: End) -> io::Result<()> {
    let [high, low] = end.number.to_be_bytes();
    end.socket.send(&[0, 4, high, low]).map(|_| ())
}

fn transfer(order: &Order, expected: &[u8]) -> io::Result<(Fetched, End)> {
    let socket = UdpSocket::bind(("127.0.0.1", 0))?;
    socket.set_read_timeout(Some(Duration::from_secs(1)))?;
    let Order { name, block, window, .. } = order;
    let mut last = format!("\0\x01{name}\0octet\0blksize\0{block}\0windowsize\0{window}\0").into_bytes();
    let mut fetched = Fetched { seconds: 0.0, block: 512, window: 1, hitches: 0 };
    let mut buffer = vec![0; 1 << 16];
    let began = Instant::now();
    let mut connected = false;
    let (mut next, mut in_window, mut arrived, mut gap_told) = (1_u16, 0, 0, false);
    socket.send_to(&last, order.server)?;
    loop {
        // The first answer says from which port the rest will come.
        let received = if connected { socket.recv(&mut buffer).map(|len| (len, None)) } else { first(&socket, &mut buffer) };
        let len = match received {
            Ok((len, from)) => {
                if let Some(from) = from {
                    socket.connect(from)?;
                    connected = true;
                }
                len
            }
            Err(error)
                if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) && fetched.hitches < 100 =>
            {
                fetched.hitches += 1;
                in_window = 0;
                if connected {
                    socket.send(&last)?
                } else {
                    socket.send_to(&last, order.server)?
                };
                continue;
            }
            Err(error) => return Err(error),
        };
        let packet = &buffer[..len];
        let acknowledge = match packet {
            [0, 3, high, low, data @ ..] => {
                if u16::from_be_bytes([*high, *low]) == next {
                    if expected.get(arrived..arrived + data.len()) != Some(data) {
                        return Err(io::Error::new(io::ErrorKind::InvalidData, "the bytes are not the file's"));
                    }
                    (arrived, next, in_window, gap_told) = (arrived + data.len(), next.wrapping_add(1), in_window + 1, false);
                    data.len() < fetched.block || in_window == fetched.window
                } else {
                    // A gap is told once, then it is for the server.
                    !std::mem::replace(&mut gap_told, true) && fetched.window > 1
                }
            }
            [0, 6, options @ ..] => {
                let fields: Vec<_> = options.split(|byte| *byte == 0).map(String::from_utf8_lossy).collect();
                for pair in fields.chunks_exact(2) {
                    match (&*pair[0], pair[1].parse()) {
                        ("blksize", Ok(value)) => fetched.block = value,
                        ("windowsize", Ok(value)) => fetched.window = value,
                        _ => {}
                    }
                }
                true
            }
            [0, 5, _, _, text @ ..] => return Err(io::Error::other(String::from_utf8_lossy(text).into_owned())),
            _ => false,
        };
        if packet[1] == 3 && arrived == expected.len() && len - 4 < fetched.block {
            fetched.seconds = began.elapsed().as_secs_f64();
            return Ok((fetched, End { socket, number: next.wrapping_sub(1) }));
        }
        if acknowledge {
            in_window = 0;
            let [high, low] = next.wrapping_sub(1).to_be_bytes();
            last.clear();
            last.extend_from_slice(&[0, 4, high, low]);
            socket.send(&last)?;
        }
    }
}

fn first(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<(usize, Option<SocketAddr>)> {
    socket.recv_from(buffer).map(|(len, from)| (len, Some(from)))
}
