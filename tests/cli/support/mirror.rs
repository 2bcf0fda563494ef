//! A mirror on loopback that knows ranges, and stops in the middle where a test wants it to.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// How much it sends at once.
const PIECE: usize = 4096;
/// How long a slow one takes for that: 400 kB/s.
const PACE: Duration = Duration::from_millis(10);

/// A mirror; its threads end with the tests.
pub struct Mirror {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    files: Mutex<Vec<(String, Arc<Vec<u8>>)>>,
    /// Names that are elsewhere.
    elsewhere: Mutex<Vec<(String, String)>>,
    state: Mutex<State>,
    changed: Condvar,
    manner: Manner,
}

/// How it treats those who ask.
#[derive(Default)]
struct Manner {
    /// What it wants to see in `Authorization`.
    wants: Option<String>,
    /// Whether whoever asks for all that follows a byte gets it slowly.
    slow: bool,
    /// Whether it does not say how long things are.
    chunked: bool,
}

struct State {
    /// Bytes of bodies that were sent.
    sent: usize,
    /// How many may be.
    allowed: usize,
    /// The first byte of each request's range.
    asked: Vec<usize>,
    /// What each showed in `Authorization`.
    shown: Vec<Option<String>>,
    /// What was sent for each.
    spans: Vec<Range<usize>>,
}

impl Mirror {
    /// With these files.
    pub fn new(files: &[(&str, &[u8])]) -> Self {
        Self::start(files, Manner::default())
    }

    /// One that is slow, but for those who ask for a range with an end.
    pub fn slow(files: &[(&str, &[u8])]) -> Self {
        Self::start(files, Manner { slow: true, ..Manner::default() })
    }

    /// One that does not say how long its files are.
    #[cfg(all(unix, not(pxectl_no_unix)))]
    pub fn chunked(files: &[(&str, &[u8])]) -> Self {
        Self::start(files, Manner { chunked: true, ..Manner::default() })
    }

    /// One that wants to see this before it gives anything.
    pub fn guarded(files: &[(&str, &[u8])], authorization: &str) -> Self {
        Self::start(files, Manner { wants: Some(authorization.to_owned()), ..Manner::default() })
    }

    fn start(files: &[(&str, &[u8])], manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let files = files.iter().map(|(name, bytes)| (format!("/{name}"), Arc::new(bytes.to_vec()))).collect();
        let state = State { sent: 0, allowed: usize::MAX, asked: Vec::new(), shown: Vec::new(), spans: Vec::new() };
        let (files, state) = (Mutex::new(files), Mutex::new(state));
        let shared = Arc::new(Shared { files, elsewhere: Mutex::default(), state, changed: Condvar::new(), manner });
        let server = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let server = server.clone();
                // Whoever is killed breaks the connection.
                std::thread::spawn(move || server.serve(stream.unwrap()));
            }
        });
        Self { address, shared }
    }

    /// Where a file is.
    pub fn url(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }

    /// Puts another content in the place of a file.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        let mut files = self.shared.files.lock().unwrap();
        files.retain(|(known, _)| known[1..] != *name);
        files.push((format!("/{name}"), Arc::new(bytes.to_vec())));
    }

    /// Sends whoever asks for a file to another place.
    pub fn redirect(&self, name: &str, to: &str) {
        self.shared.elsewhere.lock().unwrap().push((format!("/{name}"), to.to_owned()));
    }

    /// What each request showed in `Authorization`.
    pub fn shown(&self) -> Vec<Option<String>> {
        self.shared.state.lock().unwrap().shown.clone()
    }

    /// Lets it send so many bytes more; without a number as many as are asked for.
    pub fn allow(&self, more: Option<usize>) {
        let mut state = self.shared.state.lock().unwrap();
        state.allowed = more.map_or(usize::MAX, |more| state.sent + more);
        self.shared.changed.notify_all();
    }

    /// Waits until it has sent what it may, or somebody else is done first.
    pub fn wait_sent(&self, all: usize) {
        let state = self.shared.state.lock().unwrap();
        let (state, timeout) =
            self.shared.changed.wait_timeout_while(state, super::PATIENCE, |state| state.sent < state.allowed.min(all)).unwrap();
        assert!(!timeout.timed_out(), "it sent {} bytes and may send {}", state.sent, state.allowed);
    }

    /// What was sent for each request that had a body.
    pub fn spans(&self) -> Vec<Range<usize>> {
        self.shared.state.lock().unwrap().spans.clone()
    }

    /// Bytes that were sent, and where each request began.
    pub fn log(&self) -> (usize, Vec<usize>) {
        let state = self.shared.state.lock().unwrap();
        (state.sent, state.asked.clone())
    }
}

/// Whether the other side has closed: it says nothing after its request.
fn is_gone(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let peeked = stream.peek(&mut [0]);
    stream.set_nonblocking(false).unwrap();
    !peeked.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) -> Option<()> {
        let mut lines = BufReader::new(stream.try_clone().ok()?).lines().map_while(Result::ok).take_while(|l| !l.is_empty());
        let first = lines.next()?;
        let path = first.split(' ').nth(1)?.to_owned();
        let lines: Vec<String> = lines.collect();
        let field =
            |name: &str| lines.iter().find(|line| line.to_ascii_lowercase().starts_with(name)).map(|line| &line[name.len()..]);
        let range: Option<(usize, Option<usize>)> = field("range: bytes=").and_then(|range| {
            let (from, last) = range.split_once('-')?;
            Some((from.parse().ok()?, last.parse().ok()))
        });
        let from = range.map_or(0, |(from, _)| from);
        self.state.lock().unwrap().shown.push(field("authorization: ").map(str::to_owned));
        if self.manner.wants.is_some() && self.manner.wants.as_deref() != field("authorization: ") {
            let _ = stream.write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            self.state.lock().unwrap().asked.push(from);
            return None;
        }
        let file = self.files.lock().unwrap().iter().find(|(name, _)| *name == path).map(|(_, bytes)| bytes.clone());
        self.state.lock().unwrap().asked.push(from);
        let elsewhere = self.elsewhere.lock().unwrap().iter().find(|(name, _)| *name == path).map(|(_, to)| to.clone());
        if let Some(to) = elsewhere {
            let head = format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return stream.write_all(head.as_bytes()).ok();
        }
        let Some(bytes) = file else {
            let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return None;
        };
        let last = range.and_then(|(_, last)| last);
        let (len, end) = (bytes.len(), last.map_or(bytes.len(), |last| (last + 1).min(bytes.len())));
        let rest = bytes.get(from..end)?;
        let status = match range {
            Some(_) if self.manner.chunked => format!("206 Partial Content\r\nContent-Range: bytes {from}-{}/*", end - 1),
            Some(_) => format!("206 Partial Content\r\nContent-Range: bytes {from}-{}/{len}", end - 1),
            None => "200 OK".to_owned(),
        };
        let length = match self.manner.chunked {
            true => "Transfer-Encoding: chunked".to_owned(),
            false => format!("Content-Length: {}", rest.len()),
        };
        let head =
            format!("HTTP/1.1 {status}\r\n{length}\r\nETag: \"{len}\"\r\nAccept-Ranges: bytes\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).ok()?;
        if first.starts_with("HEAD ") {
            return None;
        }
        let mut rest = rest;
        let own = {
            let mut state = self.state.lock().unwrap();
            state.spans.push(from..from);
            state.spans.len() - 1
        };
        while !rest.is_empty() {
            let mut state = self.state.lock().unwrap();
            if self.manner.slow && last.is_none() {
                state = self.changed.wait_timeout_while(state, PACE, |_| true).unwrap().0;
            }
            let mut state = self.changed.wait_while(state, |state| state.sent >= state.allowed).unwrap();
            // What it may send is not for those who were killed.
            if is_gone(&stream) {
                return None;
            }
            let count = PIECE.min(rest.len()).min(state.allowed - state.sent);
            state.sent += count;
            state.spans[own].end += count;
            drop(state);
            let sent = match self.manner.chunked {
                true => write!(stream, "{count:x}\r\n")
                    .and_then(|()| stream.write_all(&rest[..count]))
                    .and_then(|()| write!(stream, "\r\n")),
                false => stream.write_all(&rest[..count]),
            };
            self.changed.notify_all();
            sent.ok()?;
            rest = &rest[count..];
        }
        if self.manner.chunked {
            stream.write_all(b"0\r\n\r\n").ok()?;
        }
        Some(())
    }
}
