//! What a server sends, and what is made of it.

use std::io::SeekFrom;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use pxectl_model::check::{Check, Content, Depth, Judged};
use pxectl_model::digest::WideHasher;

use super::server::{Reply, Server};
use super::{HASTY, Rig, content, digest, pinned, want};
use crate::fetch::{Client, FetchError, Watch, fetch};

fn good(bytes: Vec<u8>) -> Server {
    Server::new(move |asked| Reply::good(asked, &bytes, "\"1\""))
}

fn failure(error: &FetchError) -> String {
    error.to_string()
}

#[tokio::test]
async fn what_matches_lies_read_only_under_its_digest() {
    let (rig, bytes) = (Rig::new(), content(1, 300_000));
    let server = good(bytes.clone());
    let mut want = pinned(&[server.url("a")], &bytes);
    let mut wide = WideHasher::new();
    wide.update(&bytes);
    want.sha512 = Some(wide.finish());
    let got = rig.fetch(&want).await.unwrap();
    assert_eq!((got.size, got.sha256, got.sha512), (300_000, digest(&bytes), want.sha512));
    assert!(rig.stored(&got) == bytes);
    let mode = std::fs::metadata(rig.store.file(&got.sha256)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o444);
    let left: Vec<_> = std::fs::read_dir(rig.store.root().join("partial")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.iter().all(|path| path.extension().is_some_and(|kind| kind == "lock")), "{left:?}");
    // The second time nobody is asked.
    want.sha512 = None;
    assert_eq!(rig.fetch(&want).await.unwrap().from, None);
    assert_eq!(server.asked().len(), 1);
    // A file that became shorter is no evidence.
    want.size = Some(300_000);
    let file = rig.store.file(&got.sha256);
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, "short").unwrap();
    assert!(rig.fetch(&want).await.unwrap().from.is_some() && rig.stored(&got) == bytes);
}

#[tokio::test]
async fn wrong_bytes_never_get_a_name() {
    let (rig, bytes, other) = (Rig::new(), content(1, 100_000), content(2, 100_000));
    let (bad, fine) = (good(other), good(bytes.clone()));
    let error = rig.fetch(&pinned(&[bad.url("a"), bad.url("b")], &bytes)).await.unwrap_err();
    assert!(error.is_mismatch() && failure(&error).contains("it does not match its sha256: expected"), "{error}");
    assert_eq!(rig.names(), [""; 0]);
    let got = rig.fetch(&pinned(&[bad.url("a"), fine.url("a")], &bytes)).await.unwrap();
    assert_eq!(got.from.unwrap().as_str(), fine.url("a"));
    assert!(rig.notes.texts().contains("trying the next mirror"), "{}", rig.notes.texts());
    assert_eq!(rig.names(), [digest(&bytes).to_string()]);
}

#[tokio::test]
async fn mirrors_are_tried_in_order() {
    let (rig, bytes) = (Rig::new(), content(1, 1000));
    let gone = Server::new(|_| Reply::new("404 Not Found", "Content-Length: 0\r\n", ""));
    let fine = good(bytes.clone());
    let closed = "http://127.0.0.1:1/a".to_owned();
    let got = rig.fetch(&pinned(&[gone.url("a"), closed.clone(), fine.url("a")], &bytes)).await.unwrap();
    assert_eq!(got.from.unwrap().as_str(), fine.url("a"));
    assert_eq!(gone.asked().len(), 1, "404 does not pass");
    let error = rig.fetch(&pinned(&[gone.url("a"), closed], &content(3, 5))).await.unwrap_err();
    assert!(failure(&error).starts_with("no mirror has it\n  http://"), "{error}");
    assert!(failure(&error).contains("it answers 404 Not Found") && failure(&error).contains("refused"), "{error}");
    assert!(error.hint().unwrap().contains("look at its path"));
    assert!(!error.is_mismatch());
}

#[tokio::test]
async fn what_passes_is_waited_for() {
    let (rig, bytes) = (Rig::new(), content(1, 1000));
    let body = bytes.clone();
    let busy = Server::new(move |asked| match asked.n {
        0 => Reply::new("503 Service Unavailable", "Retry-After: 1\r\nContent-Length: 0\r\n", ""),
        1 => Reply::new("429 Too Many Requests", "Content-Length: 0\r\n", ""),
        _ => Reply::good(asked, &body, "\"1\""),
    });
    rig.fetch(&pinned(&[busy.url("a")], &bytes)).await.unwrap();
    assert_eq!(busy.asked().len(), 3);
    let always = Server::new(|_| Reply::new("502 Bad Gateway", "Content-Length: 0\r\n", ""));
    let error = rig.fetch(&pinned(&[always.url("a")], b"x")).await.unwrap_err();
    assert!(failure(&error).contains("it answers 502 Bad Gateway, again and again"), "{error}");
    assert_eq!(always.asked().len(), 3);
}

#[tokio::test]
async fn pages_in_the_place_of_files() {
    let rig = Rig::new();
    let page = Server::new(|_| {
        let body = "<!DOCTYPE html><title>Not here</title>";
        Reply::new("200 OK", &format!("Content-Type: text/html\r\nContent-Length: {}\r\n", body.len()), body)
    });
    let error = rig.fetch(&want(&[page.url("undionly.kpxe")])).await.unwrap_err();
    assert!(failure(&error).contains("it answers with an HTML page, not with the file"), "{error}");
    let error = rig.fetch(&pinned(&[page.url("undionly.kpxe")], b"x")).await.unwrap_err();
    assert!(error.is_mismatch() && failure(&error).contains("what came is an HTML page"), "{error}");
    assert_eq!(rig.names(), [""; 0]);
}

/// Finds fault with whatever begins with `bad`.
#[derive(Debug)]
struct Strict;

impl Check for Strict {
    fn check(&self, _name: &str, _depth: Depth, content: &mut dyn Content) -> std::io::Result<Judged> {
        let mut all = Vec::new();
        content.seek(SeekFrom::End(0))?;
        content.rewind()?;
        content.read_to_end(&mut all)?;
        let problems = if all.starts_with(b"bad") { vec![format!("it has {} bad bytes", all.len())] } else { Vec::new() };
        Ok(Judged { problems, ..Judged::default() })
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_unless_a_digest_asks_for_it() {
    let mut rig = Rig::new();
    rig.client = rig.client.clone().judged_by(Arc::new(Strict));
    let bad = Server::new(|asked| Reply::good(asked, b"bad one", "\"1\""));
    let good = Server::new(|asked| Reply::good(asked, b"good one", "\"1\""));
    let error = rig.fetch(&want(&[bad.url("a.iso")])).await.unwrap_err();
    assert!(error.is_mismatch() && failure(&error).contains("it has 7 bad bytes"), "{error}");
    assert!(error.hint().unwrap().contains("sha256"));
    assert_eq!(rig.names(), [""; 0]);
    let got = rig.fetch(&want(&[bad.url("a.iso"), good.url("a.iso")])).await.unwrap();
    assert_eq!(got.size, 8, "the next mirror is tried");
    assert_eq!(rig.fetch(&pinned(&[bad.url("a.iso")], b"bad one")).await.unwrap().size, 7);
}

#[tokio::test]
async fn redirects_are_followed_but_not_in_circles() {
    let (rig, bytes) = (Rig::new(), content(1, 1000));
    let body = bytes.clone();
    let server = Server::new(move |asked| match asked.path.as_str() {
        "/a" => Reply::new("302 Found", "Location: /b\r\nContent-Length: 0\r\n", ""),
        "/b" => Reply::new("301 Moved Permanently", "Location: /c\r\nContent-Length: 0\r\n", ""),
        "/c" => Reply::good(asked, &body, "\"1\""),
        "/round" => Reply::new("302 Found", "Location: /about\r\nContent-Length: 0\r\n", ""),
        "/about" => Reply::new("302 Found", "Location: /round\r\nContent-Length: 0\r\n", ""),
        endless => Reply::new("302 Found", &format!("Location: {endless}x\r\nContent-Length: 0\r\n"), ""),
    });
    let got = rig.fetch(&pinned(&[server.url("a")], &bytes)).await.unwrap();
    assert_eq!(got.from.unwrap().as_str(), server.url("a"), "as the inventory names it");
    let circle = rig.fetch(&pinned(&[server.url("round")], b"x")).await.unwrap_err();
    assert!(failure(&circle).contains("it redirects in a circle"), "{circle}");
    assert!(circle.hint().unwrap().contains("where it leads"));
    let endless = rig.fetch(&pinned(&[server.url("x")], b"x")).await.unwrap_err();
    assert!(failure(&endless).contains("it redirects more than 5 times"), "{endless}");
}

#[tokio::test]
async fn lengths_that_lie() {
    let (rig, bytes) = (Rig::new(), content(1, 1000));
    let sent = bytes.clone();
    let long = Server::new(move |_| Reply::new("200 OK", "Content-Length: 2000\r\n", sent.clone()));
    let error = rig.fetch(&want(&[long.url("a")])).await.unwrap_err();
    assert!(failure(&error).contains("the connection broke after 1000 bytes"), "{error}");
    let mut known = pinned(&[long.url("a")], &bytes);
    known.size = Some(1000);
    let error = rig.fetch(&known).await.unwrap_err();
    assert!(failure(&error).contains("it has 2000 bytes there, and must have 1000"), "{error}");
    let sent = content(1, 5000);
    let more = Server::new(move |_| {
        let chunk = [b"1388\r\n".as_slice(), &sent, b"\r\n0\r\n\r\n"].concat();
        Reply::new("200 OK", "Transfer-Encoding: chunked\r\n", chunk)
    });
    known.urls = vec![more.url("a").parse().unwrap()];
    let error = rig.fetch(&known).await.unwrap_err();
    assert!(failure(&error).contains("it sends more than the file has"), "{error}");
    // Without a length, but with an end that is told.
    let got = rig.fetch(&want(&[more.url("a")])).await.unwrap();
    assert_eq!(got.size, 5000);
    let silent = Server::new(move |_| Reply::new("200 OK", "", "some bytes"));
    let error = rig.fetch(&want(&[silent.url("a")])).await.unwrap_err();
    assert!(failure(&error).contains("it does not say how long the file is"), "{error}");
    assert_eq!(
        rig.fetch(&pinned(&[silent.url("a")], b"some bytes")).await.unwrap().size,
        10,
        "its digest tells that all is there"
    );
}

#[tokio::test]
async fn a_full_disk_is_told_before_the_first_byte() {
    let rig = Rig::new();
    let huge = Server::new(|_| Reply::new("200 OK", "Content-Length: 1000000000000000000\r\n", "x"));
    let error = rig.fetch(&want(&[huge.url("a"), huge.url("b")])).await.unwrap_err();
    assert!(matches!(&error, FetchError::NoRoom { need: Some(1_000_000_000_000_000_000), free, .. } if *free > 0), "{error}");
    assert_eq!(huge.asked().len(), 1, "another mirror would not help");
}

#[tokio::test]
async fn files_of_this_host() {
    let rig = Rig::new();
    let path = rig.folder.path().join("an image");
    std::fs::write(&path, content(7, 300_000)).unwrap();
    let url = format!("file://{}", path.display().to_string().replace(' ', "%20"));
    let got = rig.fetch(&want(std::slice::from_ref(&url))).await.unwrap();
    assert!(rig.stored(&got) == content(7, 300_000));
    assert!(rig.fetch(&pinned(&[url], b"x")).await.unwrap_err().is_mismatch());
    let folder = format!("file://{}", rig.folder.path().display());
    let error = rig.fetch(&want(&[folder])).await.unwrap_err();
    assert!(failure(&error).contains("it is not a regular file"), "{error}");
}

#[tokio::test]
async fn plain_http_without_a_digest_is_not_tried() {
    let (rig, bytes) = (Rig::new(), content(1, 1000));
    let server = good(bytes.clone());
    let path = rig.folder.path().join("a");
    std::fs::write(&path, &bytes).unwrap();
    let watch: std::sync::Arc<dyn Watch> = rig.notes.clone();
    let client = Client::new(HASTY).unwrap();
    let error = fetch(&rig.store, &client, &want(&[server.url("a")]), &watch).await.unwrap_err();
    assert!(failure(&error).contains("it is plain http, and no digest is known"), "{error}");
    let both = want(&[server.url("a"), format!("file://{}", path.display())]);
    assert_eq!(fetch(&rig.store, &client, &both, &watch).await.unwrap().sha256, digest(&bytes));
    assert_eq!(server.asked().len(), 0);
}
