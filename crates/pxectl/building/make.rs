//! One run of make: its own process group, so that all of it ends when the person wants it to; its words bounded.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{Receiver, channel};

use super::screen::Screen;

/// Bytes of errors that are kept for the person.
const ERRORS_MOST: usize = 64 * 1024;
/// Bytes of the log; what is more is left out.
const LOG_MOST: u64 = 16 * 1024 * 1024;
/// How long an interrupted make may take to end.
const GRACE: Duration = Duration::from_secs(5);
/// Bytes of one line.
const LINE_MOST: u64 = 16 * 1024;

/// What is to be run.
pub struct Make<'m> {
    /// The program.
    pub program: &'m Path,
    /// iPXE's src, in the copy.
    pub folder: &'m Path,
    /// Variables and the goal.
    pub args: Vec<String>,
    /// Where all of its output goes.
    pub log: &'m Path,
}

/// Why nothing was built.
pub enum NotBuilt {
    /// It could not be run.
    Run(io::Error),
    /// It failed: what it wrote to its standard error.
    Failed(ExitStatus, String),
    /// The person wanted it to end.
    Interrupted,
}

impl From<io::Error> for NotBuilt {
    fn from(error: io::Error) -> Self {
        Self::Run(error)
    }
}

/// A line, and whether it came from the standard error.
type Line = (String, bool);

impl Make<'_> {
    /// Runs it to its end.
    ///
    /// # Errors
    /// Where it fails, or is ended by a signal to this process; then everything that it has started is ended, too.
    pub async fn run(&self, screen: &mut Screen) -> Result<(), NotBuilt> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut command = Command::new(self.program);
        command.args(&self.args).current_dir(self.folder).env_clear();
        // What make and compilers would take from the caller's environment changes what is built.
        for name in ["PATH", "HOME", "TMPDIR"] {
            std::env::var_os(name).map(|value| command.env(name, value));
        }
        // A build of the same is the same (reproducible-builds.org): iPXE 2.0 has this second in its header.
        command.env("LC_ALL", "C").env("SOURCE_DATE_EPOCH", "946684800");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn()?;
        let mut group = Group(Pid::from_child(&child), true);
        let mut lines = lines(&mut child);
        let mut log = Log::new(self.log)?;
        let mut errors = String::new();
        loop {
            let line = tokio::select! {
                line = lines.recv() => line,
                _ = interrupt.recv() => return Err(interrupted(&group, lines).await),
                _ = terminate.recv() => return Err(interrupted(&group, lines).await),
            };
            let Some((line, is_error)) = line else { break };
            log.take(&line);
            if !is_error {
                screen.line(&line);
            } else if errors.len() < ERRORS_MOST {
                errors.push_str(&line);
                errors.push('\n');
            }
        }
        let status = tokio::task::spawn_blocking(move || child.wait()).await.map_err(io::Error::other)??;
        group.1 = false;
        if status.success() { Ok(()) } else { Err(NotBuilt::Failed(status, errors)) }
    }
}

/// Asks all of them to end, and waits until they have, though not for ever: make takes half-written files away, which the next run
/// would take for whole ones.
async fn interrupted(group: &Group, mut lines: Receiver<Line>) -> NotBuilt {
    if kill_process_group(group.0, Signal::TERM).is_ok() {
        // Who writes no more has ended.
        let _ = tokio::time::timeout(GRACE, async { while lines.recv().await.is_some() {} }).await;
    }
    NotBuilt::Interrupted
}

/// All processes of one make; they go with this.
struct Group(Pid, bool);

impl Drop for Group {
    fn drop(&mut self) {
        if self.1 {
            let _ = kill_process_group(self.0, Signal::KILL);
        }
    }
}

fn lines(child: &mut Child) -> Receiver<Line> {
    let (send, receive) = channel(1024);
    let pipes: [(Option<Box<dyn Read + Send>>, bool); 2] = [
        (child.stdout.take().map(|pipe| Box::new(pipe) as _), false),
        (child.stderr.take().map(|pipe| Box::new(pipe) as _), true),
    ];
    for (pipe, is_error) in pipes {
        let (Some(pipe), send) = (pipe, send.clone()) else { continue };
        std::thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            loop {
                let mut line = Vec::new();
                match (&mut pipe).take(LINE_MOST).read_until(b'\n', &mut line) {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {
                        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                        // Whoever does not listen any more has ended the build.
                        if send.blocking_send((text, is_error)).is_err() {
                            return;
                        }
                    }
                }
            }
        });
    }
    receive
}

struct Log {
    file: File,
    left: u64,
}

impl Log {
    fn new(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::create(path)?, left: LOG_MOST })
    }

    fn take(&mut self, line: &str) {
        let len = line.len() as u64 + 1;
        if len <= self.left && writeln!(self.file, "{line}").is_ok() {
            self.left -= len;
        }
    }
}

/// The place of what was built.
pub fn result(folder: &Path, goal: &str) -> PathBuf {
    folder.join(goal)
}
