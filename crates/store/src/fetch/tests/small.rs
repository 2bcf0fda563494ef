//! Small things in memory, and who is shown a password.

use std::sync::Arc;

use pxectl_model::secret::Secret;

use super::server::{Reply, Server};
use super::{Rig, content, digest, pinned};
use crate::fetch::{Auth, Brought, FetchError, Proof, Small, Watch, read};

const MOST: u64 = 1000;

async fn get(rig: &Rig, urls: &[String], auth: Option<Auth>) -> Result<Brought, FetchError> {
    let urls = urls.iter().map(|url| url.parse().unwrap()).collect();
    let watch: Arc<dyn Watch> = rig.notes.clone();
    read(&rig.client, &Small { name: "linux".into(), urls, auth, most: MOST }, &watch).await
}

fn sized(body: &[u8]) -> Reply {
    Reply::new("200 OK", &format!("Content-Length: {}\r\n", body.len()), body)
}

#[tokio::test]
async fn it_comes_from_the_first_mirror_that_has_it() {
    let rig = Rig::new();
    let gone = Server::new(|_| Reply::new("404 Not Found", "Content-Length: 0\r\n", ""));
    let flaky = Server::new(|asked| match asked.n {
        0 => Reply::new("503 Service Unavailable", "Content-Length: 0\r\n", ""),
        1 => sized(b"twelve bytes").cut(5),
        _ => sized(b"twelve bytes"),
    });
    let got = get(&rig, &[gone.url("a"), flaky.url("a")], None).await.unwrap();
    assert_eq!((got.bytes.as_slice(), got.from.as_str()), (b"twelve bytes".as_slice(), flaky.url("a").as_str()));
    let notes = rig.notes.texts();
    assert!(notes.contains("404 Not Found; trying the next mirror") && notes.contains("503"), "{notes}");
    let path = rig.folder.path().join("sums");
    std::fs::write(&path, "of this host").unwrap();
    assert_eq!(get(&rig, &[format!("file://{}", path.display())], None).await.unwrap().bytes, b"of this host");
}

#[tokio::test]
async fn it_is_bounded() {
    let rig = Rig::new();
    let chunked = |len: usize| {
        let body = [format!("{len:x}\r\n").into_bytes(), vec![b'a'; len], b"\r\n0\r\n\r\n".to_vec()].concat();
        Reply::new("200 OK", "Transfer-Encoding: chunked\r\n", body)
    };
    let server = Server::new(move |asked| match asked.path.as_str() {
        "/told" => Reply::new("200 OK", "Content-Length: 1001\r\n", vec![0; 1001]),
        "/chunked" => chunked(1001),
        "/fits" => chunked(1000),
        "/html" => Reply::new("200 OK", "Content-Type: text/html\r\nContent-Length: 1\r\n", "x"),
        _ => sized(b"short").cut(3),
    });
    for (path, why) in [
        ("told", "larger than 1000 bytes"),
        ("chunked", "larger than 1000 bytes"),
        ("html", "an HTML page"),
        ("cut", "the connection broke after 3 bytes"),
    ] {
        let error = get(&rig, &[server.url(path)], None).await.unwrap_err().to_string();
        assert!(error.contains(why), "{path}: {error}");
    }
    assert_eq!(get(&rig, &[server.url("fits")], None).await.unwrap().bytes.len(), 1000);
    let path = rig.folder.path().join("long");
    std::fs::write(&path, vec![0; 1001]).unwrap();
    let error = get(&rig, &[format!("file://{}", path.display())], None).await.unwrap_err().to_string();
    assert!(error.contains("larger than 1000 bytes"), "{error}");
}

#[tokio::test]
async fn a_password_is_for_its_own_server() {
    let (rig, bytes) = (Rig::new(), content(1, 1000));
    let (body, good) = (bytes.clone(), bytes.clone());
    let elsewhere = Server::new(move |asked| Reply::good(asked, &body, "\"1\""));
    let location = elsewhere.url("b");
    let guarded = Server::new(move |asked| match (asked.authorization.as_deref(), asked.path.as_str()) {
        (None, _) => Reply::new("401 Unauthorized", "WWW-Authenticate: Bearer\r\nContent-Length: 0\r\n", ""),
        (Some(_), "/far") => Reply::new("302 Found", &format!("Location: {location}\r\nContent-Length: 0\r\n"), ""),
        (Some(_), "/near") => Reply::new("302 Found", "Location: /here\r\nContent-Length: 0\r\n", ""),
        _ => Reply::good(asked, &good, "\"1\""),
    });
    let auth = Auth::new(guarded.url("").parse().unwrap(), Proof::Bearer(Secret::new("hunter2"))).unwrap();
    for path in ["near", "far"] {
        let mut want = pinned(&[guarded.url(path)], &bytes);
        want.auth = Some(auth.clone());
        let _ = std::fs::remove_dir_all(rig.store.root());
        assert_eq!(rig.fetch(&want).await.unwrap().sha256, digest(&bytes));
        let got = get(&rig, &[guarded.url(path)], Some(auth.clone())).await.unwrap();
        assert!(got.bytes == bytes);
    }
    let shown: Vec<_> = guarded.asked().into_iter().map(|asked| asked.authorization).collect();
    assert!(shown.len() == 6 && shown.iter().all(|shown| shown.as_deref() == Some("Bearer hunter2")), "{shown:?}");
    // Neither by a redirect nor as a mirror does another server see it.
    let mut want = pinned(&[guarded.url("none"), elsewhere.url("a")], b"x");
    want.auth = Some(auth);
    let error = rig.fetch(&want).await.unwrap_err();
    let asked = elsewhere.asked();
    assert!(asked.len() == 3 && asked.iter().all(|asked| asked.authorization.is_none()), "{asked:?}");
    assert!(!format!("{error} {error:?} {want:?} {}", rig.notes.texts()).contains("hunter2"));
    want.auth = None;
    let error = rig.fetch(&want).await.unwrap_err().to_string();
    assert!(error.contains("it answers 401 Unauthorized"), "{error}");
}
