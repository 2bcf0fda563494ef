//! Loss: one packet in five, each way, by a seed.

use std::time::Duration;

use pxectl_netboot::tftp::Limits;

use crate::client::Client;
use crate::relay::Relay;
use crate::server::{Server, bytes, content};

const MEGABYTE: usize = 1 << 20;

fn arrives(block: u64, window: u64, seed: u64) {
    // Shorter timers than by default, on both sides, so that the test is over soon; their ratio is the same.
    let limits = Limits { first_wait: Duration::from_millis(25), last_wait: Duration::from_millis(200), ..Limits::default() };
    let server = Server::start("127.0.0.1:0", [("f", bytes(content(MEGABYTE)))], limits, Duration::ZERO);
    let relay = Relay::new(server.addr, 20, seed);
    let client = Client::new(relay.addr).option("blksize", block).option("windowsize", window).wait(Duration::from_millis(30));
    let got = client.get("f").unwrap();
    assert!(got.data == content(MEGABYTE), "{block} x {window}, seed {seed}");
}

#[test]
fn a_megabyte_arrives_one_block_at_a_time() {
    // On loopback larger blocks are granted: fewer round trips for the timer to repeat.
    arrives(8192, 1, 0x5eed_0001);
}

#[test]
fn a_megabyte_arrives_in_windows() {
    arrives(1468, 16, 0x5eed_0002);
    arrives(1468, 4, 0x5eed_0003);
    arrives(8192, 16, 0x5eed_0004);
}
