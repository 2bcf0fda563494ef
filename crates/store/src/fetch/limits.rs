//! How long a server is waited for, and how often it is asked again.

use std::time::Duration;

/// Patience.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until a connection stands.
    pub connect: Duration,
    /// Without a single byte, in the middle of a transfer or before it.
    pub stall: Duration,
    /// Tries in a row that bring no byte further, before a mirror is given up.
    pub tries: u32,
    /// Before the second of them; doubles with each.
    pub pause: Duration,
    /// Longest pause, also where the server asks for a longer one.
    pub longest_pause: Duration,
    /// Redirects that are followed.
    pub redirects: usize,
    /// Connections for one content at most.
    pub lanes: usize,
    /// From how many missing bytes on more than one may pay.
    pub large: u64,
    /// How long one is looked at before that is decided.
    pub trial: Duration,
    /// How long the rest must be going to take for it.
    pub worth: Duration,
    /// What one of several connections fetches at a time, bytes.
    pub piece: u64,
    /// How many pieces may be ahead of the beginning.
    pub ahead: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            stall: Duration::from_secs(30),
            tries: 5,
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60),
            redirects: 10,
            lanes: 4,
            large: 128 << 20,
            trial: Duration::from_secs(3),
            worth: Duration::from_secs(15),
            piece: 8 << 20,
            ahead: 12,
        }
    }
}
