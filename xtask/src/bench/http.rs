//! Large files over HTTP beside nginx with sendfile(2): one reader, and 64 readers of a range each.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::web::{self, Server};
use super::{Place, Section, interleave, median};
use crate::Result;

/// The file: 2 GiB.
const BYTES: u64 = 2 << 30;
/// Readers at once, each of its own range.
const READERS: u64 = 64;
const GIB: f64 = (1_u64 << 30) as f64;

/// Who is measured, and the path of the file there.
const PEERS: [(&str, &str); 2] = [("nginx", "/big"), ("pxectl", "/artifacts/big")];

/// Why two servers that both do nothing but sendfile(2) differ from run to run.
const PLACEMENT: &str = "both spend all of it inside sendfile(2), and how much that is depends on which processors the scheduler gives \
                         to server and reader";

/// One round of one server.
struct Sample {
    /// GiB a second.
    rate: f64,
    /// CPU seconds of the server for a GiB.
    cpu: f64,
}

/// Measures both ways of reading.
pub(crate) fn part(place: &Place) -> Result<Vec<Section>> {
    let folder = place.folder.join("http");
    std::fs::create_dir_all(&folder).map_err(|error| format!("making {}: {error}", folder.display()))?;
    let file = folder.join("big");
    fill(&file, BYTES)?;
    let inventory = web::inventory(&folder, &file, 1)?;
    let servers = [Server::nginx(&folder, &format!("root {};", folder.display()))?, Server::pxectl(&place.pxectl, &inventory)?];
    let mut rows = Vec::new();
    let mut notes = Vec::new();
    // One reader three times a sample: whether the scheduler puts it beside the server or on the same processor changes a lot.
    for (name, read, times) in [("one reader (curl)", one as fn(u16, &str) -> Result, 3), ("64 range readers", many, 1)] {
        // Everybody answers, and the file is in the page cache.
        for (server, (_, path)) in servers.iter().zip(PEERS) {
            read(server.port, path)?;
        }
        let samples = interleave(place.rounds, PEERS.len(), |peer| {
            let before = servers[peer].usage()?;
            let begin = Instant::now();
            (0..times).try_for_each(|_| read(servers[peer].port, PEERS[peer].1))?;
            let (took, after) = (begin.elapsed().as_secs_f64(), servers[peer].usage()?);
            let whole = BYTES as f64 / GIB * f64::from(times);
            Ok(Sample { rate: whole / took, cpu: (after.cpu - before.cpu) / whole })
        })?;
        let of = |peer: usize, value: fn(&Sample) -> f64| median(&samples[peer].iter().map(value).collect::<Vec<_>>());
        let (rates, cpus) = ([of(0, |s| s.rate), of(1, |s| s.rate)], [of(0, |s| s.cpu), of(1, |s| s.cpu)]);
        let (rate, cpu) = (rates[1] / rates[0], cpus[1] / cpus[0]);
        for peer in 0..PEERS.len() {
            let mut cells = vec![name.to_owned(), PEERS[peer].0.to_owned()];
            cells.extend([format!("{:.2}", rates[peer]), format!("{:.3}", cpus[peer])]);
            cells.extend(if peer == 0 { [String::new(), String::new()] } else { [format!("{rate:.2}"), format!("{cpu:.2}")] });
            cells.push(format!("{:.1}", servers[peer].usage()?.peak_rss));
            rows.push(cells);
        }
        notes.push(aim(&format!("{name}: at least nginx's throughput"), rate >= 1.0, &format!("{rate:.2}"), PLACEMENT));
        notes.push(aim(&format!("{name}: at most 0.6 of its CPU time"), cpu <= 0.6, &format!("{cpu:.2}"), PLACEMENT));
    }
    let rss = servers[1].usage()?.peak_rss;
    notes.push(aim("less than 20 MiB resident", rss < 20.0, &format!("{rss:.1}"), "more is in memory than it should be"));
    let head = ["readers", "server", "GiB/s", "CPU s/GiB", "throughput, of nginx", "CPU, of nginx", "peak RSS, MiB"];
    Ok(vec![Section {
        title: "A file of 2 GiB in the page cache".to_owned(),
        about: "Loopback, HTTP/1.1, nginx with `sendfile on` and a worker for each processor; medians.".to_owned(),
        head: head.map(str::to_owned).to_vec(),
        rows,
        notes,
    }])
}

/// A line for an aim, with the reason where it was missed.
pub(super) fn aim(what: &str, reached: bool, value: &str, reason: &str) -> String {
    let word = if reached { "reached" } else { "missed" };
    let reason = if reached { String::new() } else { format!(": {reason}") };
    format!("{word}: {what} ({value}){reason}")
}

/// A file of so many bytes that are nowhere alike for long, unless it is there.
pub(super) fn fill(path: &Path, bytes: u64) -> Result {
    let failed = |error: std::io::Error| format!("making {}: {error}", path.display());
    if path.metadata().is_ok_and(|meta| meta.len() == bytes) {
        return Ok(());
    }
    let mut file = std::fs::File::create(path).map_err(failed)?;
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut block = vec![0; 1 << 20];
    for _ in 0..bytes / block.len() as u64 {
        for word in block.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&block).map_err(failed)?;
    }
    file.sync_all().map_err(failed)
}

fn one(port: u16, path: &str) -> Result {
    let url = format!("http://127.0.0.1:{port}{path}");
    let out =
        Command::new("curl").args(["-sSf", "-o", "/dev/null", "-w", "%{size_download}", &url]).stdin(Stdio::null()).output();
    match out {
        Ok(out) if out.status.success() && out.stdout == BYTES.to_string().as_bytes() => Ok(()),
        Ok(out) => Err(format!("curl {url}: {}", String::from_utf8_lossy(&out.stderr).trim())),
        Err(error) => Err(format!("running curl: {error}")),
    }
}

fn many(port: u16, path: &str) -> Result {
    let step = BYTES / READERS;
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS).map(|n| scope.spawn(move || range(port, path, n * step, step))).collect();
        readers.into_iter().try_for_each(|reader| reader.join().unwrap_or_else(|_| Err("a reader panicked".to_owned())))
    })
}

/// Reads `len` bytes from `first`, and counts them.
fn range(port: u16, path: &str, first: u64, len: u64) -> Result {
    let failed = |error: std::io::Error| format!("reading a range: {error}");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(failed)?;
    let last = first + len - 1;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nRange: bytes={first}-{last}\r\nConnection: close\r\n\r\n")
        .map_err(failed)?;
    let mut buffer = vec![0; 256 << 10];
    let mut head = stream.read(&mut buffer).map_err(failed)?;
    let body = loop {
        if let Some(at) = buffer[..head].windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        match stream.read(&mut buffer[head..]).map_err(failed)? {
            0 => return Err("a response ended within its headers".to_owned()),
            count => head += count,
        }
    };
    if !buffer.starts_with(b"HTTP/1.1 206") {
        return Err(format!("a range got {}", String::from_utf8_lossy(&buffer[..head.min(32)])));
    }
    let mut got = (head - body) as u64;
    loop {
        match stream.read(&mut buffer).map_err(failed)? {
            0 if got == len => return Ok(()),
            0 => return Err(format!("a range ended after {got} of {len} bytes")),
            count => got += count as u64,
        }
    }
}
