//! Files inside a WIM, which takes decompressing: wimlib-imagex (Debian: wimtools) does that. It lists, prints to a pipe, and writes into a
//! private folder under names that [`crate::media::extract`] has approved.

use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use pxectl_inventory::findings::whole;

use super::listing::{self, Listed};
use crate::exec::{self, Bounds};
use crate::failure::Failure;
use crate::interrupt;

const PROGRAM: &str = "wimlib-imagex";
/// A list of all files of a large install.wim takes some 100 MB.
const LIST: Bounds = Bounds { time: Duration::from_secs(600), output: 512 << 20 };
/// Bytes of what it says on its standard error that are shown.
const SAID_MOST: usize = 2048;
/// How often it is looked after while it writes files.
const LOOK: Duration = Duration::from_millis(20);
/// Bytes of memory that it may take: a WIM of Microsoft's takes a tenth, but one may say anything.
#[cfg(all(serves, target_os = "linux"))]
const MEMORY_MOST: u64 = 4 << 30;

/// One image of one WIM.
pub struct Wimlib {
    program: PathBuf,
    /// As people name it.
    shown: String,
    /// The part with the folders, and all others.
    parts: Vec<PathBuf>,
    image: u32,
}

/// A file on its way out. Its end is an error where the program found its bytes wrong.
pub struct Stream {
    child: Child,
    out: ChildStdout,
    said: Option<JoinHandle<Vec<u8>>>,
}

impl Wimlib {
    /// Looks for the program.
    ///
    /// # Errors
    /// Where it is not installed.
    pub fn find(shown: String, image: u32) -> Result<Self, Failure> {
        let hint = "Debian's package `wimtools` brings it; `pxectl media info` needs none";
        let program = exec::find(PROGRAM, Path::new("."))
            .map_err(|why| Failure::new(format!("looking into an image of `{shown}` takes {PROGRAM}: {why}")).hint(hint))?;
        Ok(Self { program, shown, parts: Vec::new(), image })
    }

    /// With the files that it is to read.
    ///
    /// # Errors
    /// Where nobody knows where the process is.
    pub fn of(mut self, parts: &[PathBuf]) -> Result<Self, Failure> {
        // A name that begins with a dash is no option.
        let parts: io::Result<_> = parts.iter().map(std::path::absolute).collect();
        self.parts = parts.map_err(|error| Failure::new(format!("`{}`: {error}", self.shown)))?;
        Ok(self)
    }

    fn failed(&self, what: &str, said: &str) -> Failure {
        if interrupt::came() {
            return Failure::new("interrupted");
        }
        Failure::new(format!("{PROGRAM} {what} of image {} of `{}`: {}", self.image, self.shown, told(said)))
    }

    /// What lies at a path, itself first, then all below it.
    ///
    /// # Errors
    /// Where there is nothing, or the program fails.
    pub fn list(&self, path: &[Vec<u8>]) -> Result<Vec<Listed>, Failure> {
        let mut command = self.command("dir");
        // Windows' names have no case.
        command.env("WIMLIB_IMAGEX_IGNORE_CASE", "1").arg("--detailed").arg(joined("--path=", path));
        let ended = exec::output(command, LIST).map_err(|error| self.failed("listing", &error.to_string()))?;
        if !ended.status.success() {
            return Err(self.failed("listing", &ended.stderr));
        }
        listing::entries(&ended.stdout).ok_or_else(|| self.failed("listing", "it has more than 500000 entries"))
    }

    /// The bytes of a file that was listed.
    ///
    /// # Errors
    /// Where the program does not start.
    pub fn read(&self, path: &[Vec<u8>]) -> Result<Stream, Failure> {
        let mut command = self.command("extract");
        command.arg(joined("", path)).args(["--to-stdout", "--no-globs"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed = |error: io::Error| self.failed("reading", &error.to_string());
        let mut child = command.spawn().map_err(failed)?;
        bound(&child);
        let (Some(out), Some(errors)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(self.failed("reading", "it has no output"));
        };
        Ok(Stream { child, out, said: Some(listen(errors)) })
    }

    /// Writes files that were listed below a folder, under their paths, in one run: each content is unpacked once.
    ///
    /// # Errors
    /// Where it fails; then nobody knows which of them are whole.
    pub fn write(&self, paths: &[&[Vec<u8>]], folder: &Path) -> Result<(), Failure> {
        let mut command = self.command("extract");
        command.args(["@-", "--no-globs", "--preserve-dir-structure"]).arg("--dest-dir").arg(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let failed = |error: io::Error| self.failed("unpacking", &error.to_string());
        let mut child = command.spawn().map_err(failed)?;
        bound(&child);
        let (Some(mut list), Some(errors)) = (child.stdin.take(), child.stderr.take()) else {
            return Err(self.failed("unpacking", "it has no input"));
        };
        let said = listen(errors);
        let lines: String = paths.iter().map(|path| joined("", path) + "\n").collect();
        // It reads all of it before it writes anything; where it has ended already it says why.
        let _ = list.write_all(lines.as_bytes());
        drop(list);
        let status = until_ended(&mut child);
        let said = said.join().unwrap_or_default();
        if status.map_err(failed)?.success() { Ok(()) } else { Err(self.failed("unpacking", &String::from_utf8_lossy(&said))) }
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.env_remove("WIMLIB_IMAGEX_IGNORE_CASE").env("LC_ALL", "C.UTF-8").arg(what);
        let (first, others) = self.parts.split_at(self.parts.len().min(1));
        command.args(first).arg(self.image.to_string()).args(others.iter().map(|part| reference(part)));
        command
    }
}

/// `--ref` takes a pattern.
fn reference(part: &Path) -> std::ffi::OsString {
    let mut option = std::ffi::OsString::from("--ref=");
    match part.to_str() {
        Some(path) => path.chars().for_each(|c| {
            if "*?[\\".contains(c) {
                option.push("\\");
            }
            option.push(c.encode_utf8(&mut [0; 4]));
        }),
        None => option.push(part),
    }
    option
}

/// A path that [`Wimlib::write`] can be given: one line of UTF-8 that keeps its end.
pub fn fits_a_line(path: &[Vec<u8>]) -> bool {
    let plain = |name: &Vec<u8>| std::str::from_utf8(name).is_ok_and(|name| !name.chars().any(char::is_control));
    let ends = |name: &Vec<u8>| String::from_utf8_lossy(name).ends_with(char::is_whitespace);
    path.iter().all(plain) && !path.last().is_some_and(ends)
}

#[cfg(all(serves, target_os = "linux"))]
fn bound(child: &Child) {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};

    let most = Rlimit { current: Some(MEMORY_MOST), maximum: Some(MEMORY_MOST) };
    let _ = prlimit(Some(Pid::from_child(child)), Resource::As, most);
}

#[cfg(not(all(serves, target_os = "linux")))]
fn bound(_: &Child) {}

/// Reads to the end beside whoever works, so that the program never waits.
fn listen(mut errors: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut said = Vec::new();
        let _ = errors.by_ref().take(SAID_MOST as u64).read_to_end(&mut said);
        let _ = io::copy(&mut errors, &mut io::sink());
        said
    })
}

/// Until it ends, or the person wants it to.
fn until_ended(child: &mut Child) -> io::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if interrupt::came() {
            let _ = child.kill();
            return child.wait();
        }
        std::thread::sleep(LOOK);
    }
}

/// Its sentence, without the words that frame it.
fn told(said: &str) -> String {
    let lines = said.lines().map(|line| line.trim().trim_start_matches("ERROR:").trim_start_matches("[ERROR]").trim());
    let lines: Vec<_> =
        lines.filter(|line| !line.is_empty() && !line.starts_with("Exiting with") && !line.starts_with("Note:")).collect();
    if lines.is_empty() { "it failed without a word".to_owned() } else { whole(&lines.join(" ")) }
}

/// A path from the image's root on, which no option and no list of files looks like.
fn joined(before: &str, path: &[Vec<u8>]) -> String {
    let names = path.iter().map(|name| String::from_utf8_lossy(name));
    let path = names.fold(String::new(), |path, name| path + "/" + &name);
    format!("{before}{}", if path.is_empty() { "/" } else { &path })
}

impl Read for Stream {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let n = self.out.read(room)?;
        // It sums what it prints, and tells last whether that was right.
        if let Some(said) = self.said.take_if(|_| n == 0 && !room.is_empty()) {
            let status = self.child.wait()?;
            let said = said.join().unwrap_or_default();
            if !status.success() {
                return Err(io::Error::other(told(&String::from_utf8_lossy(&said))));
            }
        }
        Ok(n)
    }
}

/// Whoever has read enough need not have read all.
impl Drop for Stream {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_pattern_elsewhere_is_a_name_here() {
        assert_eq!(reference(Path::new("/a*b/[1]?\\x.swm")), "--ref=/a\\*b/\\[1]\\?\\\\x.swm");
        let fits = |name: &[u8]| fits_a_line(&[b"a ".to_vec(), name.to_vec()]);
        assert!(fits(b"b") && fits("\u{e9} #;\"".as_bytes()) && fits(b" b"));
        assert!(!fits(b"b ") && !fits(b"b\nc") && !fits(b"\xff") && !fits("b\u{a0}".as_bytes()));
    }
}
