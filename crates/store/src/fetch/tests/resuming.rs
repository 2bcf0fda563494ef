//! A transfer that ended in the middle is continued, if what is here and what comes belong together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::server::{Reply, Server};
use super::{Rig, content, digest, pinned, want};
use crate::fetch::Want;

const LEN: usize = 400_000;

/// Closes each connection after 100 kB.
fn cutting(bytes: Vec<u8>, tag: &'static str) -> Server {
    Server::new(move |asked| Reply::good(asked, &bytes, tag).cut(100_000))
}

/// Sends 100 kB and then nothing; tells when it has.
fn stalling(bytes: Vec<u8>) -> Server {
    Server::new(move |asked| Reply::good(asked, &bytes, "\"1\"").cut(100_000).stall())
}

/// Leaves 100 kB of a content behind, as a process does that is killed.
async fn killed(rig: &Rig, want: &Want, server: &Server) {
    let before = server.asked().len();
    let fetch = rig.fetch(want);
    let arrived = async {
        let part = || {
            let folder = std::fs::read_dir(rig.store.root().join("partial")).into_iter().flatten();
            folder.map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some_and(|kind| kind == "part"))
        };
        let here = || part().and_then(|path| std::fs::metadata(path).ok()).is_some_and(|meta| meta.len() >= 100_000);
        // What an earlier one left is gone when the server is asked.
        while server.asked().len() == before || !here() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = fetch => panic!("it ended"),
        () = arrived => {}
    }
    assert_eq!(server.asked().len(), before + 1);
}

#[tokio::test]
async fn no_byte_is_fetched_twice() {
    for pin in [false, true] {
        let (rig, bytes) = (Rig::new(), content(1, LEN));
        let server = cutting(bytes.clone(), "\"1\"");
        let urls = [server.url("a")];
        let got = rig.fetch(&if pin { pinned(&urls, &bytes) } else { want(&urls) }).await.unwrap();
        assert_eq!(got.sha256, digest(&bytes));
        let ranges: Vec<_> = server.asked().iter().map(|asked| asked.from).collect();
        assert_eq!(ranges, [None, Some(100_000), Some(200_000), Some(300_000)]);
        assert!(server.asked().iter().skip(1).all(|asked| asked.if_range.as_deref() == Some("\"1\"")));
    }
}

#[tokio::test]
async fn silence_is_not_waited_for_for_ever() {
    let (rig, bytes) = (Rig::new(), content(1, LEN));
    let body = bytes.clone();
    let server = Server::new(move |asked| match asked.n {
        0 => Reply::good(asked, &body, "\"1\"").cut(100_000).stall(),
        _ => Reply::good(asked, &body, "\"1\""),
    });
    assert_eq!(rig.fetch(&want(&[server.url("a")])).await.unwrap().sha256, digest(&bytes));
    assert_eq!(server.asked()[1].from, Some(100_000));
    assert!(rig.notes.texts().contains("no byte came for 300ms, after 100000 bytes"), "{}", rig.notes.texts());
    let mute = stalling(Vec::new());
    let error = rig.fetch(&pinned(&[mute.url("a")], b"x")).await.unwrap_err().to_string();
    assert!(error.contains("again and again") || error.contains("does not match"), "{error}");
}

#[tokio::test]
async fn a_server_without_ranges_sends_all_of_it_again() {
    let (rig, bytes) = (Rig::new(), content(1, LEN));
    let body = bytes.clone();
    let server = Server::new(move |asked| {
        let whole = Reply::new("200 OK", &format!("Content-Length: {LEN}\r\nETag: \"1\"\r\n"), body.clone());
        if asked.n == 0 { whole.cut(100_000) } else { whole }
    });
    assert_eq!(rig.fetch(&want(&[server.url("a")])).await.unwrap().sha256, digest(&bytes));
    assert!(rig.notes.texts().contains("knows no ranges; from the beginning"), "{}", rig.notes.texts());
}

#[tokio::test]
async fn a_file_that_changes_midway_is_fetched_anew() {
    let (old, new) = (content(1, LEN), content(2, LEN + 5));
    // One that heeds If-Range, and one that does not.
    for heeds in [true, false] {
        let (rig, old, new) = (Rig::new(), old.clone(), new.clone());
        let after = digest(&new);
        let server = Server::new(move |asked| {
            let mut asked = asked.clone();
            if !heeds {
                asked.if_range = None;
            }
            if asked.n == 0 { Reply::good(&asked, &old, "\"1\"").cut(100_000) } else { Reply::good(&asked, &new, "\"2\"") }
        });
        assert_eq!(rig.fetch(&want(&[server.url("a")])).await.unwrap().sha256, after, "{}", rig.notes.texts());
    }
}

#[tokio::test]
async fn whoever_was_killed_goes_on() {
    for pin in [false, true] {
        let (rig, bytes) = (Rig::new(), content(1, LEN));
        let count = Arc::new(AtomicUsize::new(0));
        let (body, counted) = (bytes.clone(), count.clone());
        let server = Server::new(move |asked| {
            let reply = Reply::good(asked, &body, "\"1\"");
            if counted.fetch_add(1, Ordering::SeqCst) == 0 { reply.cut(100_000).stall() } else { reply }
        });
        let urls = [server.url("a")];
        let want = if pin { pinned(&urls, &bytes) } else { want(&urls) };
        killed(&rig, &want, &server).await;
        assert_eq!(rig.fetch(&want).await.unwrap().sha256, digest(&bytes));
        let second = &server.asked()[1];
        assert_eq!((second.from, second.if_range.as_deref()), (Some(100_000), Some("\"1\"")));
    }
}

#[tokio::test]
async fn another_mirror_goes_on_where_a_digest_tells() {
    let (rig, bytes) = (Rig::new(), content(1, LEN));
    let body = bytes.clone();
    let (slow, fine) = (stalling(bytes.clone()), Server::new(move |asked| Reply::good(asked, &body, "\"x\"")));
    let half = pinned(&[slow.url("a")], &bytes);
    killed(&rig, &half, &slow).await;
    rig.fetch(&pinned(&[fine.url("a")], &bytes)).await.unwrap();
    let asked = fine.asked();
    assert_eq!((asked.len(), asked[0].from, asked[0].if_range.clone()), (1, Some(100_000), None));
}

#[tokio::test]
async fn pieces_that_do_not_fit_are_fetched_anew_once() {
    let (rig, bytes, other) = (Rig::new(), content(1, LEN), content(2, LEN));
    let body = bytes.clone();
    let (wrong, fine) = (stalling(other), Server::new(move |asked| Reply::good(asked, &body, "\"x\"")));
    killed(&rig, &pinned(&[wrong.url("a")], &bytes), &wrong).await;
    rig.fetch(&pinned(&[fine.url("a")], &bytes)).await.unwrap();
    let ranges: Vec<_> = fine.asked().iter().map(|asked| asked.from).collect();
    assert_eq!(ranges, [Some(100_000), None]);
    assert!(rig.notes.texts().contains("does not fit together; fetching it anew"), "{}", rig.notes.texts());
}

#[tokio::test]
async fn what_nothing_vouches_for_is_not_believed_after_a_crash_of_the_system() {
    let (rig, bytes) = (Rig::new(), content(1, LEN));
    let server = stalling(bytes.clone());
    let want = want(&[server.url("a")]);
    killed(&rig, &want, &server).await;
    let mut records = std::fs::read_dir(rig.store.root().join("partial")).unwrap().map(|entry| entry.unwrap().path());
    let record = records.find(|path| path.extension().is_some_and(|kind| kind == "json")).unwrap();
    let text = std::fs::read_to_string(&record).unwrap();
    let at = text.find("\"boot\":\"").unwrap();
    std::fs::write(&record, format!("{}\"boot\":\"another\"}}", &text[..at])).unwrap();
    killed(&rig, &want, &server).await;
    assert_eq!(server.asked()[1].from, None);
    // Nor is a record that is none.
    std::fs::write(&record, "{").unwrap();
    killed(&rig, &want, &server).await;
    assert_eq!(server.asked()[2].from, None);
}

#[tokio::test]
async fn all_of_it_was_here_already() {
    let (rig, bytes) = (Rig::new(), content(1, 100_000));
    let body = bytes.clone();
    // All bytes, but not the end that was told; afterwards there is nothing more to send.
    let server = Server::new(move |asked| {
        if asked.n == 0 {
            let chunk = [b"186a0\r\n".as_slice(), &body].concat();
            return Reply::new("200 OK", "Transfer-Encoding: chunked\r\nETag: \"1\"\r\n", chunk);
        }
        Reply::good(asked, &body, "\"1\"")
    });
    assert_eq!(rig.fetch(&want(&[server.url("a")])).await.unwrap().sha256, digest(&bytes));
    assert_eq!(server.asked()[1].from, Some(100_000));
}
