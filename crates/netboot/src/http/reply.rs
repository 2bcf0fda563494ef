//! Response bodies: always of a known length, so that `Content-Length` is always there and nothing is ever chunked.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

use super::lane::{Chunk, Lane, Segment};

/// A body.
pub(crate) enum Reply {
    /// None, or all of it has gone to hyper.
    Empty,
    /// A text.
    Text(Bytes),
    /// Part of a file, or of bytes in memory, whose sending is told in events.
    Segment(Arc<Lane>, Segment),
}

impl Body for Reply {
    type Data = Chunk;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Chunk>, Infallible>>> {
        let chunk = match std::mem::replace(&mut *self, Self::Empty) {
            Self::Empty => return Poll::Ready(None),
            Self::Text(bytes) => Chunk::Plain(bytes),
            Self::Segment(lane, segment) => {
                let chunk = Chunk::StandIn(segment.left);
                lane.queue().push_back(segment);
                chunk
            }
        };
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.len() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len())
    }
}

impl Reply {
    fn len(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Text(bytes) => bytes.len() as u64,
            Self::Segment(_, segment) => segment.left,
        }
    }
}

/// A small text that nobody keeps.
pub(crate) fn text(status: StatusCode, text: impl Into<Bytes>) -> Response<Reply> {
    let mut response = Response::new(Reply::Text(text.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
