//! Web servers for the HTTP parts: each in the foreground, on a free port of loopback, ended when it is dropped.

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Usage, usage};
use crate::Result;

/// Longest wait for a server to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server, with every process that answers for it.
pub(crate) struct Server {
    /// Where it answers.
    pub(crate) port: u16,
    processes: Vec<Child>,
}

impl Server {
    /// `pxectl serve` for this inventory, with every machine in its plan.
    pub(crate) fn pxectl(program: &Path, inventory: &Path) -> Result<Self> {
        let folder = inventory.with_extension("state");
        let _ = std::fs::remove_dir_all(&folder);
        let port = free_port()?;
        let mut command = Command::new(program);
        command.arg("--inventory").arg(inventory).arg("--state").arg(&folder);
        command.args(["--quiet", "serve", "--all", "--yes", "--tftp-port", "0", "--http-port", &port.to_string()]);
        Self { port, processes: Vec::new() }.and(command, &inventory.with_extension("log"))?.ready()
    }

    /// nginx with this text inside its `server` block, PORT not among it.
    pub(crate) fn nginx(folder: &Path, server: &str) -> Result<Self> {
        let port = free_port()?;
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("  {kind}_temp_path {}/tmp-{kind};\n", folder.display()))
            .concat();
        // Two workers: as many as the machine that this is measured on has processors, and as nginx's `auto` would take.
        let user = if is_root() { "user root;\n" } else { "" };
        let text = format!(
            "{user}worker_processes auto;\ndaemon off;\npid {0}/nginx-{port}.pid;\nerror_log {0}/nginx.log;\n\
             events {{ worker_connections 4096; }}\nhttp {{\n  access_log off;\n  sendfile on;\n  tcp_nopush on;\n  \
             keepalive_requests 100000000;\n  default_type text/plain;\n{temporary}  server {{\n    listen 127.0.0.1:{port};\n    \
             {server}\n  }}\n}}\n",
            folder.display(),
        );
        let conf = folder.join(format!("nginx-{port}.conf"));
        write(&conf, &text)?;
        let mut command = Command::new("nginx");
        command.arg("-c").arg(&conf).arg("-e").arg(folder.join("nginx.log"));
        Self { port, processes: Vec::new() }.and(command, &folder.join("nginx.out"))?.ready()
    }

    /// The same server, with one more process that answers for it.
    pub(crate) fn and(mut self, mut command: Command, log: &Path) -> Result<Self> {
        let out = File::create(log).map_err(|error| format!("making {}: {error}", log.display()))?;
        let err = out.try_clone().map_err(|error| format!("making {}: {error}", log.display()))?;
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        let child = command.spawn().map_err(|error| format!("starting {}: {error}", command.get_program().display()))?;
        self.processes.push(child);
        Ok(self)
    }

    fn ready(mut self) -> Result<Self> {
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = self.processes.iter_mut().any(|process| !matches!(process.try_wait(), Ok(None)));
            if ended || begin.elapsed() > PATIENCE {
                return Err(format!("a server does not answer on port {}; its log is beside its configuration", self.port));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(self)
    }

    /// What all its processes have used so far.
    pub(crate) fn usage(&self) -> Result<Usage> {
        let mut total = Usage::default();
        for process in &self.processes {
            let used = usage(process.id())?;
            total.cpu += used.cpu;
            total.peak_rss = total.peak_rss.max(used.peak_rss);
        }
        Ok(total)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for process in &mut self.processes {
            // TERM, so that a master ends its workers; what does not end is killed.
            let _ = Command::new("kill").arg(process.id().to_string()).stderr(Stdio::null()).status();
            let begin = Instant::now();
            while matches!(process.try_wait(), Ok(None)) && begin.elapsed() < Duration::from_secs(15) {
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Whether this runs as root; nginx's workers would otherwise be somebody who cannot read this folder.
pub(crate) fn is_root() -> bool {
    Path::new("/proc/self").metadata().is_ok_and(|own| own.uid() == 0)
}

/// Writes a file whole.
pub(crate) fn write(path: &Path, text: &str) -> Result {
    std::fs::write(path, text).map_err(|error| format!("writing {}: {error}", path.display()))
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| format!("finding a free port: {error}"))
}

/// An inventory of so many machines, `SN00000` on, whose kernel and initrd are this file.
pub(crate) fn inventory(folder: &Path, file: &Path, machines: usize) -> Result<std::path::PathBuf> {
    let nbp = folder.join("undionly.kpxe");
    write(&nbp, "no machine loads this one")?;
    let hosts: String = (0..machines)
        .map(|n| {
            let mac = format!("52:54:00:00:{:02x}:{:02x}", n >> 8, n & 255);
            format!("  - {{serial: SN{n:05}, name: m{n:05}, profile: p, mac: \"{mac}\"}}\n")
        })
        .collect();
    let text = format!(
        "pxectl: 1\nlab:\n  server: 127.0.0.1\n  firmware: [bios]\n  ipxe: {{dir: {}}}\n  networks: [{{subnet: 127.0.0.0/8}}]\n\
         artifacts:\n  big: {{path: {}}}\nprofiles:\n  p: {{recipe: debian, kernel: big, initrds: [big], args: [quiet]}}\n\
         hosts:\n{hosts}",
        folder.display(),
        file.display(),
    );
    let path = folder.join("inventory.yaml");
    write(&path, &text)?;
    Ok(path)
}
