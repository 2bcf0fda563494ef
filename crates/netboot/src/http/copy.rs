//! From a file into a connection through a buffer: the portable way, where there is no sendfile(2) of Linux's kind.
#![cfg_attr(target_os = "linux", allow(dead_code, reason = "compiled and tested on Linux too, used elsewhere"))]

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
