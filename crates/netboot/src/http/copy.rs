//! From a file into a connection through a buffer: the portable way, where there is no sendfile(2) of Linux's kind.
#![cfg_attr(
    all(target_os = "linux", not(pxectl_no_linux)),
    allow(dead_code, reason = "compiled and tested on Linux too, used elsewhere")
)]

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use tokio::net::TcpStream;

/// Bytes read at once.
const BUFFER: usize = 256 * 1024;

thread_local! {
    /// One a worker, so that many connections cost no memory each.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Sends up to `count` bytes of `file` from `offset`; 0 where the file ends there.
///
/// # Errors
/// `WouldBlock` where the peer's window is full, else as pread(2) and send(2).
pub(super) fn file(stream: &TcpStream, file: &File, offset: u64, count: usize) -> io::Result<usize> {
    SCRATCH.with_borrow_mut(|scratch| {
        scratch.resize(BUFFER, 0);
        let buffer = &mut scratch[..count.min(BUFFER)];
        match file.read_at(buffer, offset)? {
            0 => Ok(0),
            // What the peer's window has no room for is read again next time.
            got => stream.try_write(&buffer[..got]),
        }
    })
}

/// Sends bytes that more bytes follow at once.
///
/// # Errors
/// As [`file`].
pub(super) fn before_more(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    stream.try_write(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn the_portable_way_sends_the_same_bytes() {
        let content: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[usize::from(n % 3 == 0)]).collect();
        let mut source = tempfile::tempfile().unwrap();
        source.write_all(&content).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut far = listener.accept().await.unwrap().0;
        let expected = content[5..].to_vec();
        let reader = tokio::spawn(async move {
            let mut got = Vec::new();
            far.read_to_end(&mut got).await.unwrap();
            assert!(got == [b"head", &expected[..]].concat());
        });
        near.writable().await.unwrap();
        assert_eq!(before_more(&near, b"head").unwrap(), 4);
        let mut at = 5;
        while at < content.len() {
            near.writable().await.unwrap();
            match file(&near, &source, at as u64, content.len()) {
                Ok(sent) => at += sent,
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            }
        }
        assert_eq!(file(&near, &source, at as u64, 1).unwrap(), 0);
        drop(near);
        reader.await.unwrap();
    }
}
