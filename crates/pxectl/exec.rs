//! Programs that are run to their end: bounded in time and output, without input, and never through a shell.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use pxectl_inventory::findings::shown;

/// How often a program that has closed its output is looked after.
const LOOK: Duration = Duration::from_millis(5);
/// How long the last words of a program that was killed are waited for.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// Bytes of the standard error that are kept; the rest is read and forgotten.
const STDERR_MOST: usize = 4 * 1024;

/// What a program may cost.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// From its start to its end.
    pub time: Duration,
    /// Bytes of its standard output.
    pub output: usize,
}

/// A program that ended in time.
pub struct Ended {
    /// How.
    pub status: ExitStatus,
    /// Its standard output, whole.
    pub stdout: Vec<u8>,
    /// The beginning of its standard error.
    pub stderr: String,
}

/// Why a program did not come to its end.
#[derive(Debug)]
pub enum NotEnded {
    /// There is no such program, or it may not be run.
    Start(io::Error),
    /// It took too long. Its output counts, too: where it leaves somebody behind who holds that, nobody knows whether it is whole.
    Time {
        /// The bound.
        time: Duration,
        /// The beginning of what it wrote to its standard error, where that is closed now.
        stderr: String,
    },
    /// It wrote more than this many bytes.
    Output(usize),
    /// The system.
    Io(io::Error),
}

impl std::fmt::Display for NotEnded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Start(error) => write!(f, "it cannot be started: {error}"),
            Self::Time { time, .. } => write!(f, "it was not done within {} s", time.as_secs()),
            Self::Output(most) => write!(f, "it prints more than {most} bytes"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl From<io::Error> for NotEnded {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Where the program of a command lies: a name is looked for in the folders of PATH, a path begins at `folder`.
///
/// # Errors
/// Where there is none that could be run, in words.
pub fn find(program: &str, folder: &Path) -> Result<PathBuf, String> {
    find_in(program, folder, &std::env::var_os("PATH").unwrap_or_default()).ok_or_else(|| match program.contains('/') {
        true => format!("there is no program `{}` that could be run", shown(program)),
        false => format!("there is no program `{}` in any folder of PATH", shown(program)),
    })
}

fn find_in(program: &str, folder: &Path, path: &OsStr) -> Option<PathBuf> {
    if program.contains('/') {
        let path = std::path::absolute(folder.join(program)).ok()?;
        return runs(&path).then_some(path);
    }
    std::env::split_paths(path).map(|dir| dir.join(program)).find(|path| runs(path))
}

#[cfg(unix)]
fn runs(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn runs(path: &Path) -> bool {
    path.is_file()
}

/// Runs a program in a folder to its end.
///
/// # Errors
/// Where it does not come to one. It is killed then; what it has started itself is not.
pub fn run(program: &Path, args: &[String], folder: &Path, bounds: Bounds) -> Result<Ended, NotEnded> {
    let mut command = Command::new(program);
    command.args(args).current_dir(folder);
    output(command, bounds)
}

/// Runs a command that is made already to its end; its pipes are set here.
///
/// # Errors
/// As for [`run`].
pub fn output(mut command: Command, bounds: Bounds) -> Result<Ended, NotEnded> {
    let deadline = Instant::now() + bounds.time;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(NotEnded::Start)?;
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(io::Error::other("a program without pipes").into());
    };
    // Threads: a program may fill either pipe, and may leave somebody behind who holds them open for ever.
    let stdout = reader(stdout, bounds.output.saturating_add(1), false);
    let stderr = reader(stderr, STDERR_MOST, true);
    let mut ended = wait(&mut child, &stdout, &stderr, deadline, bounds);
    if ended.is_err() {
        // It may have ended in this very moment.
        let _ = child.kill();
        let _ = child.wait();
    }
    if let Err(NotEnded::Time { stderr: said, .. }) = &mut ended
        && let Ok(Ok(bytes)) = stderr.recv_timeout(LAST_WORDS)
    {
        *said = String::from_utf8_lossy(&bytes).into_owned();
    }
    ended
}

fn wait(
    child: &mut Child,
    stdout: &Receiver<io::Result<Vec<u8>>>,
    stderr: &Receiver<io::Result<Vec<u8>>>,
    deadline: Instant,
    bounds: Bounds,
) -> Result<Ended, NotEnded> {
    let late = || NotEnded::Time { time: bounds.time, stderr: String::new() };
    let left = || deadline.saturating_duration_since(Instant::now());
    let out = stdout.recv_timeout(left()).map_err(|_| late())??;
    if out.len() > bounds.output {
        return Err(NotEnded::Output(bounds.output));
    }
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if left().is_zero() {
            return Err(late());
        }
        std::thread::sleep(LOOK.min(left()));
    };
    let err = stderr.recv_timeout(left()).map_err(|_| late())??;
    Ok(Ended { status, stdout: out, stderr: String::from_utf8_lossy(&err).into_owned() })
}

/// Reads a pipe in a thread of its own, `most` bytes of it; then, where `all`, to its end.
fn reader(mut pipe: impl Read + Send + 'static, most: usize, all: bool) -> Receiver<io::Result<Vec<u8>>> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let mut read = pipe.by_ref().take(most as u64).read_to_end(&mut bytes).map(drop);
        if all && read.is_ok() {
            read = io::copy(&mut pipe, &mut io::sink()).map(drop);
        }
        // Nobody may be waiting any more.
        let _ = send.send(read.map(|()| bytes));
    });
    receive
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { time: Duration::from_secs(20), output: 100 };

    fn shell(script: &str, bounds: Bounds) -> Result<Ended, NotEnded> {
        run(Path::new("/bin/sh"), &["-c".to_owned(), script.to_owned()], Path::new("/"), bounds)
    }

    #[test]
    fn what_a_program_says_and_how_it_ends() {
        let ended = shell("echo out; echo err >&2; exit 3", BOUNDS).ok().unwrap();
        assert_eq!((ended.status.code(), ended.stdout.as_slice(), ended.stderr.as_str()), (Some(3), &b"out\n"[..], "err\n"));
        assert_eq!(shell("cat; pwd", BOUNDS).ok().unwrap().stdout, b"/\n", "there is no input, and it runs in the folder");
        assert!(matches!(run(Path::new("/nonexistent"), &[], Path::new("/"), BOUNDS), Err(NotEnded::Start(_))));
    }

    #[test]
    fn too_much_is_refused_and_too_much_of_the_other_is_left_out() {
        assert!(matches!(shell("while :; do echo 0123456789; done", BOUNDS), Err(NotEnded::Output(100))));
        let ended = shell("n=0; while [ $n -lt 2000 ]; do echo 0123456789 >&2; n=$((n+1)); done; echo x", BOUNDS).ok().unwrap();
        assert_eq!((ended.stdout.as_slice(), ended.stderr.len()), (&b"x\n"[..], STDERR_MOST));
    }

    #[test]
    fn time_is_bounded_also_where_the_output_is_closed_or_held() {
        let short = Bounds { time: Duration::from_millis(300), ..BOUNDS };
        for script in ["sleep 9", "exec >&- 2>&-; sleep 9", "sleep 9 & exit 0"] {
            assert!(matches!(shell(script, short), Err(NotEnded::Time { .. })), "{script}");
        }
        let last = shell("echo who are you? >&2; exec sleep 9", short);
        assert!(matches!(last, Err(NotEnded::Time { stderr, .. }) if stderr == "who are you?\n"));
    }

    #[test]
    fn programs_are_found_as_a_shell_finds_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tool");
        std::fs::write(&path, "#!/bin/sh\n").unwrap();
        let look = |program: &str| find_in(program, folder.path(), folder.path().as_os_str());
        assert_eq!((look("tool"), look("./tool")), (None, None), "nobody may run it");
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        assert_eq!(look("tool"), Some(path));
        assert!(look("./tool").is_some_and(|path| path.is_absolute()));
        assert_eq!(look("other"), None);
        assert_eq!(look("."), None, "a folder is no program");
    }
}
