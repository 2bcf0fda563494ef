//! How file bytes pass below hyper without being read into the process.
//!
//! A response body that is a file hands hyper one chunk: a *stand-in*, as long as the file's part, whose memory is a shared
//! buffer of zeros that nobody reads or writes (it is never touched, so it costs address space only). At the same moment the
//! body puts a [`Segment`] into its connection's lane: which bytes of which file these are. hyper passes the stand-in's pointer
//! through to the connection's vectored write, behind the headers; there the writer sees the pointer, takes the segment from the
//! lane, and has the kernel send the file's bytes.
//!
//! Nothing can be mixed up, and no zeros can go out, because the writer insists on the whole picture: while a segment waits in
//! the lane, every write must hold its stand-in, at the buffer's first byte and at the very length that the segment still has.
//! Anything else (hyper copying bodies together, a write without the stand-in) is an error that ends the connection.
//! HTTP/1 answers in order and a connection is one task, so the lane's order is the wire's.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use bytes::{Buf, Bytes};

use super::sending::Sending;
use crate::open::OpenBody;

/// Most bytes that one write may carry, and the length of the zeros that stand for them. Of the lengths that were tried (64 KiB to
/// 64 MiB) the one that a single reader drains fastest, at the least CPU time.
pub(crate) const STAND_IN: usize = 256 << 10;

/// Zeroed by the kernel page by page when first touched, which never happens.
static ZEROS: LazyLock<Box<[u8]>> = LazyLock::new(|| vec![0; STAND_IN].into_boxed_slice());

/// A part of a body that is to be sent.
pub(crate) struct Segment {
    /// Where the bytes are.
    pub(crate) body: OpenBody,
    /// The next byte's offset in the body.
    pub(crate) at: u64,
    /// Bytes still to be sent.
    pub(crate) left: u64,
    /// Bytes at the end that go by themselves, when the file is known to be unchanged after everything before them.
    pub(crate) held_back: u64,
    /// Bytes that were sent since the file was last seen to be unchanged.
    pub(crate) unseen: u64,
    /// Its events.
    pub(crate) sending: Arc<Sending>,
}

/// How much of a long segment's end is held back.
const TAIL: u64 = 4096;
/// Segments shorter than this go at once: their file was checked when the request came.
const SHORT: u64 = 64 * 1024;

impl Segment {
    /// `len` bytes of a body from `first`.
    pub(crate) fn new(body: OpenBody, first: u64, len: u64, sending: Arc<Sending>) -> Self {
        let held_back = if len < SHORT { 0 } else { TAIL };
        Self { body, at: first, left: len, held_back, unseen: 0, sending }
    }
}

/// The segments of one connection whose stand-ins hyper holds.
#[derive(Default)]
pub(crate) struct Lane(Mutex<VecDeque<Segment>>);

impl Lane {
    /// The queue; never held across a wait.
    pub(crate) fn queue(&self) -> MutexGuard<'_, VecDeque<Segment>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What hyper is given to write.
pub(crate) enum Chunk {
    /// These bytes.
    Plain(Bytes),
    /// So many bytes of the lane's next segment.
    StandIn(u64),
}

/// How much of what is left stands in one write.
pub(crate) fn window(left: u64) -> usize {
    usize::try_from(left).unwrap_or(usize::MAX).min(STAND_IN)
}

/// Whether a slice that hyper writes is a stand-in, at whatever place in the zeros.
pub(crate) fn is_stand_in(slice: &[u8]) -> bool {
    !slice.is_empty() && ZEROS.as_ptr_range().contains(&slice.as_ptr())
}

/// Whether a slice is exactly the stand-in for so many bytes.
pub(crate) fn stands_for(slice: &[u8], left: u64) -> bool {
    slice.as_ptr() == ZEROS.as_ptr() && slice.len() == window(left)
}

impl Buf for Chunk {
    fn remaining(&self) -> usize {
        match self {
            Self::Plain(bytes) => bytes.len(),
            Self::StandIn(left) => usize::try_from(*left).unwrap_or(usize::MAX),
        }
    }

    fn chunk(&self) -> &[u8] {
        match self {
            Self::Plain(bytes) => bytes,
            Self::StandIn(left) => &ZEROS[..window(*left)],
        }
    }

    fn advance(&mut self, count: usize) {
        match self {
            Self::Plain(bytes) => bytes.advance(count),
            Self::StandIn(left) => *left -= count as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_is_known_by_its_place_and_length() {
        let mut chunk = Chunk::StandIn(STAND_IN as u64 + 10);
        assert_eq!(chunk.remaining(), STAND_IN + 10);
        assert!(stands_for(chunk.chunk(), STAND_IN as u64 + 10));
        chunk.advance(STAND_IN);
        assert_eq!(chunk.chunk().len(), 10);
        assert!(stands_for(chunk.chunk(), 10) && !stands_for(chunk.chunk(), 11));
        assert!(is_stand_in(&chunk.chunk()[3..]) && !stands_for(&chunk.chunk()[3..], 7));
        assert!(!is_stand_in(Chunk::Plain(Bytes::from_static(b"x")).chunk()));
    }
}
