//! What strangers send.

use std::net::UdpSocket;
use std::time::Duration;

use pxectl_model::event::EventKind;
use pxectl_netboot::tftp::Limits;

use crate::client::{Client, Refused, ack, rrq};
use crate::relay::Dice;
use crate::server::{Server, alone, bytes, content, file};

/// A field of this process's /proc/self/status, a number.
fn status(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn no_name_reaches_a_path() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f"), b"served").unwrap();
    std::fs::write(folder.path().join("secret"), b"not served").unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link")).unwrap();
    let server = Server::new([("f", file(&folder.path().join("f")))]);
    let secret = folder.path().join("secret").display().to_string();
    for name in [
        "../f",
        "..",
        ".",
        "./f",
        "/etc/passwd",
        "link",
        "secret",
        "f/",
        "f/.",
        "C:\\f",
        "a/../f",
        "..\\..\\etc\\passwd",
        "%66",
        "/proc/self/environ",
        &secret,
        "F",
    ] {
        let refused = Client::new(server.addr).get(name).unwrap_err();
        assert_eq!(refused, Refused(1, "there is no such file here".to_owned()), "{name}");
    }
    assert_eq!(Client::new(server.addr).get("/f").unwrap().data, b"served");
}

#[test]
fn other_requests_get_a_clear_no() {
    let server = Server::new([("f", bytes(content(10)))]);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    for (datagram, code) in [
        (&b"\0\x02f\0octet\0"[..], 2),
        (b"\0\x01f\0netascii\0", 0),
        (b"\0\x01f\0mail\0", 4),
        (b"\0\x01f", 4),
        (b"\0\x01\0octet\0", 1),
    ] {
        client.send_to(datagram, server.addr).unwrap();
        let mut buffer = [0; 600];
        let (len, _) = client.recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..4], [0, 5, 0, code]);
        assert!(buffer[..len].ends_with(b"\0") && !buffer[..len].contains(&b'/'));
    }
}

#[test]
fn random_and_truncated_datagrams_change_nothing() {
    let server = Server::new([("f", bytes(content(10)))]);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut dice = Dice(0x5eed);
    for round in 0..5000_usize {
        let mut datagram: Vec<u8> = (0..round % 700).map(|_| dice.roll() as u8).collect();
        if round % 3 == 0 {
            datagram.splice(0..datagram.len().min(2), [0, 1]);
        }
        client.send_to(&datagram, server.addr).unwrap();
    }
    let whole = rrq("f", &[("tsize", "0"), ("blksize", "1468"), ("windowsize", "4")]);
    for end in 0..whole.len() {
        client.send_to(&whole[..end], server.addr).unwrap();
    }
    assert_eq!(Client::new(server.addr).get("f").unwrap().data, content(10));
}

#[test]
fn nonsense_within_a_transfer_changes_nothing() {
    let server = Server::new([("f", bytes(content(512 * 40)))]);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(&rrq("f", &[("windowsize", "8")]), server.addr).unwrap();
    let mut buffer = [0; 600];
    let (_, tid) = client.recv_from(&mut buffer).unwrap();
    client.send_to(&ack(0), tid).unwrap();
    let mut dice = Dice(0x5eed);
    for round in 0..2000_usize {
        let mut datagram: Vec<u8> = (0..round % 300).map(|_| dice.roll() as u8).collect();
        // Neither an acknowledgement nor an ERROR by chance.
        datagram.splice(0..datagram.len().min(2), [0xff, 4]);
        client.send_to(&datagram, tid).unwrap();
        client.send_to(&ack(100 + dice.roll() % 60_000), tid).unwrap();
        client.send_to(b"\0\x04\0", tid).unwrap();
    }
    // Some acknowledgements drown in what was sent before them: the transfer goes on all the same.
    client.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let mut done = 0;
    while done < 41 {
        client.send_to(&ack(done), tid).unwrap();
        while client.recv_from(&mut buffer).is_ok() {
            let number = u64::from(u16::from_be_bytes([buffer[2], buffer[3]]));
            done += u64::from(number == done + 1);
        }
    }
    client.send_to(&ack(41), tid).unwrap();
    assert_eq!(server.wait_done(), 512 * 40);
}

#[test]
fn one_packet_cannot_take_memory() {
    if !alone("hostile::one_packet_cannot_take_memory") {
        return;
    }
    let big = tempfile::NamedTempFile::new().unwrap();
    big.as_file().set_len(6 << 30).unwrap();
    let server = Server::new([("big", file(big.path())), ("f", bytes(content(10)))]);
    let before = status("VmRSS:");
    let clients: Vec<_> = (0..16)
        .map(|_| {
            let client = UdpSocket::bind("127.0.0.1:0").unwrap();
            client
                .send_to(&rrq("big", &[("blksize", "65464"), ("windowsize", "65535"), ("timeout", "255")]), server.addr)
                .unwrap();
            let mut buffer = [0; 600];
            let (len, tid) = client.recv_from(&mut buffer).unwrap();
            assert!(buffer[..len].windows(14).any(|part| part == b"windowsize\x0064\0"));
            client.send_to(&ack(0), tid).unwrap();
            client
        })
        .collect();
    let mut started = 0;
    server.wait(|event| {
        started += u32::from(matches!(event, EventKind::TransferStarted(_)));
        (started == 16).then_some(())
    });
    // A run of packets for each, and a stack; the windows themselves, 16 times 4 MiB, are in no memory of ours.
    let grown = status("VmRSS:").saturating_sub(before);
    assert!(grown < 16 << 10, "{grown} KiB");
    drop(clients);
}

#[test]
fn five_hundred_abandoned_requests_hold_nobody_up() {
    if !alone("hostile::five_hundred_abandoned_requests_hold_nobody_up") {
        return;
    }
    let limits = Limits { transfers: 32, per_address: 16, ..Limits::default() };
    let server = Server::start("127.0.0.1:0", [("f", bytes(content(100_000)))], limits, Duration::ZERO);
    let abandoned: Vec<_> = (0..500).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
    for (n, client) in abandoned.iter().enumerate() {
        client.send_to(&rrq("f", &[("blksize", "1468")]), server.addr).unwrap();
        if n % 100 == 99 {
            assert_eq!(Client::new(server.addr).get("f").unwrap().data.len(), 100_000);
        }
    }
    // 16 and those about to end; the rest are the test's own.
    let threads = status("Threads:");
    assert!(threads < 16 + 64 + 8, "{threads}");
    let memory = status("VmRSS:");
    assert!(memory < 64 << 10, "{memory} KiB");
}

#[test]
fn an_address_that_answers_keeps_its_places() {
    let limits = Limits { transfers: 8, per_address: 2, ..Limits::default() };
    let server = Server::start("127.0.0.1:0", [("f", bytes(content(2000)))], limits, Duration::ZERO);
    let mut buffer = [0; 600];
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let client = UdpSocket::bind("127.0.0.1:0").unwrap();
            client.send_to(&rrq("f", &[]), server.addr).unwrap();
            let (_, tid) = client.recv_from(&mut buffer).unwrap();
            client.send_to(&ack(1), tid).unwrap();
            server.wait(|event| matches!(event, EventKind::TransferStarted(_)).then_some(()));
            (client, tid)
        })
        .collect();
    let third = UdpSocket::bind("127.0.0.1:0").unwrap();
    third.send_to(&rrq("f", &[]), server.addr).unwrap();
    let reason = server.wait(|event| match event {
        EventKind::Refused { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    assert_eq!(reason, "too many transfers to this address");
    // Silence, and not an ERROR: its own retry finds a place.
    let (client, tid) = &busy[0];
    for number in 2..=4 {
        client.send_to(&ack(number), *tid).unwrap();
    }
    server.wait_done();
    assert_eq!(Client::new(server.addr).get("f").unwrap().data.len(), 2000);
}

#[test]
fn a_file_cut_short_ends_its_transfer_with_an_error() {
    let temporary = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(temporary.path(), content(1 << 20)).unwrap();
    let server = Server::new([("f", file(temporary.path())), ("g", bytes(content(10)))]);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(&rrq("f", &[]), server.addr).unwrap();
    let mut buffer = [0; 600];
    let (_, tid) = client.recv_from(&mut buffer).unwrap();
    temporary.as_file().set_len(100_000).unwrap();
    let mut number = 1;
    while buffer[1] == 3 {
        client.send_to(&ack(number), tid).unwrap();
        client.recv_from(&mut buffer).unwrap();
        number += 1;
    }
    assert!(buffer.starts_with(b"\0\x05\0\0the file cannot be read to its end\0"));
    assert_eq!(server.wait_failed(), "the file changed while it was served");
    assert_eq!(Client::new(server.addr).get("g").unwrap().data, content(10));
}

#[test]
fn a_file_written_over_is_not_sent_as_a_mixture() {
    let temporary = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(temporary.path(), content(5000)).unwrap();
    let server = Server::new([("f", file(temporary.path()))]);
    std::fs::write(temporary.path(), content(5001)).unwrap();
    assert_eq!(Client::new(server.addr).get("f").unwrap_err().1, "the file cannot be read to its end");
}
