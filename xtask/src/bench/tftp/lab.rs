//! A network namespace with the three servers in it; gone when dropped.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use super::super::{Usage, usage};
use crate::Result;

/// The contestants and their ports; dnsmasq's is fixed.
pub(super) const PEERS: [(&str, u16); 3] = [("pxectl", 6969), ("tftpd-hpa", 6970), ("dnsmasq", 69)];
/// The small file: an NBP.
pub(super) const SMALL: &str = "undionly.kpxe";
/// The large file, under a name that pxectl's TFTP serves.
pub(super) const LARGE: &str = "snponly.efi";
/// Where Debian has the small one.
const NBP: &str = "/usr/lib/ipxe/undionly.kpxe";

/// Makes the files that all servers send.
pub(super) fn files(folder: &Path, large: usize) -> Result {
    let failed = |error: std::io::Error| format!("making the files in {}: {error}", folder.display());
    std::fs::create_dir_all(folder).map_err(failed)?;
    std::fs::copy(NBP, folder.join(SMALL)).map_err(|error| format!("copying {NBP} (package ipxe): {error}"))?;
    let mut state = 0x5eed_u64;
    let mut bytes = Vec::with_capacity(large);
    while bytes.len() < large {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        bytes.extend_from_slice(&state.to_be_bytes()[..4]);
    }
    std::fs::write(folder.join(LARGE), bytes).map_err(failed)?;
    let inventory = format!(
        "pxectl: 1\nlab:\n  server: 127.0.0.1\n  firmware: [bios, uefi-x64]\n  ipxe: {{dir: {}}}\n  networks:\n    - {{subnet: 127.0.0.0/8}}\n",
        folder.display()
    );
    std::fs::write(folder.join("inventory.yaml"), inventory).map_err(failed)
}

/// The namespace and what runs in it.
pub(super) struct Lab {
    namespace: String,
    servers: Vec<Child>,
}

impl Lab {
    /// Starts all servers on `folder`, in a namespace whose loopback has this MTU.
    pub(super) fn new(mtu: u32, pxectl: &Path, folder: &Path) -> Result<Self> {
        let mut lab = Self { namespace: format!("pxectl-bench-{}-{mtu}", std::process::id()), servers: Vec::new() };
        ip(&format!("netns add {}", lab.namespace))?;
        ip(&format!("-n {} link set lo mtu {mtu} up", lab.namespace))?;
        // tftpd-hpa looks addresses up with AI_ADDRCONFIG, which wants one that is not loopback's.
        ip(&format!("-n {} address add 192.0.2.1/32 dev lo", lab.namespace))?;
        let (program, dir) = (pxectl.display(), folder.display());
        let inventory = folder.join("inventory.yaml");
        for line in [
            format!("{program} -q -i {} serve --yes --tftp-port {} --http-port 6971", inventory.display(), PEERS[0].1),
            format!("in.tftpd --foreground --address 127.0.0.1:{} --secure {dir}", PEERS[1].1),
            format!(
                "dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --listen-address=127.0.0.1 --bind-interfaces \
                 --pid-file= --user=root --enable-tftp --tftp-root={dir}"
            ),
        ] {
            let server = lab.command(&line).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
            lab.servers.push(server.map_err(|error| format!("starting `{line}`: {error}"))?);
        }
        Ok(lab)
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new("ip");
        // `ip netns exec` becomes the program, so the child's pid is the program's.
        command.args(["netns", "exec", &self.namespace]).args(line.split_whitespace());
        command
    }

    /// What a server, with its children, has used.
    pub(super) fn usage(&self, peer: usize) -> Result<Usage> {
        usage(self.servers[peer].id()).map_err(|error| format!("{} does not run: {error}", PEERS[peer].0))
    }

    /// Waits until a server has no children any more, so that what they used does not count for the next.
    pub(super) fn settle(&self, peer: usize) -> Result {
        let pid = self.servers[peer].id();
        let children = || std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        for _ in 0..3000 {
            if children().is_empty() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(format!("a process of {} does not end", PEERS[peer].0))
    }

    /// Starts the measuring client.
    pub(super) fn client(&self, program: &Path, words: &str) -> Result<Running> {
        let command = format!("{} {words}", program.display());
        let child = self.command(&command).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| format!("starting `{command}`: {error}"))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(input), Some(output)) = (input, output) else { return Err("the client has no pipes".to_owned()) };
        Ok(Running { child, input, output: BufReader::new(output) })
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for server in &mut self.servers {
            let _ = server.kill();
            let _ = server.wait();
        }
        let _ = ip(&format!("netns delete {}", self.namespace));
    }
}

/// A client under way.
pub(super) struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<std::process::ChildStdout>,
}

impl Running {
    /// The line that it prints when the last byte is there.
    pub(super) fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(|error| format!("reading what the client measured: {error}"))?;
        Ok(line.trim().to_owned())
    }

    /// Lets it acknowledge the last block and end.
    pub(super) fn end(mut self) -> Result {
        let _ = self.input.write_all(b"\n");
        match self.child.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("the measuring client ended with {status}")),
            Err(error) => Err(format!("waiting for the measuring client: {error}")),
        }
    }
}

fn ip(words: &str) -> Result {
    let done = Command::new("ip").args(words.split_whitespace()).status();
    if done.is_ok_and(|status| status.success()) { Ok(()) } else { Err(format!("`ip {words}` failed; it needs root")) }
}
