use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::tftp::{bytes, digest};
use super::web_server::{Page, serve};
use crate::client::{Body, HttpClient, HttpError, HttpRequest, Method};

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 78));

fn get(target: &str) -> HttpRequest<'_> {
    HttpRequest {
        method: Method::Get,
        target,
        host: "10.1.0.1:8080",
        user_agent: "iPXE/1",
        accept: false,
        range: None,
        body: Body { keep: 4, limit: 10 << 20 },
    }
}

fn client() -> HttpClient {
    HttpClient::new(LOCAL, Duration::from_secs(20))
}

#[tokio::test]
async fn bodies_are_hashed_and_connections_kept() {
    let file = bytes(3_000_000);
    let web = serve(vec![("/a", Page::Bytes(file.clone())), ("/empty", Page::Bytes(Vec::new()))]).await;
    let mut client = client();
    for _ in 0..3 {
        let got = client.ask(web.at, &get("/a?x=1")).await.unwrap();
        assert_eq!((got.status, got.bytes, got.sha256), (200, 3_000_000, digest(&file)));
        assert_eq!((got.length, got.kept.as_slice()), (Some(3_000_000), &file[..4]));
    }
    assert_eq!(client.ask(web.at, &get("/empty")).await.unwrap().bytes, 0);
    assert_eq!(client.ask(web.at, &get("/missing")).await.unwrap().status, 404);
    let peers = web.peers.lock().unwrap();
    assert_eq!((peers.len(), peers[0].ip()), (1, LOCAL), "one connection, from the machine's own address");
    let log = web.log.lock().unwrap();
    assert!(log[0].starts_with("GET /a?x=1 HTTP/1.1\r\n") && log[0].contains("host: 10.1.0.1:8080\r\n"), "{}", log[0]);
}

#[tokio::test]
async fn heads_and_ranges() {
    let file = bytes(5000);
    let web = serve(vec![("/a", Page::Bytes(file.clone()))]).await;
    let mut client = client();
    let head = client.ask(web.at, &HttpRequest { method: Method::Head, ..get("/a") }).await.unwrap();
    assert_eq!((head.length, head.bytes), (Some(5000), 0));
    let part = client.ask(web.at, &HttpRequest { range: Some((10, 19)), ..get("/a") }).await.unwrap();
    assert_eq!((part.status, part.sha256), (206, digest(&file[10..20])));
}

#[tokio::test]
async fn what_is_not_whole_is_an_error() {
    let web = serve(vec![
        ("/short", Page::Short(bytes(1000), 1)),
        ("/open", Page::NoLength(bytes(1000))),
        ("/close", Page::Close(bytes(10))),
        ("/a", Page::Bytes(bytes(1000))),
    ])
    .await;
    let mut client = client();
    assert!(matches!(client.ask(web.at, &get("/short")).await, Err(HttpError::Exchange { bytes: 1000, .. })));
    let open = client.ask(web.at, &get("/open")).await.unwrap();
    assert_eq!((open.length, open.bytes), (None, 1000));
    let small = HttpRequest { body: Body { keep: 0, limit: 999 }, ..get("/a") };
    assert!(matches!(client.ask(web.at, &small).await, Err(HttpError::TooLong(999))));
    assert!(matches!(client.ask(web.at, &get("not a target")).await, Err(HttpError::Request(_))));
    // A server may close a connection that it had kept; the next request makes a new one.
    for _ in 0..3 {
        assert_eq!(client.ask(web.at, &get("/close")).await.unwrap().bytes, 10);
    }
    let at = web.at;
    drop(web);
    let mut impatient = HttpClient::new(LOCAL, Duration::from_millis(300));
    assert!(impatient.ask(at, &get("/a")).await.is_err());
}
