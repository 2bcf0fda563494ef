//! An HTTP server for tests: answers by path, and remembers what it was asked.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

/// What a path gives.
#[derive(Clone)]
pub enum Page {
    /// 200 and these bytes.
    Bytes(Vec<u8>),
    /// 200, a promise of so many bytes more than come, then the end of the connection.
    Short(Vec<u8>, usize),
    /// Another status.
    Status(u16),
    /// 200 without a length: the end of the connection ends it.
    NoLength(Vec<u8>),
    /// 200, then the connection is closed though nobody said so.
    Close(Vec<u8>),
}

/// A running server.
pub struct Web {
    pub at: SocketAddr,
    /// Request line and headers, a string a request.
    pub log: Arc<Mutex<Vec<String>>>,
    /// How many connections were made, and from where.
    pub peers: Arc<Mutex<Vec<SocketAddr>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Web {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves these paths (without the query).
pub async fn serve(pages: Vec<(&str, Page)>) -> Web {
    let pages: Arc<HashMap<String, Page>> = Arc::new(pages.into_iter().map(|(path, page)| (path.to_owned(), page)).collect());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (log, peers) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
    let (seen, came) = (log.clone(), peers.clone());
    let task = tokio::spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((stream, peer)) = listener.accept().await {
            came.lock().unwrap().push(peer);
            let (pages, seen) = (pages.clone(), seen.clone());
            connections.spawn(async move {
                let mut stream = BufReader::new(stream);
                loop {
                    let mut request = String::new();
                    while !request.ends_with("\r\n\r\n") {
                        if stream.read_line(&mut request).await.unwrap_or(0) == 0 {
                            return;
                        }
                    }
                    seen.lock().unwrap().push(request.clone());
                    let (answer, close) = answer(&pages, &request);
                    if stream.write_all(&answer).await.is_err() || close {
                        return;
                    }
                }
            });
        }
    });
    Web { at, log, peers, task }
}

fn answer(pages: &HashMap<String, Page>, request: &str) -> (Vec<u8>, bool) {
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let path = target.split('?').next().unwrap();
    let range = request.lines().find_map(|line| line.strip_prefix("range: bytes=")).and_then(|r| r.split_once('-'));
    let whole = |status: &str, body: &[u8], length: Option<usize>| {
        let mut answer = format!("HTTP/1.1 {status}\r\n");
        if let Some(length) = length {
            answer += &format!("Content-Length: {length}\r\n");
        }
        answer += "\r\n";
        let mut answer = answer.into_bytes();
        if method != "HEAD" {
            answer.extend_from_slice(body);
        }
        answer
    };
    match pages.get(path) {
        None => (whole("404 Not Found", b"no", Some(2)), false),
        Some(Page::Status(status)) => (whole(&format!("{status} x"), b"", Some(0)), false),
        Some(Page::Short(body, more)) => (whole("200 OK", body, Some(body.len() + more)), true),
        Some(Page::NoLength(body)) => (whole("200 OK", body, None), true),
        Some(Page::Close(body)) => (whole("200 OK", body, Some(body.len())), true),
        Some(Page::Bytes(body)) => match range {
            Some((first, last)) => {
                let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
                let part = &body[first..=last];
                (whole("206 Partial", part, Some(part.len())), false)
            }
            None => (whole("200 OK", body, Some(body.len())), false),
        },
    }
}
