//! Files, ranges, conditions, and that the bytes are the file's.

use pxectl_model::body::Extent;
use pxectl_model::event::{EventKind, Payload};

use crate::rig::{Client, PIECES, Response, Rig, WHOLE, content, many};

fn pieces() -> Vec<u8> {
    let whole = content(WHOLE);
    let part = |n: usize| {
        let start = usize::try_from(PIECES[n].offset).unwrap();
        &whole[start..start + usize::try_from(PIECES[n].len).unwrap()]
    };
    [part(0), part(1), part(2)].concat()
}

/// What lies in all those parts.
fn many_parts() -> Vec<u8> {
    let whole = content(WHOLE);
    let part = |extent: &Extent| {
        let start = usize::try_from(extent.offset).unwrap();
        whole[start..start + usize::try_from(extent.len).unwrap()].to_vec()
    };
    many().iter().flat_map(part).collect()
}

#[test]
fn whole_bodies_are_the_files() {
    let rig = Rig::new();
    let mut client = rig.connect();
    let cases = [
        ("/artifacts/whole", content(WHOLE)),
        ("/artifacts/pieces", pieces()),
        ("/artifacts/empty", Vec::new()),
        ("/artifacts/made", content(300_000)),
        ("/media/iso/many", many_parts()),
        ("/media/iso/none", Vec::new()),
        ("/artifacts/dir/a%20b.iso", content(WHOLE)),
        ("/nbp/snponly.efi", content(1000)),
        ("/boot.ipxe", b"#!ipxe\necho stage 1\n".to_vec()),
        ("/default.ipxe", b"#!ipxe\necho stage 1\n".to_vec()),
    ];
    for (target, expected) in cases {
        let response = client.get(target, "");
        assert_eq!(response.status, 200, "{target}");
        assert!(response.body == expected, "{target}");
        let head = client.head(target, "");
        assert_eq!(head.status, 200);
        for name in ["content-length", "etag", "last-modified", "content-type", "accept-ranges"] {
            assert_eq!(head.header(name), response.header(name), "{target} {name}");
            assert_ne!(head.header(name), "", "{target} {name}");
        }
    }
    assert_eq!(client.get("/nbp/snponly.efi", "").header("content-type"), "application/efi");
    assert_eq!(client.get("/artifacts/dir/a%20b.iso", "").header("content-type"), "application/vnd.efi-iso");
}

#[test]
fn ranges_are_parts_of_the_file() {
    let rig = Rig::new();
    let mut client = rig.connect();
    let targets = [
        ("/artifacts/whole", content(WHOLE)),
        ("/artifacts/pieces", pieces()),
        ("/artifacts/made", content(300_000)),
        ("/media/iso/many", many_parts()),
    ];
    for (target, whole) in targets {
        let len = whole.len();
        for (first, last) in [(0, 0), (0, len - 1), (len - 1, len - 1), (69_990, 70_010), (1, 200_000), (len - 5000, len - 1)] {
            let response = client.get(target, &format!("Range: bytes={first}-{last}\r\n"));
            assert_eq!(response.status, 206, "{target} {first}-{last}");
            assert_eq!(response.header("content-range"), format!("bytes {first}-{last}/{len}"));
            assert!(response.body == whole[first..=last], "{target} {first}-{last}");
        }
        let response = client.get(target, "Range: bytes=-7\r\n");
        assert!(response.body == whole[len - 7..]);
        for (range, status) in [("bytes=0-1,4-5", 200), ("bytes=junk", 200), ("bytes=5-2", 200), ("", 200)] {
            let response = client.get(target, &format!("Range: {range}\r\n"));
            assert!(response.status == status && response.body == whole, "{range}");
        }
        let response = client.get(target, &format!("Range: bytes={len}-\r\n"));
        assert_eq!((response.status, response.header("content-range")), (416, format!("bytes */{len}").as_str()));
        let head = client.head(target, "Range: bytes=0-0\r\n");
        assert_eq!((head.status, head.header("content-length")), (200, len.to_string().as_str()), "a range is for GET");
    }
}

#[test]
fn conditions() {
    let rig = Rig::new();
    let mut client = rig.connect();
    let first = client.get("/artifacts/whole", "");
    let (etag, date) = (first.header("etag"), first.header("last-modified"));
    for header in
        [format!("If-None-Match: {etag}"), format!("If-None-Match: \"x\", W/{etag}"), format!("If-Modified-Since: {date}")]
    {
        let response = client.get("/artifacts/whole", &format!("{header}\r\n"));
        assert_eq!((response.status, response.header("etag")), (304, etag), "{header}");
    }
    let old = "Mon, 01 Jan 2001 00:00:00 GMT";
    let both = format!("If-None-Match: \"x\"\r\nIf-Modified-Since: {date}\r\n");
    assert_eq!(client.get("/artifacts/whole", &both).status, 200, "the tag decides");
    assert_eq!(client.get("/artifacts/whole", &format!("If-Modified-Since: {old}\r\n")).status, 200);
    for (validator, status) in [(etag, 206), (date, 206), ("\"x\"", 200), (old, 200)] {
        let response = client.get("/artifacts/whole", &format!("Range: bytes=0-3\r\nIf-Range: {validator}\r\n"));
        assert_eq!(response.status, status, "{validator}");
    }
    assert_ne!(client.get("/artifacts/pieces", "").header("etag"), etag, "parts of one file are not it");
}

#[test]
fn keep_alive_and_pipelines_answer_in_order() {
    let rig = Rig::new();
    let mut client = rig.connect();
    let requests = ["/artifacts/whole", "/boot.ipxe", "/artifacts/pieces", "/healthz", "/artifacts/nothing", "/artifacts/made"];
    let all: String = requests.iter().map(|target| format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n")).collect();
    client.send(&all.repeat(3));
    for _ in 0..3 {
        let responses: Vec<Response> = requests.iter().map(|_| client.response(true)).collect();
        assert!(responses[0].body == content(WHOLE));
        assert_eq!(responses[1].text(), "#!ipxe\necho stage 1\n");
        assert!(responses[2].body == pieces());
        assert_eq!(responses[3].text(), "ok\n");
        assert_eq!(responses[4].status, 404);
        assert!(responses[5].body == content(300_000));
    }
    let last = client.get("/artifacts/made", "Connection: close\r\n");
    assert_eq!(last.status, 200);
    assert_eq!(client.rest(), b"");
    let mut old = rig.connect();
    old.send("GET /artifacts/made HTTP/1.0\r\n\r\n");
    assert!(old.response(true).body == content(300_000));
    assert_eq!(old.rest(), b"");
}

#[test]
fn many_readers_at_once_each_get_their_bytes() {
    let rig = Rig::new();
    let whole = content(WHOLE);
    let step = WHOLE / 64;
    std::thread::scope(|scope| {
        for reader in 0..64 {
            let (addr, whole) = (rig.addr, &whole);
            scope.spawn(move || {
                let mut client = Client::to(addr);
                let (first, last) = (reader * step, reader * step + step - 1);
                for _ in 0..3 {
                    let part = client.get("/artifacts/whole", &format!("Range: bytes={first}-{last}\r\n"));
                    assert!(part.body == whole[first..=last], "{reader}");
                }
                assert!(client.get("/artifacts/whole", "").body == *whole, "{reader}");
            });
        }
    });
}

#[test]
fn each_transfer_is_told_from_its_start_to_its_end() {
    let rig = Rig::new();
    rig.get("/artifacts/whole");
    let mut client = rig.connect();
    client.get("/artifacts/pieces", "Range: bytes=100-299\r\n");
    client.head("/artifacts/made", "");
    client.get("/boot.ipxe", "");
    let done: Vec<_> = (1..=3)
        .map(|id| {
            rig.log.wait(|kind| match kind {
                EventKind::TransferDone { transfer, .. } if transfer.id == id => Some(transfer.clone()),
                _ => None,
            })
        })
        .collect();
    assert_eq!((done[0].bytes, done[0].whole), (WHOLE as u64, WHOLE as u64));
    assert_eq!((done[1].bytes, done[1].whole), (200, pieces().len() as u64));
    assert_eq!(done.iter().map(|transfer| transfer.name.as_str()).collect::<Vec<_>>(), ["whole", "pieces", "boot.ipxe"]);
    assert_eq!(done[2].payload, Payload::Stage1);
    assert_eq!(rig.log.count(|kind| matches!(kind, EventKind::TransferStarted(_))), 3, "a HEAD transfers nothing");
    assert!(matches!(rig.log.all()[0], EventKind::Listening { http, .. } if http == rig.addr));
}

#[test]
fn a_file_inside_an_image_has_the_conditions_and_ranges_of_any_other() {
    let rig = Rig::new();
    let mut client = rig.connect();
    let first = client.head("/media/iso/many", "");
    let (etag, date) = (first.header("etag").to_owned(), first.header("last-modified").to_owned());
    assert_eq!(client.get("/media/iso/many", &format!("If-None-Match: {etag}\r\n")).status, 304);
    let many = many_parts();
    for (validator, status) in [(etag.as_str(), 206), (date.as_str(), 206), ("\"x\"", 200)] {
        let response = client.get("/media/iso/many", &format!("Range: bytes=890-900000\r\nIf-Range: {validator}\r\n"));
        assert_eq!(response.status, status, "{validator}");
        assert!(response.body == if status == 206 { &many[890..=900_000] } else { &many[..] }, "{validator}");
    }
    assert_ne!(client.head("/artifacts/whole", "").header("etag"), etag, "it is not its image");
    assert_eq!(client.get("/media/iso/none", "Range: bytes=0-\r\n").status, 416);
    assert_eq!(client.get("/media/iso/none", "Range: bytes=-5\r\n").status, 416);
    for nothing in ["/media/iso", "/media/iso/manyx", "/media/many", "/artifacts/iso/many", "/media/whole", "/media/iso/many/"] {
        assert!(matches!(client.get(nothing, "").status, 400 | 404), "{nothing}");
    }
}

#[test]
fn an_image_that_changes_is_served_no_more() {
    let rig = Rig::new();
    let id = rig.boot("LIVE-0001");
    let target = format!("/b/{id}/media/iso/many");
    assert!(rig.get(&target).body == many_parts());
    let done = rig.log.wait(|kind| match kind {
        EventKind::TransferDone { transfer, .. } if transfer.name == "iso/many" => Some(transfer.payload.clone()),
        _ => None,
    });
    assert_eq!(done, Payload::Load { role: "initrd".to_owned() });
    std::fs::File::options().append(true).open(rig.dir.path().join("whole")).unwrap().set_len(1000).unwrap();
    for target in [target.as_str(), "/media/iso/many", "/media/iso/none"] {
        assert_eq!(rig.get(target).status, 503, "{target}");
    }
}
