//! Files that change while they are being sent, and servers that stop.

use std::fs::File;
use std::io::Write;
use std::time::Duration;

use pxectl_model::event::EventKind;
use pxectl_netboot::server::Limits;

use crate::rig::{Client, Rig, content};

/// More than the sockets between client and server hold.
const BIG: usize = 64 << 20;

/// A client that has the headers of a big file and reads no further.
fn halfway(rig: &Rig) -> Client {
    let mut client = rig.connect();
    client.send("GET /artifacts/big HTTP/1.1\r\nHost: x\r\n\r\n");
    let (status, headers) = client.headers();
    assert_eq!((status, headers["content-length"].as_str()), (200, BIG.to_string().as_str()));
    client
}

#[test]
fn a_file_cut_short_ends_its_transfers_only() {
    let rig = Rig::new();
    rig.shelve("big", BIG);
    let (mut cut, mut other) = (halfway(&rig), rig.connect());
    File::options().write(true).open(rig.dir.path().join("big")).unwrap().set_len(1000).unwrap();
    assert!(cut.rest().len() < BIG);
    let (sent, reason) = rig.log.failed();
    assert!(sent < BIG as u64 && reason.contains("the file"), "{sent} {reason}");
    assert!(other.get("/artifacts/made", "").body == content(300_000));
    let refused = other.get("/artifacts/big", "");
    assert_eq!(refused.status, 503, "what is not the file of the table is not served");
    assert!(!refused.text().contains('/'), "{}", refused.text());
}

#[test]
fn a_file_changed_in_place_ends_its_transfers() {
    let rig = Rig::new();
    rig.shelve("big", BIG);
    let mut client = halfway(&rig);
    File::options().write(true).open(rig.dir.path().join("big")).unwrap().write_all(b"other").unwrap();
    assert!(client.rest().len() < BIG);
    assert!(rig.log.failed().1.contains("changed"));
}

#[test]
fn a_file_replaced_by_another_is_sent_to_its_end() {
    let rig = Rig::new();
    rig.shelve("big", BIG);
    let mut client = halfway(&rig);
    std::fs::write(rig.dir.path().join("new"), b"new").unwrap();
    std::fs::rename(rig.dir.path().join("new"), rig.dir.path().join("big")).unwrap();
    assert!(client.body(BIG) == content(BIG));
    rig.log.wait(|kind| matches!(kind, EventKind::TransferDone { .. }).then_some(()));
}

#[test]
fn a_peer_that_goes_away_is_a_failed_transfer() {
    let rig = Rig::new();
    rig.shelve("big", BIG);
    drop(halfway(&rig));
    assert_eq!(rig.log.failed().1, "the peer closed the connection");
}

#[test]
fn a_stop_lets_transfers_end_and_cuts_the_rest() {
    let limits = Limits { grace: Duration::from_millis(300), ..Limits::default() };
    let mut rig = Rig::with(limits);
    rig.shelve("big", BIG);
    let (mut stuck, mut idle) = (halfway(&rig), rig.connect());
    idle.get("/healthz", "");
    let addr = rig.addr;
    rig.stop("goal");
    assert_eq!(rig.log.failed().1, "the server stopped");
    assert!(stuck.rest().len() < BIG);
    assert_eq!(idle.rest(), b"");
    assert!(std::net::TcpStream::connect(addr).is_err());
    let events = rig.log.all();
    assert!(events.contains(&EventKind::Stopping { why: "goal".to_owned() }));
    assert_eq!(events.last(), Some(&EventKind::Stopped));
}

#[test]
fn a_transfer_under_way_survives_a_stop() {
    let mut rig = Rig::with(Limits { grace: Duration::from_secs(60), ..Limits::default() });
    rig.shelve("big", BIG);
    let mut client = halfway(&rig);
    let reader = std::thread::spawn(move || client.rest());
    rig.stop("interrupt");
    assert!(reader.join().unwrap() == content(BIG));
    assert_eq!(rig.log.count(|kind| matches!(kind, EventKind::TransferFailed { .. })), 0);
}
