//! What strangers send, and that it hurts nobody else.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use pxectl_model::event::EventKind;
use pxectl_netboot::http;
use pxectl_netboot::server::Limits;

use crate::rig::{Client, Rig, WHOLE, content};

fn impatient(change: impl FnOnce(&mut http::Limits)) -> Rig {
    let mut limits = Limits::default();
    change(&mut limits.http);
    Rig::with(limits)
}

#[test]
fn bad_targets_get_a_clear_refusal() {
    let rig = Rig::new();
    let mut client = rig.connect();
    for (target, status) in [
        ("/artifacts/../whole", 400),
        ("/artifacts/%2e%2e/etc/passwd", 400),
        ("/artifacts/..%2f..%2fetc%2fpasswd", 400),
        ("/artifacts/whole%00", 400),
        ("/artifacts/%zz", 400),
        ("/artifacts/%", 400),
        ("//etc/passwd", 400),
        ("/etc/passwd", 404),
        ("/artifacts/", 400),
        ("/artifacts/nothing", 404),
        ("/status.json", 404),
        (&format!("/artifacts/{}", "a".repeat(2000)), 414),
    ] {
        let response = client.get(target, "");
        assert_eq!(response.status, status, "{target}");
        let text = response.text();
        let tmp = rig.dir.path().to_str().unwrap();
        assert!(!text.contains(tmp) && text.len() < 200, "{text}");
    }
    let told = rig.log.wait(|kind| match kind {
        EventKind::Refused { what, .. } if what.starts_with("/artifacts/aaa") => Some(what.clone()),
        _ => None,
    });
    assert!(told.len() < 110, "{told}");
    assert_eq!(client.get("/", "").status, 200);
}

#[test]
fn only_get_and_head() {
    let rig = Rig::new();
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"] {
        let mut client = rig.connect();
        client.send(&format!("{method} /artifacts/whole HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"));
        let response = client.response(true);
        assert_eq!((response.status, response.header("allow")), (405, "GET, HEAD"), "{method}");
    }
}

#[test]
fn what_is_no_request_ends_the_connection() {
    let rig = Rig::new();
    let endless = format!("GET / HTTP/1.1\r\nHost: x\r\n{}", "X-Filler: y\r\n".repeat(4000));
    let long = format!("GET /{} HTTP/1.1\r\n", "a".repeat(100_000));
    let wide = format!("GET / HTTP/1.1\r\nX: {}", "z".repeat(100_000));
    for junk in ["\u{0}\u{1}\u{2}junk\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /a b HTTP/1.1\r\n\r\n", &endless, &long, &wide] {
        let mut client = rig.connect();
        // The server may close before it was all sent.
        let _ = client.stream.write_all(junk.as_bytes());
        let answer = client.rest();
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&answer));
    }
    assert_eq!(rig.get("/healthz").status, 200);
}

#[test]
fn slow_headers_and_silence_are_cut() {
    let rig = impatient(|limits| {
        limits.headers = Duration::from_millis(200);
        limits.idle = Duration::from_millis(300);
    });
    let mut silent = rig.connect();
    let mut slow = rig.connect();
    slow.send("GET /artifacts/whole HT");
    let mut idle = rig.connect();
    assert_eq!(idle.get("/healthz", "").status, 200);
    let mut slow_again = rig.connect();
    assert_eq!(slow_again.get("/healthz", "").status, 200);
    slow_again.send("GET /");
    for client in [&mut silent, &mut slow, &mut idle, &mut slow_again] {
        assert_eq!(client.rest(), b"");
    }
    // One that drips bytes buys no time by it.
    let mut drip = rig.connect();
    drip.stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let mut byte = [0];
    while let Err(error) = drip.stream.read(&mut byte) {
        let waiting = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
        if !waiting || drip.stream.write_all(b"G").is_err() {
            break;
        }
    }
    assert!(rig.get("/artifacts/whole").body == content(WHOLE));
}

#[test]
fn a_peer_that_takes_nothing_is_cut() {
    let rig = impatient(|limits| limits.stall = Duration::from_millis(200));
    rig.shelve("big", 64 << 20);
    let mut client = rig.connect();
    client.send("GET /artifacts/big HTTP/1.1\r\nHost: x\r\n\r\n");
    client.headers();
    assert_eq!(rig.log.failed().1, "the peer took no byte for too long");
}

#[test]
fn two_thousand_idle_connections_hurt_nobody() {
    let rig = Rig::new();
    rig.shelve("big", 32 << 20);
    let mut client = rig.connect();
    assert_eq!(client.get("/healthz", "").status, 200);
    let reader = std::thread::spawn(move || (0..3).all(|_| client.get("/artifacts/big", "").body == content(32 << 20)));
    let mut idle: Vec<Client> = (0..2000).map(|_| rig.connect()).collect();
    for client in idle.iter_mut().skip(1500) {
        client.send("GET /artif");
    }
    assert!(rig.get("/artifacts/whole").body == content(WHOLE));
    assert_eq!(rig.get("/boot").status, 200);
    assert!(reader.join().unwrap());
    // The newest of them are still there; the oldest made room, for one address has so many places.
    idle.last_mut().unwrap().send("acts/made HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(idle.last_mut().unwrap().response(true).body == content(300_000));
    assert_eq!(idle[0].rest(), b"");
}

#[test]
fn a_log_is_not_flooded() {
    let rig = Rig::new();
    let mut client = rig.connect();
    let begin = Instant::now();
    for _ in 0..2000 {
        assert_eq!(client.get("/nothing", "").status, 404);
    }
    let told = rig.log.count(|kind| matches!(kind, EventKind::Refused { .. }));
    let seconds = usize::try_from(begin.elapsed().as_secs()).unwrap();
    assert!(told >= 20 && told <= 20 * (seconds + 2), "{told} in {seconds} s");
}

#[test]
fn machines_that_wait_are_told_within_bounds_and_then_counted() {
    let mut rig = Rig::new();
    let mut client = rig.connect();
    let begin = Instant::now();
    for n in 0..1000 {
        assert_eq!(client.get(&format!("/boot?serial={n:08x}"), "").status, 200);
    }
    let told = rig.log.count(|kind| matches!(kind, EventKind::Script(_)));
    let windows = usize::try_from(begin.elapsed().as_secs() / 10).unwrap() + 1;
    assert!(told >= 20 && told <= 20 * (windows + 1), "{told} in {windows} windows");
    drop(client);
    // Another address is heard all the same.
    let other = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 9));
    assert_eq!(Client::from_to(other, rig.addr).get("/boot?serial=41", "").status, 200);
    assert_eq!(rig.log.count(|kind| matches!(kind, EventKind::Script(sent) if sent.peer == other)), 1);
    rig.stop("interrupt");
    let counted: usize = rig
        .log
        .all()
        .iter()
        .filter_map(|kind| match kind {
            EventKind::Warning { text, .. } => text.split_once(" more times a machine was told to wait")?.0.parse::<usize>().ok(),
            _ => None,
        })
        .sum();
    assert_eq!(told + counted, 1000);
    assert!(matches!(rig.log.all().last(), Some(EventKind::Stopped)));
}
