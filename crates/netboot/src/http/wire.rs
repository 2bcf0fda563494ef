//! The connection as hyper sees it; where it writes a stand-in, the lane's segment goes out in its place.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::lane::{self, Lane, Segment};
use super::pulse::Pulse;
use crate::open::OpenBody;

#[cfg(not(all(target_os = "linux", not(pxectl_no_linux))))]
use super::copy as kernel;
#[cfg(all(target_os = "linux", not(pxectl_no_linux)))]
use super::sendfile as kernel;

/// After so many bytes without a pause the other connections of this worker get their turn.
const TURN: u64 = 8 << 20;

/// After so many bytes of a file it is looked at whether it is still the same.
const SEEN_EVERY: u64 = 4 << 20;

/// One connection.
pub(crate) struct Wire {
    io: TokioIo<TcpStream>,
    lane: Arc<Lane>,
    pulse: Arc<Pulse>,
    turn: u64,
}

impl Wire {
    /// Takes a connected socket.
    pub(crate) fn new(stream: TcpStream, lane: Arc<Lane>, pulse: Arc<Pulse>) -> Self {
        Self { io: TokioIo::new(stream), lane, pulse, turn: 0 }
    }

    fn stream(&self) -> &TcpStream {
        self.io.inner()
    }

    /// Writes what stands before the stand-in, then of the segment what the peer has room for.
    fn write_segment(&self, before: &[IoSlice<'_>], stand_in: &[u8]) -> io::Result<usize> {
        let mut count = 0;
        for slice in before.iter().filter(|slice| !slice.is_empty()) {
            match kernel::before_more(self.stream(), slice) {
                Ok(sent) if sent == slice.len() => count += sent,
                Ok(sent) => return Ok(count + sent),
                Err(error) if count > 0 && error.kind() == io::ErrorKind::WouldBlock => return Ok(count),
                Err(error) => return Err(error),
            }
        }
        let mut queue = self.lane.queue();
        let Some(segment) = queue.front_mut().filter(|segment| lane::stands_for(stand_in, segment.left)) else {
            return Err(io::Error::other("a stand-in without its segment"));
        };
        match segment.send(self.stream(), stand_in.len()) {
            Ok(sent) => count += sent,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return if count > 0 { Ok(count) } else { Err(error) };
            }
            Err(error) => {
                segment.sending.trouble(trouble(&error));
                return Err(error);
            }
        }
        if segment.left == 0 {
            segment.sending.done();
            self.pulse.paid();
            queue.pop_front();
        }
        Ok(count)
    }
}

/// What an event says of an error: kinds, since system texts name no operation.
fn trouble(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::InvalidData => "the file changed while it was being sent",
        io::ErrorKind::UnexpectedEof => "the file became shorter while it was being sent",
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => "the peer closed the connection",
        io::ErrorKind::TimedOut => "the peer is gone",
        _ => "reading the file or writing to the peer failed",
    }
}

impl Segment {
    /// Sends up to `most` bytes and moves on.
    fn send(&mut self, stream: &TcpStream, most: usize) -> io::Result<usize> {
        let sent = match &self.body {
            OpenBody::Bytes { bytes, .. } => {
                let start = usize::try_from(self.at).unwrap_or(usize::MAX).min(bytes.len());
                let end = bytes.len().min(start.saturating_add(most));
                stream.try_write(&bytes[start..end])?
            }
            OpenBody::Pieces(pieces) => {
                let (offset, together) = pieces.locate(self.at).ok_or(io::ErrorKind::UnexpectedEof)?;
                let mut most = together.min(most as u64);
                if self.left > self.held_back {
                    most = most.min(self.left - self.held_back);
                }
                let most = usize::try_from(most).unwrap_or(usize::MAX);
                let sent = kernel::file(stream, &pieces.file, offset, most)? as u64;
                self.unseen += sent;
                if self.unseen >= SEEN_EVERY || self.left.saturating_sub(sent) <= self.held_back {
                    pieces.check()?;
                    self.unseen = 0;
                }
                usize::try_from(sent).unwrap_or(usize::MAX)
            }
        };
        if sent == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += sent as u64;
        self.left -= sent as u64;
        self.sending.advance(sent as u64);
        Ok(sent)
    }
}

impl Read for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, mut buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        // Requests are short: through a small buffer, so that it is seen whether anything came.
        let mut bytes = [0; 2048];
        let room = buffer.remaining().min(bytes.len());
        loop {
            ready!(self.stream().poll_read_ready(cx))?;
            match self.stream().try_read(&mut bytes[..room]) {
                Ok(count) => {
                    if count > 0 {
                        self.pulse.heard();
                        buffer.put_slice(&bytes[..count]);
                    }
                    return Poll::Ready(Ok(()));
                }
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl Write for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.turn >= TURN {
            this.turn = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let place = slices.iter().position(|slice| lane::is_stand_in(slice));
        let result = match place {
            None if !this.lane.queue().is_empty() => Poll::Ready(Err(io::Error::other("a segment without its stand-in"))),
            None => Pin::new(&mut this.io).poll_write_vectored(cx, slices),
            Some(place) => loop {
                match this.stream().poll_write_ready(cx) {
                    Poll::Pending => break Poll::Pending,
                    Poll::Ready(Err(error)) => break Poll::Ready(Err(error)),
                    Poll::Ready(Ok(())) => {}
                }
                match this.write_segment(&slices[..place], &slices[place]) {
                    Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
                    result => break Poll::Ready(result),
                }
            },
        };
        match &result {
            Poll::Ready(Ok(sent)) => {
                this.turn += *sent as u64;
                this.pulse.wrote();
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                this.turn = 0;
                this.pulse.blocked();
            }
        }
        result
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        // What waits here will not go out; its events say so now.
        self.lane.queue().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::lane::Chunk;
    use crate::http::sending::Sending;
    use bytes::Buf;
    use pxectl_model::event::{Payload, Protocol, Silence, Transfer};
    use std::future::poll_fn;
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    async fn pair() -> (Wire, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let far = listener.accept().await.unwrap().0;
        (Wire::new(near, Arc::default(), Arc::new(Pulse::new())), far)
    }

    fn segment(pulse: &Arc<Pulse>, len: u64) -> Segment {
        let transfer = Transfer {
            id: 1,
            protocol: Protocol::Http,
            peer: [127, 0, 0, 1].into(),
            mac: None,
            boot: None,
            payload: Payload::Plain,
            name: String::new(),
            bytes: len,
            whole: len,
        };
        let body = OpenBody::Bytes { bytes: Arc::from(&b"0123456789"[..]), modified: std::time::SystemTime::now() };
        Segment::new(body, 0, len, Arc::new(Sending::start(Arc::new(Silence), transfer, pulse.clone())))
    }

    async fn write(wire: &mut Wire, slices: &[&[u8]]) -> io::Result<usize> {
        let slices: Vec<IoSlice<'_>> = slices.iter().map(|slice| IoSlice::new(slice)).collect();
        poll_fn(|cx| Pin::new(&mut *wire).poll_write_vectored(cx, &slices)).await
    }

    #[tokio::test]
    async fn zeros_never_go_out() {
        let stand_in = |len| Chunk::StandIn(len);
        let (mut wire, _far) = pair().await;
        assert!(write(&mut wire, &[stand_in(10).chunk()]).await.is_err(), "a stand-in without its segment");
        let first = segment(&wire.pulse, 10);
        wire.lane.queue().push_back(first);
        assert!(write(&mut wire, &[b"head"]).await.is_err(), "a segment without its stand-in");
        assert!(write(&mut wire, &[&[0; 10]]).await.is_err(), "zeros that were copied");
        assert!(write(&mut wire, &[stand_in(9).chunk()]).await.is_err(), "another length");
        assert!(write(&mut wire, &[&stand_in(10).chunk()[1..]]).await.is_err(), "another place");
    }

    #[tokio::test]
    async fn headers_and_segment_go_out_in_order() {
        let (mut wire, mut far) = pair().await;
        let first = segment(&wire.pulse, 10);
        wire.lane.queue().push_back(first);
        assert_eq!(write(&mut wire, &[b"", b"head ", Chunk::StandIn(10).chunk()]).await.unwrap(), 15);
        assert!(wire.lane.queue().is_empty());
        drop(wire);
        let mut got = Vec::new();
        far.read_to_end(&mut got).await.unwrap();
        assert_eq!(got, b"head 0123456789");
    }
}
