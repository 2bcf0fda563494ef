//! The wire: one namespace for the server, one with a bridge and a tap for each machine, a veth pair between them, no uplink.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use crate::process::{Process, command, command_in, ip};
use crate::transcript::{Transcript, Verbatim};

/// The server's address; the subnet is 192.168.77.0/24.
pub const SERVER: &str = "192.168.77.1";
/// The server's end of the wire.
pub const INTERFACE: &str = "srv0";

/// What the lab's namespaces begin with; the process that made them follows.
const PREFIX: &str = "pxectl-e2e-";

/// A wire of one test. Everything on it goes when it is dropped, after a panic too.
pub struct Lab {
    server: String,
    wire: String,
    dir: PathBuf,
    taps: AtomicU32,
    router: Option<Process>,
    _seats: Seats,
}

impl Lab {
    /// A wire for `machines` machines at a time; waits until the host has room for them.
    pub fn new(name: &str, machines: u32) -> Self {
        static LABS: AtomicU32 = AtomicU32::new(0);
        let seats = Seats::take(machines);
        let id = format!("{PREFIX}{}-{}", std::process::id(), LABS.fetch_add(1, Ordering::Relaxed));
        // The folder is a short path: a Unix socket's name holds 107 bytes.
        let dir = std::env::temp_dir().join(format!("{id}-{name}"));
        std::fs::create_dir_all(&dir).unwrap();
        let (server, wire) = (format!("{id}s"), format!("{id}w"));
        let mut lab = Self { server, wire, dir, taps: AtomicU32::new(0), router: None, _seats: seats };
        lab.build();
        lab
    }

    fn build(&mut self) {
        let (server, wire) = (&self.server, &self.wire);
        ip(&format!("netns add {server}"));
        ip(&format!("netns add {wire}"));
        ip(&format!("-n {server} link set lo up"));
        ip(&format!("-n {wire} link add br0 type bridge stp_state 0 forward_delay 0"));
        ip(&format!("-n {server} link add {INTERFACE} type veth peer name up0 netns {wire}"));
        ip(&format!("-n {wire} link set up0 master br0 up"));
        ip(&format!("-n {wire} link set br0 up"));
        ip(&format!("-n {server} addr add {SERVER}/24 dev {INTERFACE}"));
        ip(&format!("-n {server} link set {INTERFACE} up"));
        self.router = self.advertise();
    }

    /// IPv6 that leads nowhere, so that nobody waits for it: without a router on the wire Debian 12's iPXE waits 13 s at every
    /// DHCP, and without a DHCPv6 server OVMF's HTTP Boot over IPv6 waits a minute before the next boot entry has its turn.
    fn advertise(&self) -> Option<Process> {
        let address = format!("-6 -n {} addr add fd77::1/64 dev {INTERFACE} nodad", self.server);
        if !command("ip").args(address.split_whitespace()).output().is_ok_and(|output| output.status.success()) {
            println!("no IPv6 here: iPXE will wait 13 s for a router at each DHCP");
            return None;
        }
        let mut dnsmasq = self.at_server("dnsmasq");
        dnsmasq.args([
            "--keep-in-foreground",
            "--port=0",
            "--conf-file=/dev/null",
            "--pid-file=",
            "--user=root",
            "--log-facility=-",
        ]);
        dnsmasq.args([
            "--bind-interfaces",
            "--enable-ra",
            "--dhcp-range=fd77::100,fd77::1ff,slaac,64,1h",
            "--leasefile-ro",
            &format!("--interface={INTERFACE}"),
        ]);
        let mut router = Process::spawn(dnsmasq.stderr(Stdio::piped()).stdout(Stdio::null()));
        let log = Transcript::follow(router.0.stderr.take().unwrap(), &self.path("router.log"), Verbatim);
        let up = log.wait(Duration::from_secs(30), |state| state.text.contains("router advertisement enabled").then_some(()));
        assert!(up.is_some(), "the router did not start: {}", log.now().text);
        Some(router)
    }

    /// A file in the lab's own folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The lab's own folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A program beside the server.
    pub fn at_server(&self, name: &str) -> Command {
        command_in(&self.server, name)
    }

    /// A program beside the machines.
    pub fn at_wire(&self, name: &str) -> Command {
        command_in(&self.wire, name)
    }

    /// A new tap on the bridge.
    pub fn tap(&self) -> String {
        let tap = format!("tap{}", self.taps.fetch_add(1, Ordering::Relaxed));
        ip(&format!("-n {} tuntap add {tap} mode tap", self.wire));
        ip(&format!("-n {} link set {tap} master br0 up", self.wire));
        tap
    }

    /// Records the wire to `wire.pcap` in the lab's folder, the best witness when something fails.
    pub fn record(&self) -> Option<Process> {
        std::env::var_os("PXECTL_E2E_PCAP")?;
        let mut tcpdump = self.at_wire("tcpdump");
        tcpdump.args(["-U", "-n", "-i", "br0", "-s", "2000", "-w"]).arg(self.path("wire.pcap"));
        Some(Process::spawn(tcpdump.stdout(Stdio::null()).stderr(File::create(self.path("tcpdump.log")).unwrap())))
    }
}

/// Removes the namespaces of runs that were killed: their processes died with them, their namespaces cannot.
pub fn sweep() {
    let list = command("ip").args(["netns", "list"]).output().map(|output| output.stdout).unwrap_or_default();
    for name in String::from_utf8_lossy(&list).lines().filter_map(|line| line.split_whitespace().next()) {
        let maker = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        if maker.is_some_and(|maker| !Path::new("/proc").join(maker).exists()) {
            // A run beside this one may sweep it first.
            let _ = command("ip").args(["netns", "delete", name]).output();
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.router = None;
        for namespace in [&self.server, &self.wire] {
            // Half a lab may stand here after a panic: what is not there cannot be removed.
            let _ = command("ip").args(["netns", "delete", namespace]).output();
        }
        if std::thread::panicking() || std::env::var_os("PXECTL_E2E_KEEP").is_some() {
            println!("the logs of this lab are in {}", self.dir.display());
        } else {
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }
}

/// Room for machines on this host: two at a time, however many tests run beside each other.
struct Seats(u32);

static FREE: Mutex<u32> = Mutex::new(2);
static LEFT: Condvar = Condvar::new();

impl Seats {
    fn take(count: u32) -> Self {
        let free = FREE.lock().unwrap();
        *LEFT.wait_while(free, |free| *free < count).unwrap() -= count;
        Self(count)
    }
}

impl Drop for Seats {
    fn drop(&mut self) {
        *FREE.lock().unwrap() += self.0;
        LEFT.notify_all();
    }
}
