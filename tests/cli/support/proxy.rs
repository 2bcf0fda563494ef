//! A proxy on loopback: HTTP with CONNECT, and SOCKS 5 (RFC 1928), told apart by the first byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// The proxy; its threads end with the tests.
pub struct Proxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let log = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let log = log.clone();
                std::thread::spawn(move || serve(stream.unwrap(), &log));
            }
        });
        Self { address, asked }
    }

    /// As an environment variable names it.
    pub fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    /// What was asked of it, all of it as text: request lines with their fields, `socks HOST:PORT`.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

fn serve(stream: TcpStream, log: &Mutex<Vec<String>>) -> Option<()> {
    let mut first = [0];
    stream.peek(&mut first).ok()?;
    if first == [5] { socks(stream, log) } else { http(stream, log) }
}

fn http(mut stream: TcpStream, log: &Mutex<Vec<String>>) -> Option<()> {
    let lines: Vec<String> =
        BufReader::new(stream.try_clone().ok()?).lines().map_while(Result::ok).take_while(|l| !l.is_empty()).collect();
    log.lock().unwrap().push(lines.join("\n"));
    let mut words = lines.first()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    if method == "CONNECT" {
        let server = TcpStream::connect(target).ok()?;
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
        return relay(stream, server);
    }
    let (host, path) = target.strip_prefix("http://")?.split_once('/')?;
    let mut server = TcpStream::connect(host).ok()?;
    let fields: String = lines.iter().skip(1).map(|line| format!("{line}\r\n")).collect();
    server.write_all(format!("{method} /{path} HTTP/1.1\r\n{fields}\r\n").as_bytes()).ok()?;
    relay(stream, server)
}

fn socks(mut stream: TcpStream, log: &Mutex<Vec<String>>) -> Option<()> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).ok()?;
    stream.read_exact(&mut vec![0; head[1].into()]).ok()?;
    stream.write_all(&[5, 0]).ok()?;
    let mut request = [0; 4];
    stream.read_exact(&mut request).ok()?;
    let host = match request[3] {
        1 => {
            let mut address = [0; 4];
            stream.read_exact(&mut address).ok()?;
            std::net::Ipv4Addr::from(address).to_string()
        }
        3 => {
            let mut len = [0];
            stream.read_exact(&mut len).ok()?;
            let mut name = vec![0; len[0].into()];
            stream.read_exact(&mut name).ok()?;
            String::from_utf8(name).ok()?
        }
        _ => return None,
    };
    let mut port = [0; 2];
    stream.read_exact(&mut port).ok()?;
    let to = format!("{host}:{}", u16::from_be_bytes(port));
    log.lock().unwrap().push(format!("socks {to}"));
    let server = TcpStream::connect(&to).ok()?;
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).ok()?;
    relay(stream, server)
}

/// Hands on what either side sends, until it ends.
fn relay(client: TcpStream, server: TcpStream) -> Option<()> {
    let (mut from, mut to) = (client.try_clone().ok()?, server.try_clone().ok()?);
    let up = std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Write);
    });
    let (mut from, mut to) = (server, client);
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(std::net::Shutdown::Write);
    up.join().ok()
}
