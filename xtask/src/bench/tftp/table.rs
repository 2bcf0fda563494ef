//! What was measured, as a table.

use super::super::{Section, median};
use super::lab::PEERS;
use super::{Sample, client::Fetched};

/// Aims at blksize 1468: windowsize, and how many times the faster peer.
const AIMS: [(usize, f64); 2] = [(1, 1.4), (16, 5.0)];

/// Why one block at a time cannot be much faster than the peers.
const LOCK_STEP: &str = "One block at a time, each block costs two switches between processes and two passes through the network \
    stack, whoever serves; the server has one receive and one send of that, and a 44th part of a read. Waiting actively for the \
    acknowledgement was tried and gained nothing.";

/// Samples of each contestant, a configuration at a time.
type Measured = Vec<((usize, usize), Vec<Vec<Sample>>)>;

/// The table of one MTU.
pub(super) fn section(mtu: u32, bytes: usize, measured: &Measured, small: &[Vec<Sample>], times: usize) -> Section {
    let mut section = Section {
        title: format!("TFTP, loopback with MTU {mtu}"),
        about: format!(
            "{} MiB; MiB/s is the median of {} interleaved rounds, CPU the server's user and system seconds a GiB over all rounds. \
             In brackets what the server granted (blksize x windowsize) where that is not what was asked. One client for all.",
            bytes >> 20,
            measured.first().map_or(0, |(_, samples)| samples[0].len()),
        ),
        head: vec!["blksize x windowsize".to_owned()],
        ..Section::default()
    };
    section.head.extend(PEERS.iter().map(|(name, _)| format!("{name} MiB/s")));
    section.head.push("times the faster peer".to_owned());
    section.head.extend(PEERS.iter().map(|(name, _)| format!("{name} CPU s/GiB")));
    for (asked, samples) in measured {
        let rates: Vec<f64> = samples.iter().map(|samples| rate(samples, bytes)).collect();
        let ratio = rates[0] / rates[1].max(rates[2]);
        let mut row = vec![format!("{} x {}", asked.0, asked.1)];
        row.extend(samples.iter().zip(&rates).map(|(samples, rate)| format!("{rate:.1}{}", granted(samples, *asked))));
        row.push(format!("{ratio:.2}"));
        row.extend(samples.iter().map(|samples| format!("{:.2}", cpu(samples, bytes))));
        section.rows.push(row);
        if let Some((_, aim)) = AIMS.iter().find(|(window, _)| *asked == (1468, *window)) {
            let word = if ratio >= *aim { "reached" } else { "missed" };
            section.notes.push(format!("Aim at 1468 x {}: {aim} times the faster peer; {word} with {ratio:.2}.", asked.1));
            if ratio < *aim && asked.1 == 1 {
                section.notes.push(LOCK_STEP.to_owned());
            }
        }
    }
    let milliseconds = |samples: &Vec<Sample>| {
        let seconds: Vec<f64> = samples.iter().map(|sample| sample.fetched.seconds).collect();
        median(&seconds) * 1000.0 / times as f64
    };
    let small: Vec<String> =
        small.iter().zip(PEERS).map(|(samples, (name, _))| format!("{name} {:.2} ms", milliseconds(samples))).collect();
    section.notes.push(format!("undionly.kpxe by 1468 x 1, the mean of {times} fetches: {}.", small.join(", ")));
    let peaks: Vec<String> = PEERS
        .iter()
        .enumerate()
        .map(|(peer, (name, _))| {
            let of = measured.iter().flat_map(|(_, samples)| &samples[peer]).map(|sample| sample.peak_rss);
            format!("{name} {:.1} MiB", of.fold(0.0, f64::max))
        })
        .collect();
    section.notes.push(format!("Largest resident set of one process: {}.", peaks.join(", ")));
    let hitches =
        measured.iter().flat_map(|(_, samples)| samples.iter().flatten()).map(|sample| sample.fetched.hitches).sum::<usize>();
    if hitches > 0 {
        section.notes.push(format!("{hitches} times nothing came for a second."));
    }
    section
}

/// Median throughput, MiB/s.
fn rate(samples: &[Sample], bytes: usize) -> f64 {
    let rates: Vec<f64> = samples.iter().map(|sample| bytes as f64 / f64::from(1 << 20) / sample.fetched.seconds).collect();
    median(&rates)
}

/// CPU seconds a GiB over all rounds: the kernel counts hundredths of a second, too coarse for one.
fn cpu(samples: &[Sample], bytes: usize) -> f64 {
    let seconds: f64 = samples.iter().map(|sample| sample.cpu).sum();
    seconds / (samples.len() * bytes) as f64 * f64::from(1 << 30)
}

fn granted(samples: &[Sample], asked: (usize, usize)) -> String {
    match samples.first().map(|sample| sample.fetched) {
        Some(Fetched { block, window, .. }) if (block, window) != asked => format!(" [{block} x {window}]"),
        _ => String::new(),
    }
}
