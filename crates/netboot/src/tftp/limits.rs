//! Caps on what strangers can make the server do.

use std::time::Duration;

/// What one server grants. Memory is bounded by `transfers` times about 320 KiB (a stack and one run of packets).
#[derive(Debug, Clone)]
pub struct Limits {
    /// Transfers at once over all clients, each a thread.
    pub transfers: usize,
    /// Transfers at once for one address.
    pub per_address: usize,
    /// Largest window, in blocks (RFC 7440), 1 to 64.
    pub window: u16,
    /// How often the first packet is sent while nothing comes back: a spoofed address gets this many packets.
    pub first_tries: u32,
    /// How long the first acknowledgement may take; longer than the tries, for the client has a timer too.
    pub first_patience: Duration,
    /// How long a transfer may go without progress. At 20 % loss each way a round trip fails 36 times in 100, so it is time that
    /// ends a transfer and not a count of tries.
    pub patience: Duration,
    /// Wait before a packet is sent again; doubles up to `last_wait`, starts anew at each progress.
    pub first_wait: Duration,
    /// Longest wait before a packet is sent again.
    pub last_wait: Duration,
    /// Refusals and unanswered requests that are reported in a second; the others are counted.
    pub complaints: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            transfers: 256,
            per_address: 16,
            window: 64,
            first_tries: 3,
            first_patience: Duration::from_secs(5),
            patience: Duration::from_secs(30),
            first_wait: Duration::from_millis(250),
            last_wait: Duration::from_secs(2),
            complaints: 20,
        }
    }
}
