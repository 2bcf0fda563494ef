//! The real gpg in a home of its own, with its clock at a fixed moment.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use pxectl_model::fingerprint::Fingerprint;
use tempfile::TempDir;

/// When everything is made: 2024-01-01T00:00:00Z.
pub const MOMENT: u64 = 1_704_067_200;

pub struct Gpg {
    home: TempDir,
}

/// A check that cannot be made says so, and fails where it is required.
pub fn absent(program: &str) {
    assert!(
        std::env::var_os("PXECTL_REQUIRE").is_none() && std::env::var_os("CI").is_none(),
        "`{program}` is missing; `cargo xtask setup` installs it"
    );
    let _ = writeln!(std::io::stderr(), "SKIPPED: `{program}` is missing");
}

impl Gpg {
    pub fn new() -> Option<Self> {
        if Command::new("gpg").arg("--version").output().is_err() {
            absent("gpg");
            return None;
        }
        let home = tempfile::tempdir().unwrap();
        Some(Self { home })
    }

    fn command(&self, now: u64) -> Command {
        let mut command = Command::new("gpg");
        command.arg("--homedir").arg(self.home.path());
        command.args([
            "--batch",
            "--quiet",
            "--no-tty",
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "",
            "--trust-model",
            "always",
        ]);
        command.args(["--allow-weak-key-signatures", "--allow-weak-digest-algos"]);
        command.arg(format!("--faked-system-time={now}"));
        command.stderr(Stdio::piped());
        command
    }

    /// What gpg prints, with its clock there; nothing where it refuses.
    pub fn run(&self, words: &[&str], input: &[u8], now: u64) -> Vec<u8> {
        let mut child = self.command(now).args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap().stdout
    }

    fn must(&self, words: &[&str], input: &[u8]) -> Vec<u8> {
        let mut child = self.command(MOMENT).args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "gpg {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn prints(&self, what: &str) -> Vec<Fingerprint> {
        let text =
            String::from_utf8(self.must(&["--with-colons", "--with-subkey-fingerprint", "--list-keys", what], b"")).unwrap();
        let prints = text.lines().filter(|line| line.starts_with("fpr:")).map(|line| line.split(':').nth(9).unwrap());
        prints.map(|print| print.parse().unwrap()).collect()
    }

    /// A new key; `usage`: `cert` or `sign` besides.
    pub fn key(&self, algorithm: &str, usage: &str, expires: &str) -> Fingerprint {
        let name = format!("{algorithm}-{}@example.net", self.count());
        self.must(&["--quick-generate-key", &name, algorithm, usage, expires], b"");
        self.prints(&name)[0]
    }

    fn count(&self) -> usize {
        let text = self.run(&["--with-colons", "--list-keys"], b"", MOMENT);
        text.windows(4).filter(|window| *window == b"pub:").count()
    }

    pub fn subkey(&self, key: &Fingerprint, algorithm: &str, usage: &str, expires: &str) -> Fingerprint {
        self.must(&["--quick-add-key", &key.to_string(), algorithm, usage, expires], b"");
        *self.prints(&key.to_string()).last().unwrap()
    }

    pub fn sign(&self, key: &Fingerprint, data: &[u8], armor: bool) -> Vec<u8> {
        let armor = if armor { "--armor" } else { "--no-armor" };
        self.must(&[armor, "--local-user", &format!("{key}!"), "--detach-sign"], data)
    }

    pub fn export(&self, key: &Fingerprint, armor: bool) -> Vec<u8> {
        self.must(&[if armor { "--armor" } else { "--no-armor" }, "--export", &key.to_string()], b"")
    }

    pub fn export_all(&self, keys: &[&Fingerprint]) -> Vec<u8> {
        keys.iter().flat_map(|key| self.export(key, false)).collect()
    }

    pub fn export_secret(&self, key: &Fingerprint) -> Vec<u8> {
        self.must(&["--armor", "--export-secret-keys", &key.to_string()], b"")
    }

    /// By the certificate that gpg lays down with each new key.
    pub fn revoke(&self, key: &Fingerprint) {
        let path = self.home.path().join(format!("openpgp-revocs.d/{key}.rev"));
        let text = std::fs::read_to_string(path).unwrap().replace(":-----BEGIN", "-----BEGIN");
        self.must(&["--import"], text.as_bytes());
    }

    /// The nth subkey, from 1.
    pub fn revoke_subkey(&self, key: &Fingerprint, n: usize) {
        let words = ["--command-fd", "0", "--edit-key", &key.to_string()].map(str::to_owned);
        let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "--batch").collect();
        let commands = format!("key {n}\nrevkey\ny\n3\n\ny\nsave\n");
        let mut command = Command::new("gpg");
        command.arg("--homedir").arg(self.home.path()).args(["--no-tty", "--pinentry-mode", "loopback", "--passphrase", ""]);
        command.arg(format!("--faked-system-time={MOMENT}")).args(words);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(commands.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// What Sequoia's verifier makes of it, at the clock's own time.
    pub fn sqv_agrees(&self, keys: &[u8], signature: &[u8], data: &[u8], good: bool) {
        if Command::new("sqv").arg("--version").output().is_err() {
            return absent("sqv");
        }
        let file = |name: &str, bytes: &[u8]| {
            let path = self.home.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let (keys, signature, data) = (file("keys", keys), file("signature", signature), file("data", data));
        let run = |path: &Path| path.to_owned();
        let status = Command::new("sqv")
            .arg("--keyring")
            .arg(run(&keys))
            .arg(run(&signature))
            .arg(run(&data))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.success(), good);
    }
}

impl Drop for Gpg {
    /// The agent that gpg started for this home.
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.home.path()).args(["--kill", "all"]).output();
    }
}
