//! A server on loopback that answers as a test wants it to, one request a connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A request.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// How many came before it.
    pub n: usize,
    pub path: String,
    /// The first byte of its range.
    pub from: Option<usize>,
    /// The last byte of its range.
    pub to: Option<usize>,
    pub if_range: Option<String>,
    pub if_none_match: Option<String>,
    pub if_modified_since: Option<String>,
    pub authorization: Option<String>,
}

/// An answer.
pub struct Reply {
    head: Vec<u8>,
    body: Vec<u8>,
    how: How,
}

/// How the body is sent.
enum How {
    Once,
    /// Then nothing more, and no end.
    Stall,
    /// A byte at a time.
    Drip,
    /// Again and again.
    Flood,
}

/// More than any client may take of a flood: what it reads, and what the system keeps between the two.
const FLOOD: usize = 256 << 20;

impl Reply {
    pub fn new(status: &str, headers: &str, body: impl Into<Vec<u8>>) -> Self {
        let head = format!("HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n").into();
        Self { head, body: body.into(), how: How::Once }
    }

    /// Whatever this is.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { head: Vec::new(), body: bytes.into(), how: How::Once }
    }

    /// This, and then that again and again.
    pub fn flood(begin: &str, again: &str) -> Self {
        Self { head: begin.into(), body: again.repeat(64 * 1024 / again.len()).into(), how: How::Flood }
    }

    /// All of a content, or the range of it that was asked for, as a good server does.
    pub fn good(asked: &Asked, bytes: &[u8], tag: &str) -> Self {
        let same = asked.if_range.as_ref().is_none_or(|known| known == tag);
        match asked.from.filter(|_| same) {
            Some(from) if from >= bytes.len() => {
                Self::new("416 Range Not Satisfiable", &format!("Content-Range: bytes */{}\r\n", bytes.len()), "")
            }
            Some(from) => {
                let (len, last) = (bytes.len(), asked.to.unwrap_or(usize::MAX).min(bytes.len() - 1));
                let part = &bytes[from..=last];
                let headers =
                    format!("Content-Length: {}\r\nContent-Range: bytes {from}-{last}/{len}\r\nETag: {tag}\r\n", part.len());
                Self::new("206 Partial Content", &headers, part)
            }
            None => {
                Self::new("200 OK", &format!("Content-Length: {}\r\nETag: {tag}\r\nAccept-Ranges: bytes\r\n", bytes.len()), bytes)
            }
        }
    }

    /// Closes after so many bytes of the body.
    pub fn cut(mut self, most: usize) -> Self {
        self.body.truncate(most);
        self
    }

    /// Sends no more, and does not close.
    pub fn stall(mut self) -> Self {
        self.how = How::Stall;
        self
    }

    /// Sends it a byte at a time.
    pub fn drip(mut self) -> Self {
        self.how = How::Drip;
        self
    }

    fn send(mut self, mut stream: TcpStream, flooded: &AtomicUsize) {
        let bytes = [self.head, if let How::Flood = self.how { Vec::new() } else { std::mem::take(&mut self.body) }].concat();
        let sent = match self.how {
            How::Drip => {
                stream.set_nodelay(true).unwrap();
                bytes.chunks(1).try_for_each(|byte| stream.write_all(byte))
            }
            _ => stream.write_all(&bytes),
        };
        match self.how {
            // Until the client gives up.
            How::Stall if sent.is_ok() => {
                let _ = stream.read(&mut [0]);
            }
            How::Flood => {
                while flooded.load(Ordering::SeqCst) < FLOOD && stream.write_all(&self.body).is_ok() {
                    flooded.fetch_add(self.body.len(), Ordering::SeqCst);
                }
            }
            _ => {}
        }
    }
}

/// The server; its thread ends with the test's process.
pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    flooded: Arc<AtomicUsize>,
}

impl Server {
    pub fn new(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let flooded = Arc::<AtomicUsize>::default();
        let (log, answer, count) = (asked.clone(), Arc::new(answer), flooded.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, answer, count) = (log.clone(), answer.clone(), count.clone());
                std::thread::spawn(move || serve(stream.unwrap(), &log, &*answer, &count));
            }
        });
        Self { address, asked, flooded }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// Bytes of floods that somebody took, those that the system keeps among them.
    pub fn flooded(&self) -> usize {
        self.flooded.load(Ordering::SeqCst)
    }

    /// All requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, log: &Mutex<Vec<Asked>>, answer: &dyn Fn(&Asked) -> Reply, flooded: &AtomicUsize) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let Some(first) = lines.next() else { return };
    let mut asked = Asked { path: first.split(' ').nth(1).unwrap().to_owned(), ..Asked::default() };
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        match name.to_ascii_lowercase().as_str() {
            "range" => {
                let (from, to) = value.strip_prefix("bytes=").and_then(|range| range.split_once('-')).unwrap();
                (asked.from, asked.to) = (from.parse().ok(), to.parse().ok());
            }
            "authorization" => asked.authorization = Some(value.to_owned()),
            "if-range" => asked.if_range = Some(value.to_owned()),
            "if-none-match" => asked.if_none_match = Some(value.to_owned()),
            "if-modified-since" => asked.if_modified_since = Some(value.to_owned()),
            "accept-encoding" => assert_eq!(value, "identity"),
            _ => {}
        }
    }
    {
        let mut log = log.lock().unwrap();
        asked.n = log.len();
        log.push(asked.clone());
    }
    answer(&asked).send(stream, flooded);
}
