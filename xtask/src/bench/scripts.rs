//! Boot scripts: many machines ask for theirs at once, beside what pxectl replaces (a PHP script behind nginx), and beside nginx
//! that has the same scripts as files.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use super::http::aim;
use super::web::{self, Server};
use super::{Place, Section, interleave, median};
use crate::Result;

/// Machines in the inventory.
const MACHINES: usize = 500;
/// Machines that ask at once.
const CROWDS: [usize; 2] = [64, 256];
/// Seconds of one sample.
const SECONDS: usize = 4;

/// Who is measured, and the path of a machine's script there; `HEX`, `SERIAL` and `MAC` stand for its own.
const PEERS: [(&str, &str); 3] = [
    ("nginx + php-fpm", "/boot.php?serial=HEX&uuid=&mac=MAC&asset=&board_serial=&arch=i386&platform=pcbios"),
    ("nginx, static files", "/scripts/SERIAL.ipxe"),
    ("pxectl", "/boot?serial=HEX&uuid=&mac=MAC&asset=&board_serial=&arch=i386&platform=pcbios"),
];

/// What a script costs that a file does not.
const BOOKKEEPING: &str = "each script is a boot: an id is drawn and remembered, an event is told and folded into the board, and the \
                           inventory's files are looked at for an edit";

/// What one run of wrk measured.
struct Sample {
    /// Requests a second.
    rate: f64,
    /// Latencies, milliseconds.
    p50: f64,
    p99: f64,
    /// CPU time of the server, microseconds a request.
    cpu: f64,
}

/// The script that stands for the ones that were there before: the serial looked up in a JSON file, the answer printed.
const PHP: &str = r##"<?php
$machines = json_decode(file_get_contents(__DIR__ . '/machines.json'), true);
$serial = @hex2bin($_GET['serial'] ?? '');
header('Content-Type: text/plain');
if (!isset($machines[$serial])) {
    echo "#!ipxe\necho unknown machine\nsleep 10\nchain --replace --autofree boot.php\n";
    exit;
}
$machine = $machines[$serial];
echo strtr(file_get_contents(__DIR__ . '/' . $machine['profile'] . '.txt'),
    ['@NAME@' => $machine['name'], '@MAC@' => $machine['mac'], '@BOOT@' => bin2hex(random_bytes(16))]);
"##;

/// Measures each crowd.
pub(crate) fn part(place: &Place) -> Result<Vec<Section>> {
    let folder = place.folder.join("scripts");
    let scripts = folder.join("scripts");
    std::fs::create_dir_all(&scripts).map_err(|error| format!("making {}: {error}", scripts.display()))?;
    let file = folder.join("big");
    web::write(&file, "kernel and initrd in one")?;
    let inventory = web::inventory(&folder, &file, MACHINES)?;
    let pxectl = Server::pxectl(&place.pxectl, &inventory)?;
    copies(&folder, &scripts, pxectl.port)?;
    let servers = [php(&folder)?, Server::nginx(&folder, &format!("root {};", folder.display()))?, pxectl];
    for (server, (name, path)) in servers.iter().zip(PEERS) {
        let script = get(server.port, &path_of(path, 7))?;
        if !script.contains("m00007") || !script.contains("kernel ") {
            return Err(format!("{name} gave no script: {script}"));
        }
    }
    let mut sections = Vec::new();
    for crowd in CROWDS {
        let samples = interleave(place.rounds, PEERS.len(), |peer| wrk(&folder, &servers[peer], peer, crowd))?;
        sections.push(section(crowd, &samples));
    }
    let rss = servers[2].usage()?.peak_rss;
    let about = format!("pxectl held {rss:.1} MiB at most, all boots, events and connections of these rounds among it");
    if let Some(last) = sections.last_mut() {
        last.notes.push(about);
    }
    Ok(sections)
}

fn section(crowd: usize, samples: &[Vec<Sample>]) -> Section {
    let of = |peer: usize, value: fn(&Sample) -> f64| median(&samples[peer].iter().map(value).collect::<Vec<_>>());
    let rate = |peer: usize| of(peer, |sample| sample.rate);
    let (php, files) = (rate(2) / rate(0), rate(2) / rate(1));
    let rows = (0..PEERS.len()).map(|peer| {
        let values = [rate(peer), of(peer, |sample| sample.cpu)].map(|value| format!("{value:.0}"));
        let latencies = [of(peer, |sample| sample.p50), of(peer, |sample| sample.p99)].map(|value| format!("{value:.2}"));
        let [rate, cpu] = values;
        let [p50, p99] = latencies;
        vec![PEERS[peer].0.to_owned(), rate, p50, p99, cpu]
    });
    Section {
        title: format!("{crowd} machines at once, out of {MACHINES}"),
        about: "wrk on loopback, each connection asks again as soon as it has its script; medians. pxectl renders a machine's script when \
                it is first asked for and looks at the inventory's files at each request."
            .to_owned(),
        head: ["server", "requests/s", "p50, ms", "p99, ms", "CPU, µs/request"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
        notes: vec![
            aim("8 times the requests of PHP", php >= 8.0, &format!("{php:.1}"), BOOKKEEPING),
            aim("level with the static files", files >= 1.0, &format!("{files:.2}"), BOOKKEEPING),
        ],
    }
}

/// pxectl's scripts for the others: as files, and as what a PHP script needs to print the same.
fn copies(folder: &Path, scripts: &Path, port: u16) -> Result {
    let mut machines = serde_json::Map::new();
    for n in 0..MACHINES {
        let script = get(port, &path_of(PEERS[2].1, n))?;
        let (serial, name) = (format!("SN{n:05}"), format!("m{n:05}"));
        web::write(&scripts.join(format!("{serial}.ipxe")), &script)?;
        let mac = format!("52-54-00-00-{:02x}-{:02x}", n >> 8, n & 255);
        if n == 0 {
            let boot = script.split("/b/").nth(1).and_then(|rest| rest.get(..32)).ok_or("a script without a boot-id")?;
            let text = script.replace(&name, "@NAME@").replace(&mac, "@MAC@").replace(boot, "@BOOT@");
            web::write(&folder.join("p.txt"), &text)?;
        }
        machines.insert(serial, serde_json::json!({"name": name, "profile": "p", "mac": mac}));
    }
    web::write(&folder.join("machines.json"), &serde_json::Value::Object(machines).to_string())?;
    web::write(&folder.join("boot.php"), PHP)
}

/// nginx and php-fpm as Debian sets them up, on a socket of their own, with workers enough for the crowd not to wait for one.
fn php(folder: &Path) -> Result<Server> {
    let socket = folder.join("php.sock");
    let (user, as_root) = if web::is_root() { ("user = root\ngroup = root\n", &["-R"][..]) } else { ("", &[][..]) };
    let conf = format!(
        "[global]\ndaemonize = no\nerror_log = {0}/php.log\n[www]\n{user}listen = {1}\nlisten.backlog = 1024\npm = static\n\
         pm.max_children = 16\n",
        folder.display(),
        socket.display(),
    );
    let conf_path = folder.join("php-fpm.conf");
    web::write(&conf_path, &conf)?;
    let program = std::fs::read_dir("/usr/sbin").into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let program = program.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("php-fpm"))).max();
    let mut command = Command::new(program.ok_or("there is no php-fpm; `cargo xtask setup` installs it")?);
    command.arg("--nodaemonize").arg("--fpm-config").arg(&conf_path).args(as_root);
    let server = format!(
        "root {0};\n    location = /boot.php {{\n      fastcgi_pass unix:{1};\n      fastcgi_param SCRIPT_FILENAME {0}/boot.php;\n      \
         fastcgi_param QUERY_STRING $query_string;\n      fastcgi_param REQUEST_METHOD $request_method;\n    }}",
        folder.display(),
        socket.display(),
    );
    let server = Server::nginx(folder, &server)?.and(command, &folder.join("php-fpm.out"))?;
    let begin = std::time::Instant::now();
    while std::os::unix::net::UnixStream::connect(&socket).is_err() {
        if begin.elapsed().as_secs() > 30 {
            return Err("php-fpm does not answer".to_owned());
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    Ok(server)
}

fn path_of(template: &str, n: usize) -> String {
    let serial = format!("SN{n:05}");
    let hex: String = serial.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mac = format!("52540000{:02x}{:02x}", n >> 8, n & 255);
    template.replace("HEX", &hex).replace("SERIAL", &serial).replace("MAC", &mac)
}

fn wrk(folder: &Path, server: &Server, peer: usize, crowd: usize) -> Result<Sample> {
    let paths: String = (0..MACHINES).map(|n| format!("  \"{}\",\n", path_of(PEERS[peer].1, n))).collect();
    let lua = format!(
        "local paths = {{\n{paths}}}\nlocal requests, n = {{}}, 0\n\
         function init()\n  for i, path in ipairs(paths) do requests[i] = wrk.format(\"GET\", path) end\nend\n\
         function request()\n  n = (n + 193) % #requests\n  return requests[n + 1]\nend\n\
         function done(summary, latency)\n  local e = summary.errors\n\
         \x20 local bad = e.connect + e.read + e.write + e.status + e.timeout\n\
         \x20 print(\"RESULT\", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), bad)\nend\n"
    );
    let script = folder.join(format!("wrk-{peer}.lua"));
    web::write(&script, &lua)?;
    let before = server.usage()?;
    let out = Command::new("wrk")
        .args(["-t1", &format!("-c{crowd}"), &format!("-d{SECONDS}s"), "-s"])
        .arg(&script)
        .arg(format!("http://127.0.0.1:{}", server.port))
        .output()
        .map_err(|error| format!("running wrk: {error}"))?;
    let after = server.usage()?;
    let text = String::from_utf8_lossy(&out.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("RESULT")).ok_or_else(|| format!("wrk: {text}"))?;
    let values: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [requests, microseconds, p50, p99, bad] = values[..] else { return Err(format!("wrk: {line}")) };
    if bad > 0.0 {
        return Err(format!("{bad} requests to {} failed", PEERS[peer].0));
    }
    let rate = requests / microseconds * 1e6;
    Ok(Sample { rate, p50: p50 / 1e3, p99: p99 / 1e3, cpu: (after.cpu - before.cpu) / requests * 1e6 })
}

fn get(port: u16, path: &str) -> Result<String> {
    let failed = |error: std::io::Error| format!("asking for {path}: {error}");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(failed)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").map_err(failed)?;
    let mut text = String::new();
    stream.read_to_string(&mut text).map_err(failed)?;
    match text.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200") => Ok(body.to_owned()),
        _ => Err(format!("asking for {path}: {}", text.lines().next().unwrap_or("nothing came"))),
    }
}
