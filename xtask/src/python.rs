//! Python's programs that tests try us with, in a folder of their own below `target`: nothing of the system's Python changes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::steps::Outcome;
use crate::tree;

/// Where their folder is, from the project's top; tests/cli looks there, too.
const FOLDER: &str = "target/python";
/// What is installed with all that it needs.
const PROGRAMS: &str = "xtask/python.txt";
/// What is installed for a file in it, without what its code would need.
const DATA: &str = "xtask/python-data.txt";

/// Where the programs are.
pub(crate) fn programs() -> PathBuf {
    tree::root().join(FOLDER).join("bin")
}

/// Installs what is missing or of another version.
pub(crate) fn install() -> Outcome {
    let root = tree::root();
    let wanted: String =
        [PROGRAMS, DATA].iter().map(|list| std::fs::read_to_string(root.join(list)).unwrap_or_default()).collect();
    let stamp = root.join(FOLDER).join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        eprintln!("    all of {PROGRAMS} and {DATA} is installed");
        return Outcome::Passed;
    }
    let pip = programs().join("pip");
    let quiet = ["install", "--quiet", "--disable-pip-version-check"];
    let made = run(Path::new("python3"), &["-m", "venv", "--clear", FOLDER])
        .and_then(|()| run(&pip, &[&quiet[..], &["--requirement", PROGRAMS]].concat()))
        .and_then(|()| run(&pip, &[&quiet[..], &["--no-deps", "--require-hashes", "--requirement", DATA]].concat()))
        .and_then(|()| std::fs::write(&stamp, wanted).map_err(|error| format!("writing `{}`: {error}", stamp.display())));
    match made {
        Ok(()) => Outcome::Passed,
        Err(why) => {
            Outcome::CouldNot(format!("{why}; needed are Python 3.11 with its `venv` and what {PROGRAMS} and {DATA} name"))
        }
    }
}

fn run(program: &Path, words: &[&str]) -> Result<(), String> {
    let shown = format!("{} {}", program.file_name().unwrap_or_default().to_string_lossy(), words.join(" "));
    eprintln!("    {shown}");
    let mut command = Command::new(program);
    // What they print is narration, and goes where ours goes.
    command.args(words).current_dir(tree::root()).stdin(Stdio::null()).stdout(std::io::stderr());
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{shown}` ended with {status}")),
        Err(error) => Err(format!("`{shown}` did not start: {error}")),
    }
}
