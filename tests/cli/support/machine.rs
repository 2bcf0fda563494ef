//! A machine on an address of its own, as its iPXE asks.

use std::net::{Ipv4Addr, SocketAddr};

use super::http::{self, Reading, Response};

/// A machine.
#[derive(Debug, Clone)]
pub struct Machine {
    pub address: Ipv4Addr,
    server: SocketAddr,
    fields: Vec<(&'static str, String)>,
    platform: (&'static str, &'static str),
}

/// A stage-2 script that a machine got.
#[derive(Debug, Clone)]
pub struct Script {
    pub text: String,
}

impl Machine {
    /// On 127.0.0.`last`: a BIOS that has not said who it is.
    pub fn new(last: u8, server: SocketAddr) -> Self {
        Self { address: Ipv4Addr::new(127, 0, 0, last), server, fields: Vec::new(), platform: ("pcbios", "i386") }
    }

    /// With a serial number.
    pub fn serial(mut self, serial: &str) -> Self {
        self.fields.push(("serial", hex(serial)));
        self
    }

    /// With the address of its card.
    pub fn mac(mut self, mac: &str) -> Self {
        self.fields.push(("mac", mac.replace(':', "")));
        self
    }

    /// With a product name.
    pub fn product(mut self, product: &str) -> Self {
        self.fields.push(("product", hex(product)));
        self
    }

    /// Fetches a path, or an URL of this server.
    pub fn get(&self, url: &str) -> Response {
        self.ask(url).whole()
    }

    /// Fetches the headers of it; the body is left to be read.
    pub fn ask(&self, url: &str) -> Reading {
        let base = format!("http://{}", self.server);
        http::ask(self.address, self.server, url.strip_prefix(&base).unwrap_or(url))
    }

    /// Stage 1, then stage 2: the script for this machine. There is always one.
    pub fn boot(&self) -> Script {
        let stage1 = self.get("/boot.ipxe");
        assert_eq!(stage1.status, 200);
        assert!(stage1.text().contains("/boot?serial=${serial:hexraw}&"), "{}", stage1.text());
        let (platform, arch) = self.platform;
        let fields: String = self.fields.iter().map(|(key, value)| format!("{key}={value}&")).collect();
        let stage2 = self.get(&format!("/boot?{fields}arch={arch}&platform={platform}"));
        assert_eq!(stage2.status, 200, "a machine always gets a script");
        let text = stage2.text();
        assert!(text.starts_with("#!ipxe\n"), "{text}");
        Script { text }
    }

    /// Fetches the script's beacon.
    pub fn beacon(&self, script: &Script) -> Response {
        self.get(&script.beacon_url())
    }

    /// Boots to the end: script, files, beacon.
    pub fn boots_whole(&self) -> Script {
        let script = self.boot();
        for url in script.urls().iter().filter(|url| url.contains("/artifacts/")) {
            assert_eq!(self.get(url).status, 200, "{url}");
        }
        assert_eq!(self.beacon(&script).status, 200);
        script
    }
}

impl Script {
    /// Every URL in it that is of one boot or looks like it, in order; the one that asks again is not.
    pub fn urls(&self) -> Vec<String> {
        let words = self.text.split_ascii_whitespace().filter(|word| word.starts_with("http://"));
        words.filter(|url| !url.contains("/boot?")).map(str::to_owned).collect()
    }

    /// The URL of a file.
    pub fn url(&self, end: &str) -> String {
        self.urls().into_iter().find(|url| url.ends_with(end)).unwrap_or_else(|| panic!("no {end} in\n{}", self.text))
    }

    fn beacon_url(&self) -> String {
        self.url("/event/booted")
    }

    /// Whether it starts an installer: its beacon decides, and without it the script does not go on.
    pub fn installs(&self) -> bool {
        self.text.contains("|| goto refused")
    }

    /// Whether it boots the machine's disk.
    pub fn is_local(&self) -> bool {
        self.text.contains("sanboot --no-describe --drive 0x80")
    }

    /// Whether it waits and asks again.
    pub fn waits(&self) -> bool {
        !self.text.contains("/event/booted") && self.text.contains("sleep ")
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}
