//! By the book: RFC 1350, 2347, 2348, 2349, 7440.

use std::net::UdpSocket;
use std::time::Duration;

use pxectl_model::event::EventKind;
use pxectl_netboot::tftp::Limits;

use crate::client::{Client, Refused, ack, rrq};
use crate::server::{Server, bytes, content, file};

#[test]
fn every_size_arrives_whole() {
    for len in [0, 1, 511, 512, 513, 1024, 100_000] {
        let server = Server::new([("f", bytes(content(len)))]);
        for (block, window) in
            [(None, None), (Some(512), None), (Some(1468), Some(4)), (Some(8), Some(64)), (Some(1468), Some(16))]
        {
            if len == 100_000 && block == Some(8) {
                continue;
            }
            let mut client = Client::new(server.addr);
            for (name, value) in [("blksize", block), ("windowsize", window)] {
                client = value.into_iter().fold(client, |client, value| client.option(name, value));
            }
            let got = client.get("f").unwrap();
            assert!(got.data == content(len), "{len} bytes by {block:?} x {window:?}");
            assert_eq!(server.wait_done(), len as u64);
        }
    }
}

#[test]
fn a_file_and_its_pieces_arrive_whole() {
    let temporary = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(temporary.path(), content(3_000_000)).unwrap();
    let server = Server::new([("f", file(temporary.path()))]);
    for (block, window) in [(1468, 1), (1468, 16), (8192, 16), (65464, 4)] {
        let got = Client::new(server.addr).option("blksize", block).option("windowsize", window).get("f").unwrap();
        assert!(got.data == content(3_000_000), "{block} x {window}");
    }
}

#[test]
fn block_numbers_roll_over() {
    let len = 512 * 65_540 + 100;
    let server = Server::new([("f", bytes(content(len)))]);
    let got = Client::new(server.addr).option("windowsize", 16).get("f").unwrap();
    assert!(got.data == content(len));
    let len = 8 * 65_540 + 1;
    let server = Server::new([("f", bytes(content(len)))]);
    let got = Client::new(server.addr).option("blksize", 8).get("f");
    assert!(got.unwrap().data == content(len), "one block at a time");
}

#[test]
fn only_accepted_options_are_answered() {
    let server = Server::new([("f", bytes(content(5000)))]);
    let plain = Client::new(server.addr).get("f").unwrap();
    assert!(plain.options.is_empty());
    let odd = Client::new(server.addr).option("timeout", 0).option("multicast", 1).option("blksize", 7).get("f").unwrap();
    assert!(odd.options.is_empty() && odd.data.len() == 5000);
    let got = Client::new(server.addr).option("tsize", 0).option("timeout", 2).option("windowsize", 1000).get("f").unwrap();
    let mut options: Vec<_> = got.options.into_iter().collect();
    options.sort();
    assert_eq!(options, [("timeout", "2"), ("tsize", "5000"), ("windowsize", "64")].map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn doubled_acknowledgements_double_nothing() {
    let server = Server::new([("f", bytes(content(512 * 300)))]);
    let got = Client::new(server.addr).double().get("f").unwrap();
    assert_eq!((got.data.len(), got.packets), (512 * 300, 301));
    // Above 1 an echo may cost one window, and never each.
    let got = Client::new(server.addr).double().option("windowsize", 4).get("f").unwrap();
    assert!(got.data == content(512 * 300));
    assert!(got.packets < 301 * 2, "{} packets", got.packets);
}

#[test]
fn a_lost_first_block_of_a_window_needs_no_timer() {
    // The server's timer would end these transfers: they must do without.
    let limits = Limits { first_wait: Duration::from_secs(100), last_wait: Duration::from_secs(100), ..Limits::default() };
    let server = Server::start("127.0.0.1:0", [("f", bytes(content(512 * 64)))], limits, Duration::ZERO);
    for lost in [9, 12, 16, 64] {
        let client = Client::new(server.addr).option("windowsize", 8).lose(move |n| n == lost);
        assert!(client.get("f").unwrap().data == content(512 * 64), "without packet {lost}");
    }
}

#[test]
fn the_oack_is_sent_again() {
    let server = Server::new([("f", bytes(content(10)))]);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(&rrq("f", &[("tsize", "0")]), server.addr).unwrap();
    let mut buffer = [0; 600];
    for _ in 0..3 {
        let (len, _) = client.recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..len], b"\0\x06tsize\x0010\0");
    }
    let (_, tid) = {
        client.send_to(&rrq("f", &[]), server.addr).unwrap();
        client.recv_from(&mut buffer).unwrap()
    };
    client.send_to(&ack(1), tid).unwrap();
    server.wait_done();
}

#[test]
fn a_repeated_request_starts_no_second_transfer() {
    let server = Server::new([("f", bytes(content(10)))]);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    for _ in 0..5 {
        client.send_to(&rrq("f", &[]), server.addr).unwrap();
    }
    let mut buffer = [0; 600];
    let (_, tid) = client.recv_from(&mut buffer).unwrap();
    client.send_to(&ack(1), tid).unwrap();
    server.wait_done();
    let ended = server.end();
    assert!(ended.iter().all(|event| !matches!(event, EventKind::TransferStarted(_))), "{ended:?}");
}

#[test]
fn each_transfer_has_its_own_port_and_strangers_cannot_end_it() {
    let server = Server::new([("f", bytes(content(700)))]);
    let [client, stranger] = [(); 2].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
    client.send_to(&rrq("f", &[]), server.addr).unwrap();
    let mut buffer = [0; 600];
    let (_, tid) = client.recv_from(&mut buffer).unwrap();
    assert_ne!(tid, server.addr);
    stranger.send_to(b"\0\x05\0\0no\0", tid).unwrap();
    stranger.send_to(&ack(1), tid).unwrap();
    client.send_to(&ack(1), tid).unwrap();
    assert_eq!(client.recv_from(&mut buffer).unwrap(), (192, tid));
    client.send_to(&ack(2), tid).unwrap();
    server.wait_done();
}

#[test]
fn asking_the_size_is_no_failure() {
    let server = Server::new([("f", bytes(content(700)))]);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(&rrq("f", &[("tsize", "0")]), server.addr).unwrap();
    let mut buffer = [0; 600];
    let (_, tid) = client.recv_from(&mut buffer).unwrap();
    client.send_to(b"\0\x05\0\x08User aborted the transfer\0", tid).unwrap();
    // As EDK2 does: the real request follows from the same port at once.
    client.send_to(&rrq("f", &[("tsize", "0"), ("blksize", "1468")]), server.addr).unwrap();
    let tid = loop {
        let (len, tid) = client.recv_from(&mut buffer).unwrap();
        if buffer[..len].ends_with(b"blksize\x001468\0") {
            break tid;
        }
    };
    client.send_to(&ack(0), tid).unwrap();
    client.recv_from(&mut buffer).unwrap();
    client.send_to(&ack(1), tid).unwrap();
    server.wait_done();
}

#[test]
fn the_answer_comes_from_the_address_that_was_asked() {
    let server = Server::start("0.0.0.0:0", [("f", bytes(content(10)))], Limits::default(), Duration::ZERO);
    let client = Client::new(([127, 0, 0, 7], server.addr.port()).into());
    assert_eq!(client.get("f").unwrap().tid.unwrap().ip().to_string(), "127.0.0.7");
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(&rrq("nothing", &[]), ("127.0.0.9", server.addr.port())).unwrap();
    assert_eq!(client.recv_from(&mut [0; 100]).unwrap().1.ip().to_string(), "127.0.0.9");
}

#[test]
fn ipv6_is_served_too() {
    if UdpSocket::bind("[::1]:0").is_err() {
        eprintln!("NOT RUN: there is no IPv6 here, so TFTP over it was not tried");
        return;
    }
    let server = Server::start("[::]:0", [("f", bytes(content(100_000)))], Limits::default(), Duration::ZERO);
    let client = Client::new(([0, 0, 0, 0, 0, 0, 0, 1], server.addr.port()).into());
    assert!(client.option("blksize", 1400).option("windowsize", 8).get("f").unwrap().data == content(100_000));
    // And IPv4 through the same socket.
    let client = Client::new(([127, 0, 0, 1], server.addr.port()).into());
    assert!(client.option("blksize", 1400).option("windowsize", 8).get("f").unwrap().data == content(100_000));
}

#[test]
fn events_tell_a_transfer_from_beginning_to_end() {
    let server = Server::new([("Boot/f", bytes(content(5000)))]);
    Client::new(server.addr).get("\\Boot\\f").unwrap();
    server.wait_done();
    assert_eq!(Client::new(server.addr).get("g").unwrap_err(), Refused(1, "there is no such file here".to_owned()));
    let (what, reason) = server.wait(|event| match event {
        EventKind::Refused { what, reason, .. } => Some((what.clone(), reason.clone())),
        _ => None,
    });
    assert_eq!((what.as_str(), reason.as_str()), ("g", "there is no such file here"));
}
