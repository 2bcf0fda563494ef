//! A revision of the repository that holds an inventory, as files. Git's own plumbing reads it: nothing is checked out, nothing of
//! the repository is run, nothing is fetched, and no path leads out of it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use pxectl_inventory::findings::shown;

use crate::exec::{self, Bounds};
use crate::failure::Failure;
use crate::files::Files;

/// What one call of git may cost.
const BOUNDS: Bounds = Bounds { time: Duration::from_secs(60), output: 256 << 20 };
/// So many links are followed on the way to one file.
const LINKS: usize = 16;
/// What git reads from the environment in place of looking at the folder: within a hook it names another repository.
const STEERS: [&str; 9] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG_PARAMETERS",
];

/// A file or link of a revision.
struct Entry {
    object: String,
    size: u64,
    link: bool,
}

/// The files of one revision.
pub struct Revision {
    /// As the person named it.
    name: String,
    /// The commit, in hexadecimal digits.
    commit: String,
    /// The inventory's folder, absolute, by its text alone.
    folder: PathBuf,
    /// The steps to that folder from the top of the repository.
    inside: Vec<String>,
    /// By path from the top.
    entries: BTreeMap<String, Entry>,
    git: PathBuf,
}

impl Revision {
    /// Opens a revision of the repository that holds `folder`.
    ///
    /// # Errors
    /// Where there is no git, no repository or no such revision.
    pub fn open(folder: &Path, name: &str) -> Result<Self, Failure> {
        let shown_name = shown(name);
        if name.is_empty() || name.starts_with('-') || name.chars().any(char::is_control) {
            return Err(Failure::new(format!("`{shown_name}` is not a revision"))
                .hint("name a branch, a tag or a commit, such as origin/main"));
        }
        let git = exec::find("git", folder)
            .map_err(|why| Failure::new(why).hint("without git compare with a second inventory file"))?;
        let absolute = std::path::absolute(folder)
            .map(|folder| normal(&folder))
            .map_err(|error| Failure::new(format!("the folder `{}`: {error}", folder.display())))?;
        let mut revision = Self {
            name: name.to_owned(),
            commit: String::new(),
            folder: absolute,
            inside: Vec::new(),
            entries: BTreeMap::new(),
            git,
        };
        let hint = "the inventory has to lie in a git repository; in CI, fetch the base branch first (a checkout of depth 1 has no history)";
        let ask = |args: &[&str], what: &str| revision.ask(args).map_err(|why| Failure::new(format!("{what}: {why}")).hint(hint));
        let inside = text(ask(&["rev-parse", "--show-prefix"], "looking for the repository of the inventory")?)?;
        let commit = text(ask(
            &["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")],
            &format!("looking for the revision `{shown_name}`"),
        )?)?;
        if !matches!(commit.len(), 40 | 64) || !commit.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Failure::new(format!("git does not know the revision `{shown_name}`")).hint(hint));
        }
        let listing =
            ask(&["ls-tree", "-r", "-l", "-z", "--full-tree", &commit], &format!("listing the files of `{shown_name}`"))?;
        revision.entries = entries(&listing);
        revision.inside = inside.split('/').filter(|step| !step.is_empty()).map(str::to_owned).collect();
        revision.commit = commit;
        Ok(revision)
    }

    /// The commit, in hexadecimal digits.
    pub fn commit(&self) -> &str {
        &self.commit
    }

    /// What git prints.
    fn ask(&self, args: &[&str]) -> Result<Vec<u8>, String> {
        let mut command = Command::new(&self.git);
        for name in STEERS {
            command.env_remove(name);
        }
        command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0").env("GIT_NO_LAZY_FETCH", "1").env("LC_ALL", "C");
        // Nothing that a repository's own configuration could have run: it may be somebody else's.
        command.args(["--no-pager", "--no-replace-objects", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]);
        command.args(["-c", "protocol.allow=never"]).args(args).current_dir(&self.folder);
        let ended = exec::output(command, BOUNDS).map_err(|why| why.to_string())?;
        if ended.status.success() {
            return Ok(ended.stdout);
        }
        let said = ended.stderr.lines().next().map(shown).filter(|line| !line.is_empty());
        Err(said.unwrap_or_else(|| "git does not know it".to_owned()))
    }

    /// The path from the top of the repository to a file, links followed; whether it is there is not asked.
    fn place(&self, path: &Path) -> io::Result<String> {
        let outside = || io::Error::new(io::ErrorKind::InvalidInput, "it lies outside of the repository");
        let path = std::path::absolute(path).map(|path| normal(&path))?;
        let (ours, theirs): (Vec<_>, Vec<_>) = (self.folder.components().collect(), path.components().collect());
        let shared = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
        let kept = self.inside.len().checked_sub(ours.len() - shared).ok_or_else(outside)?;
        let mut steps = self.inside[..kept].to_vec();
        for step in &theirs[shared..] {
            steps.push(step.as_os_str().to_str().ok_or_else(outside)?.to_owned());
        }
        self.follow(steps).ok_or_else(outside)
    }

    /// A path without links; none where one leads out of the repository, or in a circle.
    fn follow(&self, steps: Vec<String>) -> Option<String> {
        let mut rest: Vec<String> = steps.into_iter().rev().collect();
        let mut done: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(step) = rest.pop() {
            match step.as_str() {
                "" | "." => continue,
                ".." => {
                    done.pop()?;
                    continue;
                }
                _ => done.push(step),
            }
            let Some(entry) = self.entries.get(&done.join("/")).filter(|entry| entry.link) else { continue };
            links += 1;
            let target = String::from_utf8(self.ask(&["cat-file", "blob", &entry.object]).ok()?).ok()?;
            if links > LINKS || target.starts_with('/') {
                return None;
            }
            done.pop();
            rest.extend(target.split('/').rev().map(str::to_owned));
        }
        Some(done.join("/"))
    }

    /// A path from the top of the repository as a path that the other methods take.
    fn path(&self, place: &str) -> PathBuf {
        let steps: Vec<&str> = place.split('/').filter(|step| !step.is_empty()).collect();
        let shared = self.inside.iter().zip(&steps).take_while(|(a, b)| a == *b).count();
        let up = (shared..self.inside.len()).map(|_| Component::ParentDir);
        let mut path = self.folder.clone();
        path.extend(up);
        path.extend(&steps[shared..]);
        normal(&path)
    }
}

impl Files for Revision {
    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        let place = self.place(path)?;
        let entry = self.entries.get(&place).ok_or_else(|| {
            io::Error::new(io::ErrorKind::NotFound, format!("`{}` holds no file `{}`", shown(&self.name), shown(&place)))
        })?;
        if entry.size > most {
            // As long as tells that it is too large, and nobody reads it.
            return Ok(vec![b' '; usize::try_from(most).unwrap_or(usize::MAX - 1) + 1]);
        }
        self.ask(&["cat-file", "blob", &entry.object]).map_err(io::Error::other)
    }

    fn matching(&self, folder: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
        if Path::new(pattern).is_absolute() {
            return Err("it is an absolute path, and a revision knows only its own files".to_owned());
        }
        let base = self.place(folder).map_err(|error| error.to_string())?;
        let mut steps: Vec<String> = base.split('/').filter(|step| !step.is_empty()).map(glob::Pattern::escape).collect();
        for step in pattern.split('/') {
            match step {
                "" | "." => {}
                ".." => drop(steps.pop().ok_or("it leads out of the repository")?),
                step => steps.push(step.to_owned()),
            }
        }
        let pattern = glob::Pattern::new(&steps.join("/")).map_err(|error| error.msg.to_owned())?;
        let options =
            glob::MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };
        let mut found: Vec<PathBuf> =
            self.entries.keys().filter(|place| pattern.matches_with(place, options)).map(|place| self.path(place)).collect();
        found.sort();
        Ok(found)
    }

    fn list(&self, folder: &Path) -> Vec<(PathBuf, bool)> {
        let Ok(base) = self.place(folder) else { return Vec::new() };
        let prefix = if base.is_empty() { base } else { format!("{base}/") };
        let mut found: Vec<(PathBuf, bool)> = Vec::new();
        for place in self.entries.range(prefix.clone()..).map(|(place, _)| place).take_while(|place| place.starts_with(&prefix)) {
            let (name, is_folder) = match place[prefix.len()..].split_once('/') {
                Some((name, _)) => (name, true),
                None => (&place[prefix.len()..], false),
            };
            let path = self.path(&format!("{prefix}{name}"));
            // The files of a folder follow each other.
            if found.last().is_none_or(|(last, _)| *last != path) {
                found.push((path, is_folder));
            }
        }
        found.sort();
        found
    }

    fn name(&self, path: &Path) -> String {
        let place = self.place(path).unwrap_or_else(|_| path.display().to_string());
        format!("{}:{place}", self.name)
    }
}

/// `mode type object size<TAB>path`, each ended by a NUL (git-ls-tree(1), `-l -z`). What is not UTF-8 no inventory names.
fn entries(listing: &[u8]) -> BTreeMap<String, Entry> {
    let mut entries = BTreeMap::new();
    for line in listing.split(|byte| *byte == 0) {
        let Some((head, path)) = std::str::from_utf8(line).ok().and_then(|line| line.split_once('\t')) else { continue };
        let words: Vec<&str> = head.split_ascii_whitespace().collect();
        if let [mode, "blob", object, size] = words[..]
            && let Ok(size) = size.parse()
        {
            entries.insert(path.to_owned(), Entry { object: object.to_owned(), size, link: mode == "120000" });
        }
    }
    entries
}

fn text(bytes: Vec<u8>) -> Result<String, Failure> {
    let text = String::from_utf8(bytes).map_err(|_| Failure::new("git's answer is not UTF-8"))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// Without `.` and `..`, by its text alone.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for step in path.components() {
        match step {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            step => normal.push(step),
        }
    }
    normal
}
