//! What one server takes from strangers.

use std::time::Duration;

/// Caps and timeouts of the HTTP server. The defaults fit a few hundred machines at once.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Open connections in all; lowered at the start to what the limit of open files leaves room for.
    /// Where it is reached the connection that has been idle longest is closed, those that never sent a request first; where none
    /// is idle, the new one is.
    pub connections: usize,
    /// Open connections of one address; the same rule among its own.
    pub per_peer: usize,
    /// Longest time from a request's first byte to the end of its headers, and from the opening to the first byte.
    pub headers: Duration,
    /// Longest time between two requests of a connection. iPXE keeps one for 10 s.
    pub idle: Duration,
    /// Longest time in which a peer takes no byte of what is sent to it.
    pub stall: Duration,
    /// Longest request line and headers together, bytes; hyper takes no less than 8192.
    pub head_bytes: usize,
    /// Most header fields of a request.
    pub head_fields: usize,
    /// Boots that are remembered; where there are more the one unused for longest is forgotten.
    pub boots: usize,
    /// Boots of one address; the same rule among its own, so that a stranger displaces nobody else's.
    pub boots_per_peer: usize,
    /// How long a boot lives after its last use.
    pub boot_window: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            per_peer: 1024,
            headers: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            stall: Duration::from_secs(60),
            head_bytes: 16 * 1024,
            head_fields: 64,
            boots: 4096,
            boots_per_peer: 64,
            boot_window: Duration::from_secs(2 * 3600),
        }
    }
}
