//! A small HTTP client whose own address can be chosen, as a machine's.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream};

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

use super::PATIENCE;

/// An answer, whole.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Response {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// An answer whose body is still to be read.
pub struct Reading {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    stream: TcpStream,
    body: Vec<u8>,
}

/// Asks for a path from a local address, and reads the headers.
pub fn ask(local: Ipv4Addr, server: SocketAddr, path: &str) -> Reading {
    let SocketAddr::V4(server) = server else { panic!("IPv4 here") };
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&socket, &SocketAddrV4::new(local, 0)).unwrap();
    connect(&socket, &server).unwrap();
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n").unwrap();
    let mut read = Vec::new();
    let end = loop {
        if let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end;
        }
        let mut chunk = [0; 1024];
        let count = stream.read(&mut chunk).unwrap();
        assert!(count > 0, "the server hung up on GET {path}");
        read.extend_from_slice(&chunk[..count]);
    };
    let body = read.split_off(end + 4);
    let head = String::from_utf8(read).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(k, v)| (k.to_ascii_lowercase(), v.to_owned())).collect();
    Reading { status, headers, stream, body }
}

impl Reading {
    /// The body's length, as the server promised.
    pub fn length(&self) -> usize {
        let length = self.headers.iter().find(|(name, _)| name == "content-length");
        length.expect("every answer tells its length").1.parse().unwrap()
    }

    /// Reads to the end.
    pub fn whole(mut self) -> Response {
        let length = self.length();
        self.stream.read_to_end(&mut self.body).unwrap();
        assert_eq!(self.body.len(), length, "the body is as long as was said");
        Response { status: self.status, body: self.body }
    }
}
