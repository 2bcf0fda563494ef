//! Stopping in good order.

use std::net::UdpSocket;
use std::time::Duration;

use pxectl_model::event::EventKind;
use pxectl_netboot::tftp::Limits;

use crate::client::{ack, rrq};
use crate::server::{Server, bytes, content};

#[test]
fn a_transfer_under_way_may_end() {
    let server = Server::start("127.0.0.1:0", [("f", bytes(content(1000)))], Limits::default(), Duration::from_secs(100));
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(&rrq("f", &[]), server.addr).unwrap();
    let mut buffer = [0; 600];
    let (_, tid) = client.recv_from(&mut buffer).unwrap();
    server.stop();
    client.send_to(&ack(1), tid).unwrap();
    assert_eq!(client.recv_from(&mut buffer).unwrap().0, 4 + 1000 - 512);
    client.send_to(&ack(2), tid).unwrap();
    assert!(server.end().iter().any(|event| matches!(event, EventKind::TransferDone { .. })));
}

#[test]
fn after_the_grace_the_client_is_told() {
    let server = Server::new([("f", bytes(content(1000)))]);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(&rrq("f", &[]), server.addr).unwrap();
    let mut buffer = [0; 600];
    let (_, tid) = client.recv_from(&mut buffer).unwrap();
    client.send_to(&ack(1), tid).unwrap();
    client.recv_from(&mut buffer).unwrap();
    let events = server.end();
    while buffer[1] == 3 {
        client.recv_from(&mut buffer).unwrap();
    }
    assert!(buffer.starts_with(b"\0\x05\0\0the server is stopping\0"));
    let failed =
        |event: &EventKind| matches!(event, EventKind::TransferFailed { reason, .. } if reason == "the server is stopping");
    assert!(events.iter().any(failed), "{events:?}");
}

#[test]
fn a_client_that_is_gone_is_given_up() {
    let limits =
        Limits { first_wait: Duration::from_millis(10), first_patience: Duration::from_millis(200), ..Limits::default() };
    let server = Server::start("127.0.0.1:0", [("f", bytes(content(1000)))], limits, Duration::ZERO);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(&rrq("f", &[]), server.addr).unwrap();
    assert_eq!(server.wait_failed(), "the client did not answer");
    client.set_nonblocking(true).unwrap();
    let packets = std::iter::from_fn(|| client.recv_from(&mut [0; 600]).ok()).count();
    assert_eq!(packets, 3, "a spoofed address gets three packets");
    drop(client);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(&rrq("f", &[]), server.addr).unwrap();
    drop(client);
    assert_eq!(server.wait_failed(), "the client closed its port");
}
