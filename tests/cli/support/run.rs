//! A command that runs to its end.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;

use super::PATIENCE;

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// `pxectl` in a folder, with nothing of the caller's environment that would change what it does or says.
pub fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pxectl"));
    command.current_dir(folder).args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["PXECTL_INVENTORY", "PXECTL_STATE", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    command.env("PXECTL_STORE", folder.join("store"));
    command
}

/// Runs `pxectl` to its end.
pub fn to_the_end(folder: &Path, args: &[&str]) -> Ran {
    wait(command(folder, args), &args.join(" "))
}

/// Runs a command to its end; one that hangs fails the test.
pub fn wait(mut command: Command, what: &str) -> Ran {
    let child = command.spawn().unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    let (done, outcome) = mpsc::channel();
    std::thread::spawn(move || done.send(child.wait_with_output()));
    let Ok(output) = outcome.recv_timeout(PATIENCE) else {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        panic!("`{what}` hangs");
    };
    let output = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    let ran = Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) };
    assert!(!ran.stderr.contains("panicked"), "`{what}` panicked: {}", ran.stderr);
    ran
}

impl Ran {
    /// Checks the exit code, and shows everything where it is another.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Checks that the standard error says this.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no `{text}` in the standard error:\n{}", self.stderr);
        self
    }

    /// Checks that the standard output holds this.
    #[track_caller]
    pub fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no `{text}` in the standard output:\n{}", self.stdout);
        self
    }

    /// Checks that there is exactly one error, and that it is said on the standard error.
    #[track_caller]
    pub fn one_error(self) -> Self {
        let errors = self.stderr.lines().filter(|line| line.starts_with("error")).count();
        assert_eq!(errors, 1, "one error, not {errors}:\n{}", self.stderr);
        self
    }
}
