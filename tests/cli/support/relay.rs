//! A relay before a server on loopback, which harms what the server sends.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};

/// What it does to a connection.
#[derive(Debug, Clone, Copy)]
pub enum Harm {
    /// Closes after so many bytes of the server's.
    Cut(usize),
    /// Turns a bit of the byte that comes after so many.
    Garble(usize),
}

/// The relay; its threads end with the tests.
pub struct Relay {
    address: SocketAddr,
}

impl Relay {
    /// Before the server at a port; the first connections meet with these harms, those after them with none.
    pub fn new(port: u16, harms: &[Harm]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let harms = harms.to_vec();
        std::thread::spawn(move || {
            for (n, client) in listener.incoming().enumerate() {
                let harm = harms.get(n).copied();
                std::thread::spawn(move || relay(client.unwrap(), TcpStream::connect(("127.0.0.1", port)).ok()?, harm));
            }
        });
        Self { address }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

fn relay(mut client: TcpStream, mut server: TcpStream, harm: Option<Harm>) -> Option<()> {
    let (mut from, mut to) = (client.try_clone().ok()?, server.try_clone().ok()?);
    std::thread::spawn(move || std::io::copy(&mut from, &mut to).and_then(|_| to.shutdown(Shutdown::Write)));
    let (mut sent, mut buffer) = (0, vec![0; 16 * 1024]);
    loop {
        let count = server.read(&mut buffer).ok().filter(|count| *count > 0);
        let Some(count) = count else { return client.shutdown(Shutdown::Both).ok() };
        let bytes = &mut buffer[..count];
        match harm {
            Some(Harm::Cut(at)) if at <= sent + count => {
                client.write_all(&bytes[..at - sent]).ok()?;
                return client.shutdown(Shutdown::Both).ok();
            }
            Some(Harm::Garble(at)) if (sent..sent + count).contains(&at) => bytes[at - sent] ^= 1,
            _ => {}
        }
        client.write_all(bytes).ok()?;
        sent += count;
    }
}
