//! nginx on loopback, in the foreground, ended when it is dropped.

use std::fmt::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};

use super::PATIENCE;

/// A running nginx.
pub struct Nginx {
    process: Child,
    command: Command,
    ports: Vec<u16>,
}

/// Whether a program is there; where it is not, that is said, and a failure where everything is required.
#[allow(clippy::print_stderr)] // It is the tests' own voice.
pub fn has(program: &str, version: &str) -> bool {
    let found = Command::new(program).arg(version).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        eprintln!("SKIPPED: there is no `{program}`; `cargo xtask setup` installs it");
        assert!(std::env::var_os("PXECTL_REQUIRE").is_none(), "`{program}` is required");
    }
    found
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

impl Nginx {
    /// Serves the files of a folder; for each text a `server` with it inside, on a port of its own. `ssl` among its words makes it TLS.
    pub fn start(folder: &Path, servers: &[&str]) -> Self {
        let ports: Vec<u16> = servers.iter().map(|_| free_port()).collect();
        let root = folder.display();
        let mut text = format!("daemon off;\npid {root}/nginx.pid;\nevents {{}}\nhttp {{\naccess_log off;\nroot {root};\n");
        if rustix::process::geteuid().is_root() {
            text.insert_str(0, "user root;\n");
        }
        for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
            writeln!(text, "{kind}_temp_path {root}/tmp-{kind};").unwrap();
        }
        for (port, server) in ports.iter().zip(servers) {
            let tls = if server.contains("ssl_") { " ssl" } else { "" };
            writeln!(text, "server {{ listen 127.0.0.1:{port}{tls}; {server} }}").unwrap();
        }
        let conf = folder.join("nginx.conf");
        std::fs::write(&conf, text + "}\n").unwrap();
        let mut command = Command::new("nginx");
        command.arg("-c").arg(&conf).arg("-e").arg(folder.join("nginx.log")).stdin(Stdio::null());
        let process = command.spawn().unwrap();
        let nginx = Self { process, command, ports };
        nginx.ready(folder)
    }

    fn ready(mut self, folder: &Path) -> Self {
        let until = Instant::now() + PATIENCE;
        while self.ports.iter().any(|port| TcpStream::connect(("127.0.0.1", *port)).is_err()) {
            let log = || std::fs::read_to_string(folder.join("nginx.log"));
            assert!(Instant::now() < until && self.process.try_wait().unwrap().is_none(), "nginx does not answer: {:?}", log());
            std::thread::yield_now();
        }
        self
    }

    /// The port of each server.
    pub fn port(&self, server: usize) -> u16 {
        self.ports[server]
    }

    /// Ends it, connections and all, and starts it again.
    pub fn restart(mut self, folder: &Path) -> Self {
        self.end();
        self.process = self.command.spawn().unwrap();
        self.ready(folder)
    }

    fn end(&mut self) {
        // TERM, so that the master ends its workers at once.
        let _ = kill_process(Pid::from_child(&self.process), Signal::TERM);
        let _ = self.process.wait();
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        self.end();
    }
}
