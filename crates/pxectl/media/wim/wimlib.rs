//! Files inside a WIM, which takes decompressing: wimlib-imagex (Debian: wimtools) does that. It lists and prints to a pipe; it never writes
//! a file, so that no name of a stranger's reaches the disk but through [`crate::media::extract`].

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use pxectl_inventory::findings::whole;
use pxectl_media::Found;

use super::listing;
use crate::exec::{self, Bounds};
use crate::failure::Failure;

const PROGRAM: &str = "wimlib-imagex";
/// A list of all files of a large install.wim takes some 100 MB.
const LIST: Bounds = Bounds { time: Duration::from_secs(600), output: 512 << 20 };
/// Bytes of what it says on its standard error that are shown.
const SAID_MOST: usize = 2048;

/// One image of one WIM.
pub struct Wimlib {
    program: PathBuf,
    file: PathBuf,
    image: u32,
}

/// A file on its way out.
pub struct Stream {
    child: Child,
    out: ChildStdout,
    said: JoinHandle<Vec<u8>>,
}

impl Wimlib {
    /// Looks for the program.
    ///
    /// # Errors
    /// Where it is not installed.
    pub fn find(file: &Path, image: u32) -> Result<Self, Failure> {
        let hint = "Debian's package `wimtools` brings it; `pxectl media info` needs none";
        let program = exec::find(PROGRAM, Path::new(".")).map_err(|why| {
            Failure::new(format!("looking into an image of `{}` takes {PROGRAM}: {why}", file.display())).hint(hint)
        })?;
        // A name that begins with a dash is no option.
        let file = std::path::absolute(file).map_err(|error| Failure::new(format!("`{}`: {error}", file.display())))?;
        Ok(Self { program, file, image })
    }

    fn failed(&self, what: &str, said: &str) -> Failure {
        let text = format!("{PROGRAM} {what} of image {} of `{}`: {}", self.image, self.file.display(), told(said));
        Failure::new(text)
    }

    /// What lies at a path, itself first, then all below it.
    ///
    /// # Errors
    /// Where there is nothing, or the program fails.
    pub fn list(&self, path: &[Vec<u8>]) -> Result<Vec<Found>, Failure> {
        let mut command = self.command("dir");
        command.arg(self.image.to_string()).arg("--detailed").arg(joined("--path=", path));
        let ended = exec::output(command, LIST).map_err(|error| self.failed("listing", &error.to_string()))?;
        if !ended.status.success() {
            return Err(self.failed("listing", &ended.stderr));
        }
        listing::entries(&ended.stdout).ok_or_else(|| self.failed("listing", "it has more than 500000 entries"))
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// Where the program does not start; [`Stream::end`] has its other errors.
    pub fn read(&self, path: &[Vec<u8>]) -> Result<Stream, Failure> {
        let mut command = self.command("extract");
        command.arg(self.image.to_string()).arg(joined("", path)).args(["--to-stdout", "--no-globs"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed = |error: io::Error| self.failed("reading", &error.to_string());
        let mut child = command.spawn().map_err(failed)?;
        let (Some(out), Some(mut errors)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(self.failed("reading", "it has no output"));
        };
        // Read to its end beside the output, so that it never waits.
        let said = std::thread::spawn(move || {
            let mut said = Vec::new();
            let _ = errors.by_ref().take(SAID_MOST as u64).read_to_end(&mut said);
            let _ = io::copy(&mut errors, &mut io::sink());
            said
        });
        Ok(Stream { child, out, said })
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(&self.program);
        // Windows' names have no case.
        command.env("WIMLIB_IMAGEX_IGNORE_CASE", "1").env("LC_ALL", "C.UTF-8").arg(what).arg(&self.file);
        command
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
        self.out.read(room)
    }
}

impl Stream {
    /// Ends the program, and tells why it failed where it did. Whoever has read enough need not have read all.
    ///
    /// # Errors
    /// In the program's words.
    pub fn end(mut self, whole: bool) -> Result<(), String> {
        drop(self.out);
        if !whole {
            let _ = self.child.kill();
        }
        let status = self.child.wait();
        let said = self.said.join().unwrap_or_default();
        match status {
            Ok(status) if status.success() || !whole => Ok(()),
            Ok(_) => Err(told(&String::from_utf8_lossy(&said))),
            Err(error) => Err(error.to_string()),
        }
    }
}
