//! Loss: one packet in five, each way, by a seed.

use crate::client::Client;
use crate::relay::Relay;
use crate::server::{Server, bytes, content};

const MEGABYTE: usize = 1 << 20;

fn arrives(block: u64, window: u64, seed: u64) {
    let server = Server::new([("f", bytes(content(MEGABYTE)))]);
    let relay = Relay::new(server.addr, 20, seed);
    let client = Client::new(relay.addr).option("blksize", block).option("windowsize", window);
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
