//! `init`: a lab to begin with, that lints clean and boots without a download.

use std::path::Path;

use pxectl_inventory::findings::whole;

use crate::cli::{CiKind, Init};
use crate::failure::{Answer, Failure, Outcome};
use crate::session::{Session, print};
use crate::show::{self, shell};
use crate::starter::{self, Forge, Made, NewFile, Step, write_new};

/// Exit 0 with a lab; nothing that was there is changed. 2 where there is one already.
pub fn run(args: &Init, session: &Session) -> Outcome {
    let folder = args.dir.as_path();
    let shown = whole(&folder.display().to_string());
    let inventory = folder.join(starter::INVENTORY);
    if inventory.symlink_metadata().is_ok() {
        let already = format!("`{}` is there already: this is a lab", whole(&inventory.display().to_string()));
        return Err(Failure::new(already).hint("`pxectl lint` checks it; name another folder for a new one"));
    }
    std::fs::create_dir_all(folder).map_err(|error| cannot("making the folder", folder, &error))?;
    let absolute = std::fs::canonicalize(folder).map_err(|error| cannot("looking at the folder", folder, &error))?;
    let step = match args.ci {
        Some(CiKind::None) => None,
        Some(CiKind::Github) => Some(starter::step(&absolute, Some(Forge::GitHub))),
        Some(CiKind::Gitlab) => Some(starter::step(&absolute, Some(Forge::GitLab))),
        None => Some(starter::step(&absolute, None)),
    };
    let mut lines = Vec::new();
    if let Some(Step::File(file)) = &step {
        lines.push(make(file, &absolute)?);
    }
    for file in starter::files(folder) {
        lines.push(make(&file, folder)?);
    }
    let text = format!("made a lab in {shown}:\n{}", aligned(&lines, ""));
    match step {
        Some(Step::Add(file, command)) => {
            session.say(&format!("in CI: add a job to {} that runs `{command}`", whole(&file.display().to_string())))
        }
        Some(Step::Odd) => {
            session.say("in CI: not set up, this folder's name would need quotes there; docs/ci.md of pxectl has the steps")
        }
        Some(Step::File(_)) | None => {}
    }
    print(&format!("{text}{}", next(folder)));
    Ok(Answer::Yes)
}

/// Two columns.
fn aligned(lines: &[(String, String)], between: &str) -> String {
    let rows: Vec<_> = lines.iter().map(|(one, other)| vec![format!("  {one}"), format!("{between}{other}")]).collect();
    show::table::table(&rows)
}

/// A file's name, and what became of it.
fn make(file: &NewFile, folder: &Path) -> Result<(String, String), Failure> {
    let made = write_new(&file.path, &file.text).map_err(|error| cannot("writing", &file.path, &error))?;
    let above =
        |(n, above): (usize, &Path)| Some(format!("{}{}", "../".repeat(n), file.path.strip_prefix(above).ok()?.display()));
    let name = folder.ancestors().enumerate().find_map(above).unwrap_or_else(|| file.path.display().to_string());
    let about = match made {
        Made::New => file.about.to_owned(),
        Made::Kept => kept(&file.path),
    };
    Ok((whole(&name), about))
}

/// What is said of a file that was there.
fn kept(path: &Path) -> String {
    let missing = match path.file_name().is_some_and(|name| name == ".gitignore") {
        true => starter::not_ignored(&std::fs::read_to_string(path).unwrap_or_default()),
        false => Vec::new(),
    };
    match missing.as_slice() {
        [] => "was there, and is as it was".to_owned(),
        lines => format!("was there, and is as it was; these lines are worth adding: {}", lines.join(" ")),
    }
}

/// The next three commands.
fn next(folder: &Path) -> String {
    let here = folder.canonicalize().ok() == std::env::current_dir().ok().and_then(|here| here.canonicalize().ok());
    let go = if here { String::new() } else { format!("cd {} && ", shell::path(folder)) };
    let host = starter::HOST;
    let commands = [
        (format!("{go}pxectl lint"), "after each change: every problem, with its line"),
        (format!("pxectl explain {host}"), "what that machine would get, and why"),
        (format!("pxectl boot-test {host}"), "its whole boot with a pretend machine, against the real servers"),
    ];
    let lines = aligned(&commands.map(|(command, about)| (command, about.to_owned())), "# ");
    format!("next:\n{lines}then make `server`, `networks` and `hosts` in inventory.yaml yours\n")
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{what} `{}`: {error}", whole(&path.display().to_string()))).hint(
        "name a folder that you may write to: pxectl init DIR; what was made so far is kept, and made complete by the next run",
    )
}
