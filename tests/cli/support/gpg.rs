//! The real gpg, for cases in which somebody signs.

use std::io::Write as _;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Somebody with a key.
pub struct Signer {
    home: TempDir,
    /// Of the key.
    pub fingerprint: String,
}

impl Signer {
    /// With a new key; none where there is no gpg.
    ///
    /// # Panics
    /// Where there is none and `PXECTL_REQUIRE` is set.
    pub fn new() -> Option<Self> {
        if Command::new("gpg").arg("--version").output().is_err() {
            assert!(
                std::env::var_os("PXECTL_REQUIRE").is_none(),
                "PXECTL_REQUIRE is set, and there is no gpg: `cargo xtask setup`"
            );
            let _ = writeln!(std::io::stderr(), "SKIPPED: gpg is missing");
            return None;
        }
        let mut signer = Self { home: tempfile::tempdir().unwrap(), fingerprint: String::new() };
        signer.run(&["--quick-generate-key", "publisher@example.net", "ed25519", "sign", "never"], b"");
        let list = String::from_utf8(signer.run(&["--with-colons", "--list-keys"], b"")).unwrap();
        let print = list.lines().find(|line| line.starts_with("fpr:")).unwrap();
        signer.fingerprint = print.split(':').nth(9).unwrap().to_owned();
        Some(signer)
    }

    fn run(&self, words: &[&str], input: &[u8]) -> Vec<u8> {
        let mut command = Command::new("gpg");
        command.arg("--homedir").arg(self.home.path()).args(["--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback"]);
        let mut child =
            command.args(["--passphrase", ""]).args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "gpg {words:?}");
        output.stdout
    }

    /// The public key, armored.
    pub fn key(&self) -> Vec<u8> {
        self.run(&["--armor", "--export"], b"")
    }

    /// A detached signature.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.run(&["--armor", "--detach-sign"], bytes)
    }

    /// The text with its signature around it.
    pub fn clearsign(&self, bytes: &[u8]) -> Vec<u8> {
        self.run(&["--clearsign"], bytes)
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.home.path()).args(["--kill", "all"]).output();
    }
}
