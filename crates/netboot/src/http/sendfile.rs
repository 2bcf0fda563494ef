//! From a file into a connection by the kernel alone: Linux's sendfile(2).

use std::fs::File;
use std::io;

use rustix::net::SendFlags;
use tokio::io::Interest;
use tokio::net::TcpStream;

/// Sends up to `count` bytes of `file` from `offset`; 0 where the file ends there.
///
/// # Errors
/// `WouldBlock` where the peer's window is full, else as sendfile(2).
pub(super) fn file(stream: &TcpStream, file: &File, offset: u64, count: usize) -> io::Result<usize> {
    let mut at = offset;
    stream.try_io(Interest::WRITABLE, || Ok(rustix::fs::sendfile(stream, file, Some(&mut at), count)?))
}

/// Sends bytes that more bytes follow at once, so that headers and body share a packet.
///
/// # Errors
/// As [`file`].
pub(super) fn before_more(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    let flags = SendFlags::MORE | SendFlags::NOSIGNAL;
    stream.try_io(Interest::WRITABLE, || Ok(rustix::net::send(stream, bytes, flags)?))
}
