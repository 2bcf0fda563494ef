//! Child processes that never outlive their test.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// Where programs are looked for: a plain root shell has no /usr/sbin in its path.
const FOLDERS: [&str; 4] = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// The full path of a program.
pub fn program(name: &str) -> Option<String> {
    FOLDERS.iter().map(|folder| format!("{folder}/{name}")).find(|path| Path::new(path).exists())
}

/// A command by name, with no input.
pub fn command(name: &str) -> Command {
    let mut command = Command::new(program(name).unwrap_or_else(|| name.to_owned()));
    command.stdin(Stdio::null());
    command
}

/// A command inside a network namespace. The kernel kills it when the thread that starts it ends, even by SIGKILL.
pub fn command_in(namespace: &str, name: impl AsRef<OsStr>) -> Command {
    let mut command = command("ip");
    command.args(["netns", "exec", namespace, "setpriv", "--pdeathsig", "KILL", "--"]).arg(name);
    command
}

/// Runs to the end; a failure is the test's.
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    output
}

/// Runs `ip` with words parted by blanks.
pub fn ip(words: &str) {
    run(command("ip").args(words.split_whitespace()));
}

/// A process that ends with its owner.
pub struct Process(pub Child);

impl Process {
    /// Starts it.
    pub fn spawn(command: &mut Command) -> Self {
        Self(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// As ctrl-c would.
    pub fn interrupt(&self) {
        kill_process(Pid::from_child(&self.0), Signal::INT).unwrap();
    }

    /// How it ended.
    pub fn wait(&mut self) -> ExitStatus {
        self.0.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
