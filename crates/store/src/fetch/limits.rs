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
        }
    }
}
