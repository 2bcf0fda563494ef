//! A person at a terminal: `script` of util-linux gives the pseudo-terminal.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::run;

/// A command that believes that a person is there.
pub struct Terminal {
    child: Child,
    screen: String,
}

impl Terminal {
    /// Runs `pxectl` with these arguments, which hold nothing that a shell would read twice.
    pub fn run(folder: &Path, args: &[&str]) -> Self {
        Self::start(folder, args, None)
    }

    /// The same, at a terminal that is so many columns wide.
    pub fn sized(folder: &Path, args: &[&str], columns: usize) -> Self {
        Self::start(folder, args, Some(columns))
    }

    fn start(folder: &Path, args: &[&str], columns: Option<usize>) -> Self {
        let line = format!("exec {} {}", env!("CARGO_BIN_EXE_pxectl"), args.join(" "));
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).env("TERM", "xterm").current_dir(folder);
        for (name, _) in run::command(folder, &[]).get_envs() {
            script.env_remove(name);
        }
        script.envs(columns.map(|columns| ("COLUMNS", columns.to_string())));
        let spawned = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn();
        Self { child: spawned.expect("`script` of util-linux (Debian: bsdutils, always there)"), screen: String::new() }
    }

    /// Waits until the screen says this.
    #[track_caller]
    pub fn shows(&mut self, text: &str) {
        while !self.screen.contains(text) {
            assert!(self.more(), "the screen never showed `{text}`:\n{}", self.screen);
        }
    }

    fn more(&mut self) -> bool {
        let mut chunk = [0; 4096];
        let count = self.child.stdout.as_mut().unwrap().read(&mut chunk).unwrap();
        self.screen.push_str(&String::from_utf8_lossy(&chunk[..count]));
        count > 0
    }

    /// Types this.
    pub fn types(&mut self, text: &str) {
        self.child.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Waits for the end: the exit code, and all that was shown.
    pub fn end(mut self) -> (i32, String) {
        while self.more() {}
        let code = self.child.wait().unwrap().code().unwrap();
        (code, std::mem::take(&mut self.screen))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // It hands this on to what runs in it.
            let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
            let _ = self.child.wait();
        }
    }
}
