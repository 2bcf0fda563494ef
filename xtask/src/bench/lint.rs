//! Lint of a large inventory, beside merely parsing its files with serde_yaml in the same process.

mod fleet;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::http::aim;
use super::measure::peak;
use super::{Place, Section, interleave, median};
use crate::{Result, tree};

/// How many hosts; and whether each file has something that is not written in plain forms, so that two YAML readers go over it.
const FLEETS: [(usize, bool); 3] = [(20_000, false), (100_000, false), (20_000, true)];
/// The program that reads and parses: an example of the crate that has the YAML readers.
const BESIDE: &str = "beside_serde";

/// What is measured, in the order of the table.
const CONTESTANTS: [&str; 3] = ["parse", "read", "lint"];

/// One run of one contestant.
struct Sample {
    milliseconds: f64,
    mebibytes: f64,
}

/// Measures each fleet.
pub(crate) fn part(place: &Place) -> Result<Vec<Section>> {
    let beside = build(place)?;
    let folder = place.folder.join("lint");
    let mut measured = Vec::new();
    for (hosts, odd) in FLEETS {
        let files = fleet::write(&folder.join(format!("{hosts}{}", if odd { "-odd" } else { "" })), hosts, odd)?;
        let samples = interleave(place.rounds, CONTESTANTS.len(), |who| sample(place, &beside, &files, CONTESTANTS[who]))?;
        let of = |who: usize, value: fn(&Sample) -> f64| median(&samples[who].iter().map(value).collect::<Vec<_>>());
        let medians = [0, 1, 2].map(|who| (of(who, |s| s.milliseconds), of(who, |s| s.mebibytes)));
        measured.push((hosts, odd, medians));
    }
    Ok(vec![section(&measured)])
}

fn build(place: &Place) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let words = ["build", "--release", "--locked", "--package", "pxectl-inventory", "--example", BESIDE];
    let built = Command::new(cargo).args(words).current_dir(tree::root()).status();
    if !built.is_ok_and(|status| status.success()) {
        return Err(format!("building {BESIDE} failed"));
    }
    Ok(place.pxectl.with_file_name("examples").join(BESIDE))
}

/// Time and memory of one contestant. The two readers are timed by themselves, in one process, and weighed one by one, since
/// what one of them leaves to the allocator the other would use; the command is both as people see it.
fn sample(place: &Place, beside: &Path, files: &[PathBuf], what: &str) -> Result<Sample> {
    if what == "lint" {
        let mut command = Command::new(&place.pxectl);
        let before = Instant::now();
        let mebibytes = weigh(command.arg("--inventory").arg(&files[0]).args(["--quiet", "lint"]))?;
        return Ok(Sample { milliseconds: before.elapsed().as_secs_f64() * 1e3, mebibytes });
    }
    let run = |mode: &str| {
        let mut command = Command::new(beside);
        command.arg(mode).arg(tree::root().join("templates/recipes")).args(files);
        command
    };
    let output = run("time").output().map_err(|error| format!("starting {BESIDE}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix(what)).and_then(|number| number.trim().parse().ok());
    let milliseconds = line.ok_or_else(|| format!("{BESIDE}: {}", String::from_utf8_lossy(&output.stderr)))?;
    Ok(Sample { milliseconds, mebibytes: weigh(&mut run(what))? })
}

/// Runs a program to its end; its largest resident set, MiB, looked at often enough for a peak that lasts.
fn weigh(command: &mut Command) -> Result<f64> {
    let started = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = started.map_err(|error| format!("starting {command:?}: {error}"))?;
    let mut most = 0.0_f64;
    loop {
        most = most.max(peak(child.id()));
        match child.try_wait() {
            Ok(None) => std::thread::sleep(Duration::from_millis(2)),
            Ok(Some(status)) if status.success() => return Ok(most),
            ended => return Err(format!("{command:?} ended with {ended:?}")),
        }
    }
}

type Medians = [(f64, f64); 3];
/// Of so many hosts, odd or not.
type Measured = (usize, bool, Medians);

fn section(measured: &[Measured]) -> Section {
    let mut rows = Vec::new();
    for (hosts, odd, medians) in measured {
        let odd = if *odd { ", odd" } else { "" };
        for ((what, (milliseconds, mebibytes)), says) in CONTESTANTS.iter().zip(medians).zip(SAYS) {
            let (parse_ms, parse_mib) = medians[0];
            let ratio = |value: f64, base: f64| if *what == "parse" { String::new() } else { format!("{:.2}", value / base) };
            rows.push(vec![
                format!("{hosts}{odd}: {says}"),
                format!("{milliseconds:.0}"),
                format!("{:.1}", milliseconds * 1e3 / *hosts as f64),
                ratio(*milliseconds, parse_ms),
                format!("{mebibytes:.0}"),
                ratio(*mebibytes, parse_mib),
            ]);
        }
    }
    Section {
        title: "Lint of a generated fleet".to_owned(),
        about: "Half of the hosts in the main file, half in ten included ones; a serial, a name, a MAC and an address each, variables, a \
                second card or arguments for some, five networks, templates built in. `lint` is the whole command: it reads, judges, and \
                proves what every host would get on two kinds of firmware. In the odd fleet each file has one escape in a text, so that \
                saphyr-parser and serde_yaml both read all of it; other files are read once (docs/architecture.md). Medians; memory is the \
                largest resident set of a process that does this alone."
            .to_owned(),
        head: ["hosts", "ms", "µs/host", "time, of parsing", "peak RSS, MiB", "memory, of parsing"].map(str::to_owned).to_vec(),
        rows,
        notes: notes(measured),
    }
}

const SAYS: [&str; 3] = ["parsed by serde_yaml", "read and judged", "`pxectl lint`"];

fn notes(measured: &[Measured]) -> Vec<String> {
    let mut notes = Vec::new();
    for (hosts, odd, [parse, read, lint]) in measured {
        let fleet = if *odd { "odd hosts" } else { "hosts" };
        let times = |what: &(f64, f64)| what.0 / parse.0;
        let reading = if *odd { "two readers go over each text" } else { "the allocator is where most of the time goes" };
        notes.push(aim(
            &format!("{hosts} {fleet} read in 3 times the parsing"),
            times(read) <= 3.0,
            &format!("{:.2}", times(read)),
            reading,
        ));
        let rendering =
            if *odd { "most of it is reading" } else { "most of it is reading; of hosts that are alike one is rendered" };
        notes.push(aim(
            &format!("{hosts} {fleet} linted in 3 times the parsing"),
            times(lint) <= 3.0,
            &format!("{:.2}", times(lint)),
            rendering,
        ));
    }
    let plain: Vec<_> = measured.iter().filter(|(_, odd, _)| !odd).collect();
    if let [(small, _, first), .., (large, _, last)] = plain.as_slice() {
        let growth = |who: usize| (last[who].0 / *large as f64) / (first[who].0 / *small as f64);
        notes.push(format!(
            "a host of {large} takes {:.2} times the time of one of {small} to read, {:.2} times to lint, {:.2} times to parse",
            growth(1),
            growth(2),
            growth(0)
        ));
        notes.push(aim(
            &format!("{large} hosts in less than 1 GiB"),
            last[2].1 < 1024.0,
            &format!("{:.0} MiB", last[2].1),
            "the texts, their trees, what was read and what was proved are held at once",
        ));
    }
    notes
}
