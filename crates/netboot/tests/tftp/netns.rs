//! In a network namespace of its own: Ethernet's MTU on loopback, and the kernel losing packets.

use std::process::Command;
use std::time::Duration;

use pxectl_netboot::tftp::Limits;

use crate::client::Client;
use crate::server::{Server, bytes, content};

/// Set for the tests that run inside the namespace; without it they are a no-op, for the outer test starts them.
const INSIDE: &str = "PXECTL_TEST_NAMESPACE";

struct Namespace(String);

impl Namespace {
    fn new(label: &str) -> Option<Self> {
        let root = rustix::process::geteuid().is_root();
        let name = format!("pxectl-{label}-{}", std::process::id());
        let made = root && Command::new("ip").args(["netns", "add", &name]).status().is_ok_and(|status| status.success());
        if !made {
            assert!(
                std::env::var_os("PXECTL_REQUIRE").is_none(),
                "no network namespace could be made, and PXECTL_REQUIRE is set"
            );
            eprintln!(
                "NOT RUN: making a network namespace needs root and `ip`, so MTU 1500 and the kernel's loss were not tried"
            );
        }
        made.then_some(Self(name))
    }

    fn run(&self, command: &str) -> bool {
        let words = command.split_whitespace();
        Command::new("ip")
            .args(["netns", "exec", &self.0])
            .args(words)
            .env(INSIDE, "1")
            .status()
            .is_ok_and(|status| status.success())
    }

    /// Runs one test of this program inside.
    fn test(&self, name: &str) {
        let program = std::env::current_exe().unwrap();
        assert!(self.run(&format!("{} --exact netns::{name} --nocapture", program.display())), "{name} in the namespace");
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "del", &self.0]).status();
    }
}

#[test]
fn ethernet() {
    let Some(namespace) = Namespace::new("mtu") else { return };
    assert!(namespace.run("ip link set dev lo mtu 1500 up"));
    namespace.test("inside_mtu");
}

#[test]
fn inside_mtu() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    let server = Server::new([("f", bytes(content(5_000_000)))]);
    for (block, window, granted) in
        [(8192, 1, "1468"), (65464, 16, "1468"), (1468, 64, "1468"), (512, 64, "512"), (1024, 4, "1024")]
    {
        let got = Client::new(server.addr).option("blksize", block).option("windowsize", window).get("f").unwrap();
        assert_eq!(got.options["blksize"], granted);
        assert!(got.data == content(5_000_000), "{block} x {window}");
    }
    // A segment as large as the route allows was cut by the kernel, not sent in fragments.
    let snmp = std::fs::read_to_string("/proc/net/snmp").unwrap();
    let lines: Vec<Vec<_>> = snmp.lines().filter(|line| line.starts_with("Ip:")).map(|line| line.split(' ').collect()).collect();
    let created = lines[0].iter().position(|name| *name == "FragCreates").unwrap();
    assert_eq!(lines[1][created], "0");
}

#[test]
fn twenty_percent_loss() {
    let Some(namespace) = Namespace::new("loss") else { return };
    assert!(namespace.run("ip link set dev lo mtu 1500 up"));
    let lose = ["add table inet loss", "add chain inet loss in { type filter hook input priority 0 ; }"]
        .into_iter()
        .chain(["add rule inet loss in meta l4proto udp numgen random mod 100 < 20 drop"])
        .all(|rule| namespace.run(&format!("nft {rule}")));
    if !lose {
        assert!(std::env::var_os("PXECTL_REQUIRE").is_none(), "nftables cannot lose packets, and PXECTL_REQUIRE is set");
        eprintln!("NOT RUN: nftables cannot lose packets here, so the kernel's loss was not tried");
        return;
    }
    namespace.test("inside_loss");
}

#[test]
fn inside_loss() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    let limits = Limits { first_wait: Duration::from_millis(25), last_wait: Duration::from_millis(200), ..Limits::default() };
    let server = Server::start("127.0.0.1:0", [("f", bytes(content(1 << 20)))], limits, Duration::ZERO);
    for (block, window) in [(1468, 16), (1468, 1)] {
        let wait = Duration::from_millis(30);
        let client = Client::new(server.addr).option("blksize", block).option("windowsize", window).wait(wait);
        assert!(client.get("f").unwrap().data == content(1 << 20), "{block} x {window}");
    }
}
