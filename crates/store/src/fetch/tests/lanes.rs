//! Several connections for one content.

use std::collections::BTreeSet;
use std::sync::Arc;

use pxectl_model::secret::Secret;

use super::server::{Asked, Reply, Server};
use super::{HASTY, Rig, content, digest, pinned, want};
use crate::fetch::pieces::Pieces;
use crate::fetch::{Auth, Client, Limits, Proof, Want, client};

const LEN: usize = 1_000_000;

/// A rig whose every content over 100 kB is split at once, into pieces of 30 kB.
fn rig() -> Rig {
    let limits = Limits { lanes: 4, ..HASTY };
    let client = Client::of(client::builder(limits).no_proxy().build().unwrap(), limits);
    Rig { client: client.with_turns(Arc::new(tokio::sync::Semaphore::new(3))), ..Rig::new() }
}

/// What was asked for by ranges with an end.
fn ranges(asked: &[Asked]) -> Vec<(usize, usize)> {
    asked.iter().filter_map(|asked| Some((asked.from?, asked.to?))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn several_connections_fetch_each_piece_once() {
    for pin in [false, true] {
        let (rig, bytes) = (rig(), content(1, LEN));
        let body = bytes.clone();
        // The first one stops in the middle, so that what it brought is known.
        let server = Server::new(move |asked| match asked.from {
            None => Reply::good(asked, &body, "\"1\"").cut(50_000).stall(),
            Some(_) => Reply::good(asked, &body, "\"1\""),
        });
        let urls = [server.url("a")];
        let got = rig.fetch(&if pin { pinned(&urls, &bytes) } else { want(&urls) }).await.unwrap();
        assert!(rig.stored(&got) == bytes);
        let mut ranges = ranges(&server.asked());
        ranges.sort_unstable();
        // From where the first one was when it was given up, without a gap and without a byte twice.
        assert!(ranges[0].0 <= 50_000 && ranges.windows(2).all(|two| two[0].1 + 1 == two[1].0), "{ranges:?}");
        assert!(ranges.len() > 30 && ranges.last().unwrap().1 == LEN - 1);
        assert!(server.asked().iter().skip(1).all(|asked| asked.if_range.as_deref() == Some("\"1\"")));
        assert!(rig.notes.texts().contains("it is slow; fetching the rest by several connections"), "{}", rig.notes.texts());
        let left: Vec<_> =
            std::fs::read_dir(rig.store.root().join("partial")).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(left.iter().all(|path| path.extension().is_some_and(|kind| kind == "lock" || kind == "done")), "{left:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_has_enough_of_them_gets_fewer() {
    let (rig, bytes) = (rig(), content(1, LEN));
    let body = bytes.clone();
    let server = Server::new(move |asked| match asked.n % 3 {
        1 => Reply::new("503 Service Unavailable", "Content-Length: 0\r\n", ""),
        2 => Reply::good(asked, &body, "\"1\"").cut(10_000),
        _ => Reply::good(asked, &body, "\"1\""),
    });
    assert_eq!(rig.fetch(&pinned(&[server.url("a")], &bytes)).await.unwrap().sha256, digest(&bytes), "{}", rig.notes.texts());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_ranges_lead_nowhere_one_connection_goes_on() {
    let (bytes, other) = (content(1, LEN), content(2, LEN));
    // Ranges that are promised and not known; another version for them; a page for them.
    for lie in 0..3 {
        let (rig, body, other) = (rig(), bytes.clone(), other.clone());
        let server = Server::new(move |asked| {
            let all = Asked { from: None, ..asked.clone() };
            match (asked.to, lie) {
                (Some(_), 0) => Reply::good(&all, &body, "\"1\""),
                (Some(_), 1) => Reply::good(&Asked { if_range: None, ..asked.clone() }, &other, "\"2\""),
                (Some(_), _) => {
                    Reply::new("206 Partial Content", "Content-Type: multipart/byteranges\r\nContent-Length: 5\r\n", "x\r\n--")
                }
                _ => Reply::good(asked, &body, "\"1\""),
            }
        });
        assert_eq!(rig.fetch(&want(&[server.url("a")])).await.unwrap().sha256, digest(&bytes), "{}", rig.notes.texts());
        assert!(rig.notes.texts().contains("going on with one connection"), "{}", rig.notes.texts());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_wait_come_first() {
    let bytes = content(1, LEN);
    let limits = Limits { lanes: 4, ..HASTY };
    let alone = Client::of(client::builder(limits).no_proxy().build().unwrap(), limits);
    for client in [alone.clone(), alone.with_turns(Arc::new(tokio::sync::Semaphore::new(0)))] {
        let (rig, body) = (Rig { client, ..Rig::new() }, bytes.clone());
        let server = Server::new(move |asked| Reply::good(asked, &body, "\"1\""));
        rig.fetch(&want(&[server.url("a")])).await.unwrap();
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_that_do_not_fit_are_fetched_anew_by_one() {
    let (rig, bytes, other) = (rig(), content(1, LEN), content(2, LEN));
    let body = bytes.clone();
    // Nothing names a version, so only the digest tells.
    let server = Server::new(move |asked| {
        let of = if asked.to.is_some() { &other } else { &body };
        Reply::good(asked, of, "W/\"1\"")
    });
    assert_eq!(rig.fetch(&pinned(&[server.url("a")], &bytes)).await.unwrap().sha256, digest(&bytes));
    assert!(rig.notes.texts().contains("does not fit together; fetching it anew"), "{}", rig.notes.texts());
    assert!(server.asked().last().unwrap().from.is_none());
}

/// Which bytes of a content lie in the store.
fn here(rig: &Rig) -> (BTreeSet<(u64, u64)>, u64) {
    let folder = rig.store.root().join("partial");
    let files = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let part = files.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "part"));
    let Some(part) = part else { return (BTreeSet::new(), 0) };
    let len = std::fs::metadata(&part).map_or(0, |meta| meta.len());
    let mut spans: BTreeSet<(u64, u64)> =
        Pieces::beside(&part).here().into_iter().map(|(start, have)| (start, start + have)).collect();
    spans.insert((0, len));
    // Some may be in both: they are appended before their file goes.
    let mut reach = 0;
    let sum = spans.iter().map(|(start, end)| {
        let new = end.saturating_sub(reach.max(*start));
        reach = reach.max(*end);
        new
    });
    let sum = sum.sum();
    (spans, sum)
}

/// A process that is killed: everything that it does stops, wherever it is, once so many bytes are here.
fn killed(rig: &Rig, want: &Want, at: u64) -> bool {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        tokio::select! {
            got = rig.fetch(want) => { got.unwrap(); true }
            () = async { while here(rig).1 < at { tokio::task::yield_now().await } } => false,
        }
    })
    // What is being written is written to its end, as by the system.
}

#[test]
fn killed_anywhere_no_byte_is_asked_for_twice() {
    let mut state = 7_u64;
    let mut random = move |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    for pin in [false, true] {
        let (rig, bytes) = (rig(), content(3, LEN));
        let body = bytes.clone();
        let server = Server::new(move |asked| Reply::good(asked, &body, "\"1\""));
        let urls = [server.url("a")];
        let mut want = if pin { pinned(&urls, &bytes) } else { want(&urls) };
        let (mut kills, mut sum) = (0, 0);
        loop {
            let before = here(&rig).0;
            // What an earlier one asked may be heard only now: each shows who it is.
            let who = kills.to_string();
            want.auth = Auth::new(urls[0].parse().unwrap(), Proof::Bearer(Secret::new(who.as_str()))).ok();
            let done = killed(&rig, &want, sum + 1 + random(60_000));
            let shown = Some(format!("Bearer {who}"));
            for asked in server.asked().iter().filter(|asked| asked.authorization == shown) {
                let from = asked.from.unwrap_or(0) as u64;
                let known = before.iter().any(|(start, end)| (*start..*end).contains(&from));
                assert!(!known, "{from} is here: {before:?}");
            }
            // The last step is taken to its end, too.
            if done || !rig.names().is_empty() {
                break;
            }
            assert!(
                here(&rig).1 >= sum,
                "nothing is lost: {sum}, {:?}, before {before:?}\n{}\n{:?}",
                here(&rig),
                rig.notes.texts(),
                ranges(&server.asked())
            );
            assert_eq!(rig.names(), [""; 0], "nothing half-done is taken for whole");
            (kills, sum) = (kills + 1, here(&rig).1);
        }
        assert!(kills > 5, "{kills}");
        assert_eq!(rig.names(), [digest(&bytes).to_string()]);
    }
}
