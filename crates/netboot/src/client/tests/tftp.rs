use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use pxectl_model::digest::{Hasher, Sha256};

use super::tftp_server::{Server, Trouble, serve};
use crate::client::{TftpClient, TftpError, TftpOptions};

pub(super) fn bytes(len: usize) -> Vec<u8> {
    let mut state = 1u32;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect()
}

pub(super) fn digest(bytes: &[u8]) -> Sha256 {
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    hasher.finish()
}

fn client(server: &Server) -> TftpClient {
    let local = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 77));
    TftpClient { local, server: server.at, limit: 100 << 20, patience: Duration::from_secs(20) }
}

fn options(blksize: u16, windowsize: u16) -> TftpOptions {
    TftpOptions { blksize: Some(blksize), windowsize: Some(windowsize), tsize: true, timeout: None }
}

#[tokio::test]
async fn every_length_arrives_whole() {
    for len in [0, 1, 511, 512, 513, 1468, 14_680, 100_000] {
        let file = bytes(len);
        let server = serve(file.clone(), Trouble::default()).await;
        for asked in [TftpOptions::default(), options(512, 1), options(1468, 4), options(8192, 16), options(65464, 1)] {
            let got = client(&server).read("a", asked).await.unwrap();
            assert_eq!((got.bytes, got.sha256), (len as u64, digest(&file)), "{len} {asked:?}");
            assert_eq!(got.tsize, asked.tsize.then_some(len as u64));
            assert_eq!(got.head, file[..len.min(8192)]);
            assert_eq!(got.blksize, usize::from(asked.blksize.unwrap_or(512)));
        }
    }
}

#[tokio::test]
async fn block_numbers_roll_over() {
    let file = bytes(70_000 * 8 + 3);
    let server = serve(file.clone(), Trouble::default()).await;
    let got = client(&server).read("a", options(8, 64)).await.unwrap();
    assert_eq!(got.sha256, digest(&file));
}

#[tokio::test]
async fn lost_packets_are_made_good() {
    let file = bytes(60_000);
    for asked in [options(1468, 1), options(1468, 16), TftpOptions { blksize: Some(1468), ..TftpOptions::default() }] {
        let server = serve(file.clone(), Trouble { loss: 20, ..Trouble::default() }).await;
        let got = client(&server).read("a", asked).await.unwrap();
        assert_eq!(got.sha256, digest(&file), "{asked:?}");
    }
}

#[tokio::test]
async fn a_server_without_options_is_understood() {
    let file = bytes(2000);
    let server = serve(file.clone(), Trouble { no_options: true, ..Trouble::default() }).await;
    let got = client(&server).read("a", options(1468, 4)).await.unwrap();
    assert_eq!((got.sha256, got.blksize, got.windowsize, got.tsize), (digest(&file), 512, 1, None));
    assert_eq!(client(&server).size("a", options(1468, 4)).await.unwrap(), None);
}

#[tokio::test]
async fn strangers_are_told_so_and_change_nothing() {
    let file = bytes(3000);
    let server = serve(file.clone(), Trouble { stranger: true, ..Trouble::default() }).await;
    let got = client(&server).read("a", options(1468, 1)).await.unwrap();
    assert_eq!(got.sha256, digest(&file));
    let strange = server.strange.lock().unwrap();
    assert!(!strange.is_empty() && strange.iter().all(|packet| packet.starts_with(&[0, 5, 0, 5])));
}

#[tokio::test]
async fn refusals_and_lies_are_errors() {
    let server = serve(bytes(5000), Trouble::default()).await;
    match client(&server).read("missing", options(1468, 1)).await.unwrap_err() {
        TftpError::Refused { code: 1, text } => assert_eq!(text, "no such?file"),
        other => panic!("{other}"),
    }
    let impatient = TftpClient { patience: Duration::from_millis(300), ..client(&server) };
    assert!(matches!(impatient.read("silent", options(1468, 1)).await, Err(TftpError::Silence { bytes: 0, .. })));
    let small = TftpClient { limit: 4999, ..client(&server) };
    assert!(matches!(small.read("a", options(1468, 1)).await, Err(TftpError::TooLong(4999))));
    assert!(matches!(small.read("a", TftpOptions::default()).await, Err(TftpError::TooLong(4999))));
    let greedy = serve(bytes(5000), Trouble { greedy: true, ..Trouble::default() }).await;
    assert!(matches!(client(&greedy).read("a", options(1468, 1)).await, Err(TftpError::Protocol(_))));
    let liar = serve(bytes(5000), Trouble { wrong_size: 1, ..Trouble::default() }).await;
    assert!(matches!(client(&liar).read("a", options(1468, 1)).await, Err(TftpError::Protocol(_))));
}

#[tokio::test]
async fn a_size_is_learnt_and_the_transfer_broken_off() {
    let server = serve(bytes(123_456), Trouble::default()).await;
    let size = client(&server).size("snponly.efi", options(1468, 4)).await.unwrap();
    assert_eq!(size, Some(123_456));
    let got = client(&server).read("snponly.efi", TftpOptions { tsize: false, ..options(1468, 4) }).await.unwrap();
    assert_eq!(got.bytes, 123_456);
    let log = server.log.lock().unwrap();
    assert_eq!(log[0], "snponly.efi tsize=0 blksize=1468 windowsize=4");
    assert!(log.contains(&"error 8".to_owned()) && log.contains(&"snponly.efi blksize=1468 windowsize=4".to_owned()), "{log:?}");
}
