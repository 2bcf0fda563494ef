//! Answers that no server should give: each ends with a sentence, within bounds, and nothing of it is taken for the file.

use super::server::{Asked, Reply, Server};
use super::{Rig, content, digest, pinned, want};

const LEN: usize = 20_000;

/// What a fetch from a server that answers so says, and how often it asked.
async fn said(reply: impl Fn(&Asked) -> Reply + Send + Sync + 'static, pin: bool) -> (String, usize) {
    let (rig, server) = (Rig::new(), Server::new(reply));
    let urls = [server.url("linux")];
    let error = rig.fetch(&if pin { pinned(&urls, &content(1, LEN)) } else { want(&urls) }).await.unwrap_err();
    assert_eq!(rig.names(), [""; 0]);
    (error.to_string(), server.asked().len())
}

fn head(fields: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{fields}\r\n")
}

#[tokio::test]
async fn what_is_no_http_is_not_asked_for_again() {
    let many: String = (0..5000).map(|n| format!("X-{n}: y\r\n")).collect();
    let odd: Vec<(Vec<u8>, &str)> = vec![
        ((0..=255).cycle().take(9000).collect(), "invalid HTTP version"),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n".into(), "invalid HTTP version"),
        ("HTTP/1.1 999999 What\r\n\r\n".into(), "invalid HTTP status-code"),
        ("HTTP/1.1 404 \x1b[31mred\r\n\r\n".into(), "invalid HTTP status-code"),
        (b"HTTP/1.1 200 OK\r\nX-\0\xff: \x01\r\n\r\n".into(), "invalid HTTP header"),
        (head("ETag: a\0b\r\n").into(), "invalid HTTP header"),
        (head("Location: \x1b[31m\r\n").into(), "invalid HTTP header"),
        (head(&many).into(), "message head is too large"),
        (head(&format!("X: {}\r\n", "a".repeat(2 << 20))).into(), "message head is too large"),
        (head("Content-Length: 20000\r\nContent-Length: 5\r\n").into(), "invalid content-length"),
        (head("Content-Length: -5\r\n").into(), "invalid content-length"),
        (head("Content-Length: 0x10\r\n").into(), "invalid content-length"),
        (head("Content-Length: 99999999999999999999999999\r\n").into(), "invalid content-length"),
    ];
    for (bytes, why) in odd {
        let (error, asked) = said(move |_| Reply::raw(bytes.clone()), true).await;
        assert!(error.contains("it does not answer as HTTP servers do: ") && error.ends_with(why), "{why}: {error}");
        assert_eq!(asked, 1, "{why}");
    }
}

#[tokio::test]
async fn a_flood_is_not_taken_in() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (begin, again, why) in [
        ("HTTP/1.1 200 OK\r\n", "X: y\r\n", "message head is too large"),
        ("HTTP/1.1 200 OK\r\nX: ", "a", "message head is too large"),
        ("HTTP/1.1 200 ", "a", "message head is too large"),
        (&format!("{chunked}5;"), "a", "what it sends makes no sense after 0 bytes (chunk extensions over limit)"),
        (&format!("{chunked}5\r\nabcde\r\n0\r\n"), "X: y\r\n", "what it sends makes no sense after 5 bytes (chunk trailers"),
    ] {
        let (rig, begin) = (Rig::new(), begin.to_owned());
        let server = Server::new(move |_| Reply::flood(&begin, again));
        let error = rig.fetch(&pinned(&[server.url("a")], b"x")).await.unwrap_err().to_string();
        assert!(error.contains(why), "{why}: {error}");
        // Of each of three tries a few hundred kilobytes, and what the system keeps for both ends.
        assert!(server.flooded() < 64 << 20, "{why}: it took {} bytes", server.flooded());
    }
}

#[tokio::test]
async fn chunks_that_make_no_sense() {
    for (line, why) in [("zz", "missing size digit"), ("-5", "missing size digit"), ("fffffffffffffffffff", "overflow")] {
        let text = format!("{}{line}\r\nabcde\r\n0\r\n\r\n", head("Transfer-Encoding: chunked\r\n"));
        let (error, _) = said(move |_| Reply::raw(text.clone()), true).await;
        assert!(error.contains("what it sends makes no sense after 0 bytes (") && error.contains(why), "{error}");
    }
}

#[tokio::test]
async fn answers_to_another_question() {
    let bytes = content(1, LEN);
    let part = |from: usize, to: usize, fields: &str| {
        let range = format!("Content-Range: bytes {from}-{to}/{LEN}\r\nContent-Length: {}\r\n{fields}", to + 1 - from);
        Reply::new("206 Partial Content", &range, content(1, LEN)[from..=to].to_vec())
    };
    // All of it as a part is all of it.
    let (rig, server) = (Rig::new(), Server::new(move |_| part(0, LEN - 1, "")));
    rig.fetch(&pinned(&[server.url("a")], &bytes)).await.unwrap();
    for pin in [false, true] {
        let why = "it sends a part, though all of it was asked for";
        for reply in [0, 1, 2] {
            let (error, asked) = said(
                move |_| match reply {
                    0 => Reply::new("206 Partial Content", "Content-Length: 5\r\n", "abcde"),
                    1 => part(5, LEN - 1, ""),
                    _ => Reply::new(
                        "206 Partial Content",
                        "Content-Type: multipart/byteranges; boundary=x\r\n",
                        "--x\r\n\r\n--x--",
                    ),
                },
                pin,
            )
            .await;
            assert!(error.ends_with(why) && asked == 1, "{error}, asked {asked} times");
        }
        let (error, asked) = said(|_| Reply::new("416 No", "Content-Range: bytes */0\r\nContent-Length: 0\r\n", ""), pin).await;
        assert!(error.ends_with("it answers 416 Range Not Satisfiable") && asked == 1, "{error}, asked {asked} times");
        for to in ["", "Location: file:///etc/passwd\r\n", "Location: http://\r\n"] {
            let (error, asked) = said(move |_| Reply::new("302 Found", &format!("{to}Content-Length: 0\r\n"), ""), pin).await;
            assert!(error.ends_with("it answers 302 Found and names no address of http or https to go to"), "{error}");
            assert_eq!(asked, 1);
        }
    }
}

#[tokio::test]
async fn parts_that_lie_begin_anew_and_whoever_goes_on_lying_is_given_up() {
    for (fields, why) in [
        (format!("Content-Range: bytes 0-{}/{LEN}", LEN - 1), "it sends another range than was asked for"),
        (format!("Content-Range: bytes 9999-{}/{LEN}", LEN - 1), "it sends another range than was asked for"),
        ("Content-Type: multipart/byteranges; boundary=x".to_owned(), "it sends a part without saying which"),
        (format!("Content-Range: bytes 10000-{LEN}/{LEN}"), "it sends a part without saying which"),
        (format!("Content-Range: bytes 10000-{}/99999999999999999999", LEN - 1), "it sends a part without saying which"),
        (format!("Content-Range: bytes 10000-10010/{LEN}"), "the part that it sends is not as long as it says"),
    ] {
        for honest in [1, usize::MAX] {
            let (rig, bytes, fields) = (Rig::new(), content(1, LEN), fields.clone());
            let body = bytes.clone();
            let server = Server::new(move |asked| match asked.from {
                Some(_) if asked.n < honest.saturating_mul(2) => {
                    let fields = format!("{fields}\r\nContent-Length: 10000\r\nETag: \"1\"\r\n");
                    Reply::new("206 Partial Content", &fields, body[10_000..].to_vec())
                }
                None if asked.n < honest => Reply::good(asked, &body, "\"1\"").cut(10_000),
                _ => Reply::good(asked, &body, "\"1\""),
            });
            // Nothing but what the server says tells here.
            let got = rig.fetch(&want(&[server.url("a")])).await;
            match honest {
                1 => assert_eq!(got.unwrap().sha256, digest(&bytes), "{why}: {}", rig.notes.texts()),
                _ => assert!(got.unwrap_err().to_string().ends_with(why), "{why}: {}", rig.notes.texts()),
            }
            assert!(rig.notes.texts().contains(&format!("{why}; from the beginning")), "{why}: {}", rig.notes.texts());
        }
    }
}

#[tokio::test]
async fn codings_that_nobody_asked_for() {
    let chunk = "5\r\nabcde\r\n0\r\n\r\n";
    for coding in ["gzip, chunked", "gzip\r\nTransfer-Encoding: chunked", "x-secret, chunked"] {
        let text = format!("{}{chunk}", head(&format!("Transfer-Encoding: {coding}\r\n")));
        let (error, asked) = said(move |_| Reply::raw(text.clone()), false).await;
        assert!(error.ends_with("it sends the file in a transfer coding that it was not asked for"), "{coding}: {error}");
        assert_eq!(asked, 1);
    }
    // RFC 9112, 6.3: chunked wins over a length. Twice the same length is one.
    for fields in ["Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "Transfer-Encoding: Chunked\r\n"] {
        let (rig, text) = (Rig::new(), format!("{}{chunk}", head(fields)));
        let server = Server::new(move |_| Reply::raw(text.clone()));
        assert_eq!(rig.fetch(&want(&[server.url("a")])).await.unwrap().size, 5, "{fields}");
    }
    let (rig, text) = (Rig::new(), head("Content-Length: 5\r\nContent-Length: 5\r\n") + "abcde");
    let server = Server::new(move |_| Reply::raw(text.clone()));
    assert_eq!(rig.fetch(&want(&[server.url("a")])).await.unwrap().size, 5);
}

#[tokio::test]
async fn a_byte_at_a_time() {
    let (rig, bytes) = (Rig::new(), content(1, 3000));
    let body = bytes.clone();
    let server = Server::new(move |asked| Reply::good(asked, &body, "\"1\"").drip());
    assert_eq!(rig.fetch(&want(&[server.url("a")])).await.unwrap().sha256, digest(&bytes));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn what_is_all_here_is_not_asked_for() {
    // Chunks without an end, of a server that knows no ranges: the digest tells that nothing is missing.
    let (rig, bytes) = (Rig::new(), content(1, LEN));
    let chunk = [format!("{LEN:x}\r\n").as_bytes(), &bytes, b"\r\n"].concat();
    let server = Server::new(move |_| Reply::new("200 OK", "Transfer-Encoding: chunked\r\n", chunk.clone()));
    assert_eq!(rig.fetch(&pinned(&[server.url("a")], &bytes)).await.unwrap().sha256, digest(&bytes));
    assert_eq!(server.asked().len(), 1, "{}", rig.notes.texts());
}
