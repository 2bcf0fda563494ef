//! TFTP beside tftpd-hpa and dnsmasq: the same files, the same client, the same namespace, in turn.

mod client;
mod lab;
mod table;

use std::path::Path;
use std::process::Command;

use super::{Place, Section, interleave};
use crate::{Result, tree};
use client::{Fetched, Order};
use lab::{Lab, PEERS};

/// The word after `cargo xtask` that makes this program the measuring client.
pub(crate) const CLIENT: &str = "bench-tftp-client";

/// The large file: 64 MiB.
const LARGE: usize = 64 << 20;
/// How often the small file is fetched for one sample.
const SMALL_TIMES: usize = 50;
/// Block sizes and windows that are asked for.
const ASKED: [(usize, usize); 9] =
    [(512, 1), (512, 4), (512, 16), (1468, 1), (1468, 4), (1468, 16), (8192, 1), (8192, 4), (8192, 16)];

/// One contestant's samples of one configuration.
struct Sample {
    fetched: Fetched,
    /// Seconds of CPU time that the server used.
    cpu: f64,
    /// Largest resident set of the server so far, MiB.
    peak_rss: f64,
}

/// Measures on loopback with its own MTU and with Ethernet's.
pub(crate) fn part(place: &Place) -> Result<Vec<Section>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo).args(["build", "--release", "--locked", "-p", "xtask"]).current_dir(tree::root()).status();
    if !built.is_ok_and(|status| status.success()) {
        return Err("building the measuring client failed".to_owned());
    }
    let program = place.pxectl.with_file_name("xtask");
    let folder = place.folder.join("tftp");
    lab::files(&folder, LARGE)?;
    let mut sections = Vec::new();
    for mtu in [65_536, 1500] {
        let lab = Lab::new(mtu, &place.pxectl, &folder)?;
        // Everybody answers, and the files are in the page cache.
        for peer in 0..PEERS.len() {
            fetch(&lab, &program, peer, &order(&folder, peer, lab::SMALL, (512, 1), 1))?;
            fetch(&lab, &program, peer, &order(&folder, peer, lab::LARGE, (8192, 16), 1))?;
        }
        let mut measured = Vec::new();
        for asked in ASKED {
            eprintln!("mtu {mtu}: blksize {} windowsize {}", asked.0, asked.1);
            let run = |peer| fetch(&lab, &program, peer, &order(&folder, peer, lab::LARGE, asked, 1));
            measured.push((asked, interleave(place.rounds, PEERS.len(), run)?));
        }
        let run = |peer| fetch(&lab, &program, peer, &order(&folder, peer, lab::SMALL, (1468, 1), SMALL_TIMES));
        let small = interleave(place.rounds, PEERS.len(), run)?;
        sections.push(table::section(mtu, LARGE, &measured, &small, SMALL_TIMES));
    }
    Ok(sections)
}

/// The measuring client's own main: words as [`Order`] writes them. Prints what it measured, and ends the last transfer when it
/// gets a line, so that the server's process for it can be looked at until then.
pub(crate) fn client(words: &[&str]) -> Result {
    let order = client::order(words).ok_or("the order is not one that this program writes")?;
    client::fetch(&order, |fetched| {
        println!("{fetched}");
        let _ = std::io::stdin().read_line(&mut String::new());
    })
}

fn order(folder: &Path, peer: usize, name: &str, (block, window): (usize, usize), times: usize) -> Order {
    let server = ([127, 0, 0, 1], PEERS[peer].1).into();
    Order { server, name: name.to_owned(), path: folder.join(name).display().to_string(), block, window, times }
}

fn fetch(lab: &Lab, program: &Path, peer: usize, order: &Order) -> Result<Sample> {
    let before = lab.usage(peer)?;
    let mut client = lab.client(program, &format!("{CLIENT} {order}"))?;
    let line = client.line()?;
    let after = lab.usage(peer)?;
    client.end()?;
    let fetched = line.parse().map_err(|()| format!("{} to {}: {line}", order.name, PEERS[peer].0))?;
    lab.settle(peer)?;
    Ok(Sample { fetched, cpu: after.cpu - before.cpu, peak_rss: after.peak_rss })
}
