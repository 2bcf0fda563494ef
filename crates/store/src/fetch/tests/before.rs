//! Whoever was killed between the store and the lock file does not fetch again.

use pxectl_model::lock::Version;

use super::server::{Asked, Reply, Server};
use super::{Rig, content, digest, want};

const DATE: &str = "Fri, 27 Nov 2026 02:05:43 GMT";

fn unchanged() -> Reply {
    Reply::new("304 Not Modified", "", "")
}

#[tokio::test]
async fn what_is_here_and_was_never_written_down_is_asked_about_and_taken() {
    let (rig, bytes) = (Rig::new(), content(1, 300_000));
    let body = bytes.clone();
    let server = Server::new(move |asked| match asked.if_none_match.as_deref() {
        Some("\"1\"") => unchanged(),
        _ => Reply::good(asked, &body, "\"1\""),
    });
    let want = want(&[server.url("a")]);
    let first = rig.fetch(&want).await.unwrap();
    assert_eq!((first.sha256, &first.version), (digest(&bytes), &Version::of(Some("\"1\""), None)));
    assert_eq!(rig.fetch(&want).await.unwrap(), first, "with where it came from and its version, for the lock file");
    let tags: Vec<_> = server.asked().iter().map(|asked| asked.if_none_match.clone()).collect();
    assert_eq!(tags, [None, Some("\"1\"".to_owned())]);
    assert!(rig.notes.texts().contains("it still has what was fetched before"), "{}", rig.notes.texts());
    // What is not in the store any more is nothing to ask about.
    std::fs::remove_file(rig.store.file(&first.sha256)).unwrap();
    rig.fetch(&want).await.unwrap();
    assert_eq!(server.asked().iter().map(|asked| asked.if_none_match.is_some()).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(rig.stored(&first), bytes);
}

#[tokio::test]
async fn a_date_serves_where_there_is_no_tag() {
    let (rig, bytes) = (Rig::new(), content(1, 1000));
    let server = Server::new(move |asked| match asked.if_modified_since.as_deref() {
        Some(DATE) => unchanged(),
        _ => Reply::new("200 OK", &format!("Content-Length: 1000\r\nLast-Modified: {DATE}\r\n"), bytes.clone()),
    });
    let want = want(&[server.url("a")]);
    let first = rig.fetch(&want).await.unwrap();
    assert_eq!(rig.fetch(&want).await.unwrap(), first);
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn another_version_is_fetched() {
    let rig = Rig::new();
    let (old, new) = (content(1, 300_000), content(2, 300_000));
    let bodies = [old, new.clone()];
    let server = Server::new(move |asked: &Asked| {
        let n = asked.n.min(1);
        Reply::good(asked, &bodies[n], if n == 0 { "\"1\"" } else { "\"2\"" })
    });
    let want = want(&[server.url("a")]);
    rig.fetch(&want).await.unwrap();
    let got = rig.fetch(&want).await.unwrap();
    assert_eq!((got.sha256, rig.stored(&got)), (digest(&new), new));
    // A server that has no word for its version is not asked for another one.
    let body = content(3, 1000);
    let server = Server::new(move |_| Reply::new("200 OK", "Content-Length: 1000\r\n", body.clone()));
    let nameless = super::want(&[server.url("a")]);
    rig.fetch(&nameless).await.unwrap();
    rig.fetch(&nameless).await.unwrap();
    assert!(server.asked().iter().all(|asked| asked.if_none_match.is_none() && asked.if_modified_since.is_none()));
}
