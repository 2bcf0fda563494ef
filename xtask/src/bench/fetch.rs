//! A verified download beside curl alone and curl with a hash in a pipe, from nginx on loopback.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::http::{aim, fill};
use super::web::{Server, write};
use super::{Place, Section, interleave, median};
use crate::Result;

/// The file: 2 GiB, as an install image has.
const BYTES: u64 = 2 << 30;
const GIB: f64 = (1_u64 << 30) as f64;

/// Who is measured. Each leaves the file on disk behind, `sync`ed: what is verified and lost in a power cut was not fetched.
const PEERS: [(&str, &str); 3] = [
    ("curl", "curl -sSf -o \"$FILE\" \"$URL\" && sync \"$FILE\""),
    ("curl, tee, sha256sum", "curl -sSf \"$URL\" | tee \"$FILE\" | sha256sum > \"$FILE.sum\" && sync \"$FILE\""),
    ("curl, tee, openssl dgst", "curl -sSf \"$URL\" | tee \"$FILE\" | openssl dgst -sha256 > \"$FILE.sum\" && sync \"$FILE\""),
];

/// One round of one of them.
struct Sample {
    seconds: f64,
    cpu: f64,
}

/// Measures all of them.
pub(crate) fn part(place: &Place) -> Result<Vec<Section>> {
    let folder = place.folder.join("fetch");
    std::fs::create_dir_all(&folder).map_err(|error| format!("making {}: {error}", folder.display()))?;
    let big = folder.join("big");
    fill(&big, BYTES)?;
    let server = Server::nginx(&folder, &format!("root {};", folder.display()))?;
    let url = format!("http://127.0.0.1:{}/big", server.port);
    let digest = digest(&big)?;
    let text = format!("pxectl: 1\nlab: {{server: 127.0.0.1}}\nartifacts: {{big: {{url: \"{url}\", sha256: \"{digest}\"}}}}\n");
    write(&folder.join("inventory.yaml"), &text)?;
    let samples = interleave(place.rounds, PEERS.len() + 1, |who| {
        clear(&folder);
        let mut command = match PEERS.get(who) {
            Some((_, line)) => {
                let mut command = Command::new("bash");
                command.args(["-o", "pipefail", "-c", line]).env("URL", &url).env("FILE", folder.join("out"));
                command
            }
            None => {
                let mut command = Command::new(&place.pxectl);
                command.args(["--quiet", "fetch", "--store", "store"]);
                command
            }
        };
        run(command.current_dir(&folder))
    })?;
    clear(&folder);
    let of = |who: usize, value: fn(&Sample) -> f64| median(&samples[who].iter().map(value).collect::<Vec<_>>());
    let whole = BYTES as f64 / GIB;
    let ours = (of(PEERS.len(), |s| s.seconds), of(PEERS.len(), |s| s.cpu));
    let names = PEERS.iter().map(|(name, _)| *name).chain(["pxectl fetch"]);
    let row = |(who, name): (usize, &str)| {
        let (seconds, cpu) = (of(who, |s| s.seconds), of(who, |s| s.cpu));
        let numbers = [format!("{:.2}", whole / seconds), format!("{seconds:.2}"), format!("{:.2}", cpu / whole)];
        let ratios = [format!("{:.2}", ours.0 / seconds), format!("{:.2}", ours.1 / cpu)];
        [vec![name.to_owned()], numbers.to_vec(), ratios.to_vec()].concat()
    };
    let reason = "nginx, the kernel's two copies and the hash share two processors";
    let notes = (1..PEERS.len())
        .map(|who| {
            let ratio = ours.0 / of(who, |s| s.seconds);
            aim(&format!("no slower than {}", PEERS[who].0), ratio <= 1.0, &format!("{ratio:.2} of its time"), reason)
        })
        .collect();
    let head = ["program", "GiB/s", "seconds", "CPU s/GiB", "pxectl's time, of its", "pxectl's CPU, of its"];
    Ok(vec![Section {
        title: "A download of 2 GiB, verified".to_owned(),
        about: "nginx on loopback, the file in its page cache; what was fetched is on disk at the end, by `sync` where it is curl. CPU is that of the programs \
                in the row, user and system. Medians."
            .to_owned(),
        head: head.map(str::to_owned).to_vec(),
        rows: names.enumerate().map(row).collect(),
        notes,
    }])
}

fn digest(file: &Path) -> Result<String> {
    let out = Command::new("openssl").args(["dgst", "-sha256", "-r"]).arg(file).output();
    let out = out.map_err(|error| format!("running openssl: {error}"))?;
    let text = String::from_utf8_lossy(&out.stdout);
    text.split_whitespace().next().map(str::to_owned).ok_or_else(|| "openssl printed no digest".to_owned())
}

/// Takes away what a round left behind.
fn clear(folder: &Path) {
    for name in ["out", "out.sum", "pxectl.lock"] {
        let _ = std::fs::remove_file(folder.join(name));
    }
    let _ = std::fs::remove_dir_all(folder.join("store"));
}

fn run(command: &mut Command) -> Result<Sample> {
    for name in ["http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY", "PXECTL_STORE", "PXECTL_INVENTORY"] {
        command.env_remove(name);
    }
    let (before, begin) = (of_children()?, Instant::now());
    let out = command.stdin(Stdio::null()).output().map_err(|error| format!("starting a download: {error}"))?;
    if !out.status.success() {
        return Err(format!("a download failed: {}", String::from_utf8_lossy(&out.stderr).trim()));
    }
    Ok(Sample { seconds: begin.elapsed().as_secs_f64(), cpu: of_children()? - before })
}

/// CPU seconds of all children that were waited for, theirs among them: fields 16 and 17 of /proc/self/stat (proc(5)), ticks of 1/100 s.
fn of_children() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").map_err(|error| format!("/proc/self/stat: {error}"))?;
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks: Vec<f64> = after_name.split(' ').skip(13).take(2).filter_map(|field| field.parse().ok()).collect();
    if ticks.len() == 2 { Ok((ticks[0] + ticks[1]) / 100.0) } else { Err("reading /proc/self/stat".to_owned()) }
}
