//! Several at once do the work once.

use super::server::{Reply, Server};
use super::{Rig, Step, content, digest, pinned, want};

#[tokio::test(flavor = "multi_thread")]
async fn one_content_is_fetched_once() {
    for pin in [false, true] {
        let (rig, bytes) = (Rig::new(), content(1, 2_000_000));
        let body = bytes.clone();
        let server = Server::new(move |asked| Reply::good(asked, &body, "\"1\""));
        let urls = [server.url("a")];
        let want = if pin { pinned(&urls, &bytes) } else { want(&urls) };
        let (one, two, three) = tokio::join!(rig.fetch(&want), rig.fetch(&want), rig.fetch(&want));
        for got in [one, two, three] {
            assert_eq!(got.unwrap().sha256, digest(&bytes));
        }
        let waited = rig.notes.0.lock().unwrap().iter().filter(|step| **step == Step::Waiting).count();
        assert_eq!((server.asked().len(), waited), (1, 2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waited_for_one_that_failed_tries_itself() {
    let (rig, bytes) = (Rig::new(), content(1, 100_000));
    let body = bytes.clone();
    let server = Server::new(move |asked| match asked.n {
        0 => Reply::new("404 Not Found", "Content-Length: 0\r\n", ""),
        _ => Reply::good(asked, &body, "\"1\""),
    });
    let want = want(&[server.url("a")]);
    let (one, two) = tokio::join!(rig.fetch(&want), rig.fetch(&want));
    assert!(one.is_ok() != two.is_ok(), "one of them came second");
    assert_eq!(rig.names(), [digest(&bytes).to_string()]);
}
