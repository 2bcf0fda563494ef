//! What a server sends: bytes in memory, or a file; and pieces of it.

use std::path::Path;
use std::sync::Arc;

/// Bytes `offset..offset + len` of a file: a file inside an image lies in one or more of them, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// First byte.
    pub offset: u64,
    /// How many bytes.
    pub len: u64,
}

/// Something that can be sent, whole or in ranges.
#[derive(Debug, Clone)]
pub enum Body {
    /// Held in memory: scripts, answers, generated payloads.
    Bytes(Arc<[u8]>),
    /// A whole file as it is when the table is built; its length is read then.
    File(Arc<Path>),
}
