//! The program under test, as a person runs it: an inventory in a folder, `render dhcp`, `serve`.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::lab::{Lab, SERVER};
use crate::machine::PATIENCE;
use crate::process::{Process, run};
use crate::transcript::{Transcript, Verbatim};
use crate::{dhcpd, initramfs};

/// The binary that cargo built for this test.
const PXECTL: &str = env!("CARGO_BIN_EXE_pxectl");

/// What every inventory of the lab begins with; the hosts follow.
const INVENTORY: &str = include_str!("inventory.yaml");

/// A running `pxectl serve`.
pub struct Serve {
    events: Transcript,
    errors: PathBuf,
    process: Process,
}

/// Writes the inventory with these hosts, each a line of YAML; a new version takes the old one's place in one step.
pub fn write_inventory(lab: &Lab, hosts: &[&str]) {
    let tiny = lab.path("tiny.cpio");
    if !tiny.exists() {
        initramfs::build(lab.dir());
    }
    let image = lab.path("live.iso");
    if !image.exists() {
        initramfs::image(&image, &tiny);
    }
    let text = INVENTORY
        .replace("@server@", SERVER)
        .replace("@kernel@", &initramfs::kernel().display().to_string())
        .replace("@installer@", &initramfs::installer().display().to_string())
        .replace("@tiny@", &tiny.display().to_string())
        .replace("@image@", &image.display().to_string());
    replace_inventory(lab, &text, hosts);
}

/// The same with an inventory of one's own, up to its hosts.
pub fn replace_inventory(lab: &Lab, text: &str, hosts: &[&str]) {
    let hosts: String = hosts.iter().map(|host| format!("  - {host}\n")).collect();
    std::fs::write(lab.path("inventory.new"), text.to_owned() + &hosts).unwrap();
    std::fs::rename(lab.path("inventory.new"), lab.path("inventory.yaml")).unwrap();
}

/// Renders the DHCP configuration and starts dhcpd on it.
pub fn start_dhcpd(lab: &Lab) -> dhcpd::Dhcpd {
    let config = lab.path("dhcpd.conf");
    run(pxectl(lab).args(["render", "dhcp", "-o"]).arg(&config));
    dhcpd::Dhcpd::start(lab, &config)
}

/// What `explain` says of a host.
pub fn explained(lab: &Lab, host: &str) -> String {
    let output = pxectl(lab).args(["explain", host]).output().unwrap();
    assert!(output.status.success(), "explain: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn pxectl(lab: &Lab) -> Command {
    let mut command = lab.at_server(PXECTL);
    command.arg("-i").arg(lab.path("inventory.yaml")).arg("--state").arg(lab.path("state"));
    command
}

impl Serve {
    /// Starts `serve --all --yes` and waits until it listens.
    pub fn start(lab: &Lab) -> Self {
        let errors = lab.path("serve.log");
        let mut command = pxectl(lab);
        command.args(["serve", "--all", "--yes", "--events", "ndjson"]);
        let stderr = std::fs::File::options().create(true).append(true).open(&errors).unwrap();
        let mut process = Process::spawn(command.stdout(Stdio::piped()).stderr(stderr));
        let events = Transcript::follow(process.0.stdout.take().unwrap(), &lab.path("events.ndjson"), Verbatim);
        let this = Self { events, errors, process };
        this.wait_for("listening", |_| true);
        this
    }

    /// Waits for an event of this kind that `fits`.
    pub fn wait_for(&self, kind: &str, mut fits: impl FnMut(&Event) -> bool) -> Event {
        let mut from = 0;
        let found = self.events.wait(PATIENCE, |state| {
            let whole = from + state.text[from..].rfind('\n').map_or(0, |end| end + 1);
            let mut offset = from;
            for line in state.text[std::mem::replace(&mut from, whole)..whole].split_inclusive('\n') {
                let event = Event::read(line, state.when(offset));
                offset += line.len();
                if event.kind() == kind && fits(&event) {
                    return Some(event);
                }
            }
            None
        });
        found.unwrap_or_else(|| panic!("no event `{kind}` that fits in {PATIENCE:?}\n{}", self.story()))
    }

    /// All events so far.
    pub fn events(&self) -> Vec<Event> {
        let (state, mut offset, mut events) = (self.events.now(), 0, Vec::new());
        for line in state.text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
            events.push(Event::read(line, state.when(offset)));
            offset += line.len();
        }
        events
    }

    /// Ends it as ctrl-c does; its answer must be 0.
    pub fn stop(mut self) {
        self.process.interrupt();
        assert!(self.events.wait_closed(Duration::from_secs(60)), "serve did not end after SIGINT\n{}", self.story());
        let status = self.process.wait();
        assert!(status.success(), "serve ended with {status}\n{}", self.story());
        assert_eq!(self.events().last().map(|event| event.kind().to_owned()).as_deref(), Some("stopped"));
    }

    /// Ends it by SIGKILL: it has no last word.
    pub fn kill(self) {
        drop(self);
    }

    /// What it said, for a failure's report.
    fn story(&self) -> String {
        let log = std::fs::read_to_string(&self.errors).unwrap_or_default();
        format!("events:\n{}\nstderr:\n{log}", self.events.now().text)
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}", self.story());
        }
    }
}

/// A line of the event stream, and when it came.
#[derive(Debug, Clone)]
pub struct Event {
    value: Value,
    /// When the line came.
    pub at: Instant,
}

impl Event {
    fn read(line: &str, at: Instant) -> Self {
        Self { value: serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in the event `{line}`")), at }
    }

    /// Its kind.
    pub fn kind(&self) -> &str {
        self.text("event")
    }

    /// A text by its key; empty where it has none.
    pub fn text(&self, key: &str) -> &str {
        self.value.get(key).and_then(Value::as_str).unwrap_or("")
    }

    /// A number by its key.
    pub fn number(&self, key: &str) -> Option<u64> {
        self.value.get(key).and_then(Value::as_u64)
    }

    /// The number that ties a transfer's events together.
    pub fn transfer(&self) -> Option<u64> {
        self.number("transfer")
    }
}
