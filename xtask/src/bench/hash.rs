//! Hashing files: `pxectl verify` beside coreutils' sha256sum and OpenSSL, on files in the page cache.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::http::{aim, fill};
use super::{Place, Section, interleave, median, web};
use crate::Result;

const MIB: u64 = 1 << 20;
/// The files: one large one; and several, which a program may hash at once.
const CASES: [(&str, u64, u64); 2] = [("one file of 1 GiB", 1, 1024), ("8 files of 128 MiB", 8, 128)];
/// Who is measured; the first is what the others are held against.
const PEERS: [&str; 3] = ["sha256sum", "openssl dgst -sha256", "pxectl verify"];

/// One round of one program: seconds.
struct Sample {
    wall: f64,
    cpu: f64,
}

/// Measures both cases.
pub(crate) fn part(place: &Place) -> Result<Vec<Section>> {
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    for (name, count, mebibytes) in CASES {
        let folder = place.folder.join(format!("hash-{count}"));
        std::fs::create_dir_all(&folder).map_err(|error| format!("making {}: {error}", folder.display()))?;
        let files: Vec<PathBuf> = (0..count).map(|n| folder.join(format!("image-{n}"))).collect();
        files.iter().try_for_each(|file| fill(file, mebibytes * MIB))?;
        let inventory = lab(place, &folder, &files)?;
        let samples = interleave(place.rounds, PEERS.len(), |peer| sample(command(place, peer, &inventory, &files)))?;
        let of = |peer: usize, value: fn(&Sample) -> f64| median(&samples[peer].iter().map(value).collect::<Vec<_>>());
        let (walls, cpus) = ([0, 1, 2].map(|peer| of(peer, |s| s.wall)), [0, 1, 2].map(|peer| of(peer, |s| s.cpu)));
        let gib = (count * mebibytes) as f64 / 1024.0;
        for peer in 0..PEERS.len() {
            let times = |values: [f64; 3]| format!("{:.2}", values[0] / values[peer]);
            let mut cells = vec![name.to_owned(), PEERS[peer].to_owned()];
            cells.extend([format!("{:.2}", gib / walls[peer]), format!("{:.3}", cpus[peer] / gib)]);
            cells.extend(if peer == 0 { [String::new(), String::new()] } else { [times(walls), times(cpus)] });
            rows.push(cells);
        }
        let ratio = walls[0] / walls[2];
        let what = format!("{name}: at least 5 times sha256sum");
        let why = if has_sha_extensions() { WHY } else { "this processor has no SHA extensions" };
        notes.push(aim(&what, ratio >= 5.0, &format!("{ratio:.2}"), why));
    }
    let head = ["files", "program", "GiB/s", "CPU s/GiB", "times as fast", "times less CPU"];
    Ok(vec![Section {
        title: "SHA-256 of files in the page cache".to_owned(),
        about: format!(
            "Whole commands, from start to end, hashing noise; `sha256sum` and `openssl` take the files one after the other, `pxectl \
             verify` as many at once as there are processors ({} here), and holds each against its lock file. The processor has {}SHA \
             extensions. Medians.",
            std::thread::available_parallelism().map_or(1, usize::from),
            if has_sha_extensions() { "" } else { "no " },
        ),
        head: head.map(str::to_owned).to_vec(),
        rows,
        notes,
    }])
}

/// Why the aim was missed where the processor could have done it.
const WHY: &str = "one file is one stream, and one stream cannot be faster than the processor's SHA unit: above the table";

/// A lab of these files, pinned in its lock file.
fn lab(place: &Place, folder: &Path, files: &[PathBuf]) -> Result<PathBuf> {
    web::write(&folder.join("undionly.kpxe"), "no machine loads this one")?;
    let name = |n: usize| format!("image-{n}");
    let artifacts: String =
        files.iter().enumerate().map(|(n, file)| format!("  {}: {{path: {}}}\n", name(n), file.display())).collect();
    let initrds: Vec<String> = (0..files.len()).map(name).collect();
    let text = format!(
        "pxectl: 1\nlab:\n  server: 127.0.0.1\n  firmware: [bios]\n  ipxe: {{dir: {}}}\n  networks: [{{subnet: 127.0.0.0/8}}]\n\
         artifacts:\n{artifacts}profiles:\n  p: {{recipe: linux, kernel: image-0, initrds: [{}], args: [quiet]}}\n",
        folder.display(),
        initrds.join(", "),
    );
    let inventory = folder.join("inventory.yaml");
    web::write(&inventory, &text)?;
    let locked = pxectl(place, &inventory).args(["fetch", "--offline"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match locked {
        Ok(status) if status.success() => Ok(inventory),
        other => Err(format!("pinning the files: {other:?}")),
    }
}

fn pxectl(place: &Place, inventory: &Path) -> Command {
    let mut command = Command::new(&place.pxectl);
    command.arg("--inventory").arg(inventory).arg("--store").arg(inventory.with_extension("store")).arg("--quiet");
    command
}

fn command(place: &Place, peer: usize, inventory: &Path, files: &[PathBuf]) -> Command {
    let mut command = match peer {
        0 => Command::new("sha256sum"),
        1 => Command::new("openssl"),
        _ => pxectl(place, inventory),
    };
    match peer {
        0 => command.args(files),
        1 => command.args(["dgst", "-sha256"]).args(files),
        _ => command.arg("verify"),
    };
    command
}

/// Runs one to its end; what it used is what the processes that were waited for used more than before.
fn sample(mut command: Command) -> Result<Sample> {
    let (before, begin) = (of_children()?, Instant::now());
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let wall = begin.elapsed().as_secs_f64();
    match status {
        Ok(status) if status.success() => Ok(Sample { wall, cpu: of_children()? - before }),
        other => Err(format!("{command:?}: {other:?}")),
    }
}

/// Fields 16 and 17 of /proc/self/stat (proc(5)): user and system time of children that were waited for, in ticks of 1/100 s.
fn of_children() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").map_err(|error| format!("/proc/self/stat: {error}"))?;
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks: Vec<f64> = after_name.split(' ').skip(13).take(2).filter_map(|field| field.parse().ok()).collect();
    if ticks.len() == 2 { Ok((ticks[0] + ticks[1]) / 100.0) } else { Err("reading /proc/self/stat".to_owned()) }
}

/// x86 and Arm name them so in their lists of what a processor can do.
fn has_sha_extensions() -> bool {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    info.split_whitespace().any(|word| matches!(word, "sha_ni" | "sha2"))
}
