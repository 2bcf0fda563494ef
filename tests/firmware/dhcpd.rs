//! ISC dhcpd on a rendered configuration, and what its log says of a machine.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::lab::{INTERFACE, Lab};
use crate::process::Process;
use crate::transcript::{Transcript, Verbatim};

/// The DHCP server of a lab.
pub struct Dhcpd {
    log: Transcript,
    _process: Process,
}

impl Dhcpd {
    /// Starts it in the server's namespace and waits until it serves.
    pub fn start(lab: &Lab, config: &Path) -> Self {
        let leases = lab.path("dhcpd.leases");
        std::fs::write(&leases, "").unwrap();
        let mut dhcpd = lab.at_server("dhcpd");
        // -d: the log to stderr. --no-pid: another lab's may run beside it.
        dhcpd.args(["-f", "-d", "-4", "--no-pid", "-cf"]).arg(config).arg("-lf").arg(&leases).arg(INTERFACE);
        let mut process = Process::spawn(dhcpd.stdout(Stdio::null()).stderr(Stdio::piped()));
        let log = Transcript::follow(process.0.stderr.take().unwrap(), &lab.path("dhcpd.log"), Verbatim);
        let up = log.wait(Duration::from_secs(60), |state| state.text.contains("Server starting service").then_some(()));
        assert!(up.is_some(), "dhcpd did not start: {}", log.now().text);
        Self { log, _process: process }
    }

    /// Each address that a MAC was given since `from`: when it first asked, and when it had it.
    pub fn exchanges(&self, mac: &str, from: Instant) -> Vec<(Instant, Instant)> {
        let (state, mut asked, mut offset, mut found) = (self.log.now(), None, 0, Vec::new());
        for line in state.text.split_inclusive('\n') {
            let at = state.when(offset);
            offset += line.len();
            if !line.contains(mac) || at < from {
                continue;
            }
            if line.starts_with("DHCPDISCOVER") {
                asked.get_or_insert(at);
            } else if line.starts_with("DHCPACK") {
                found.push((asked.take().unwrap_or(at), at));
            }
        }
        found
    }
}
