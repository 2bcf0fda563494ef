//! The files that a lab is made of: what pxectl reads of it, and nothing else of its folder.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use pxectl_inventory::draft::Draft;
use pxectl_model::evidence::{FilePlace, Proof};
use pxectl_model::inventory::IpxeSource;
use pxectl_model::lock::FILE_NAME;
use pxectl_model::policy::nbp_files;

use crate::failure::Failure;
use crate::files::{DiskFiles, Files};
use crate::lab::{self, Found};
use crate::session::folder_of;
use crate::shelf;

/// Where a file's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bytes {
    /// As they were when the lab was read: one state of all its texts.
    Read(Vec<u8>),
    /// In a file.
    At(PathBuf),
}

/// A lab with its files.
pub struct Gathered {
    /// As it was read.
    pub found: Found,
    /// By their paths in the lab's folder, with `/` between names.
    pub files: BTreeMap<String, Bytes>,
    /// What the lab needs that lies elsewhere, in sentences.
    pub elsewhere: Vec<String>,
}

/// Gives files of this host, and keeps what it gave.
#[derive(Default)]
struct Recorder {
    disk: DiskFiles,
    read: RefCell<BTreeMap<PathBuf, Vec<u8>>>,
}

impl Files for Recorder {
    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        let bytes = self.disk.read(path, most)?;
        self.read.borrow_mut().insert(path.to_owned(), bytes.clone());
        Ok(bytes)
    }

    fn matching(&self, folder: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
        self.disk.matching(folder, pattern)
    }

    fn list(&self, folder: &Path) -> Vec<(PathBuf, bool)> {
        self.disk.list(folder)
    }
}

/// Reads the lab of an inventory with all files that belong to it.
///
/// # Errors
/// Where the inventory cannot be read, or a text of it lies outside of its folder.
pub fn gather(inventory: &Path) -> Result<Gathered, Failure> {
    let recorder = Recorder::default();
    let unreadable = |why: io::Error| Failure::new(format!("reading the inventory `{}`: {why}", inventory.display()));
    let found = lab::read_from(inventory, &recorder).map_err(unreadable)?;
    let folder = folder_of(inventory);
    let (mut files, mut elsewhere) = (BTreeMap::new(), Vec::new());
    for (path, bytes) in recorder.read.into_inner() {
        let name = below(&folder, &path).ok_or_else(|| {
            Failure::new(format!("`{}` is no file of the lab's folder, and a bundle holds nothing else", path.display()))
                .hint("move it below the folder of the inventory")
        })?;
        files.insert(name, Bytes::Read(bytes));
    }
    for (path, what) in payloads(&found.reading.draft) {
        match below(&folder, &path) {
            Some(name) => drop(files.entry(name).or_insert(Bytes::At(path))),
            None => elsewhere.push(format!("{what} `{}`", path.display())),
        }
    }
    Ok(Gathered { found, files, elsewhere })
}

/// Files that a lab names by path, each with what it is.
fn payloads(draft: &Draft) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for artifact in &draft.artifacts {
        if let Some(path) = &artifact.path {
            found.push((path.value.clone(), format!("the file of the artifact `{}`,", artifact.name.value)));
        }
    }
    for checksums in draft.artifacts.iter().filter_map(|artifact| artifact.checksums.as_ref()) {
        let release = if let Proof::Listed(release) = &checksums.proof { Some(&release.place) } else { None };
        let places = [Some(&checksums.place), release, checksums.signing().map(|signing| &signing.key.place)];
        for place in places.into_iter().flatten() {
            let FilePlace::Path(path) = place else { continue };
            found.push((path.value.clone(), "the checksum file or key".to_owned()));
        }
    }
    if let Some(IpxeSource::Dir(dir)) = &draft.lab.ipxe {
        for firmware in draft.lab.firmware() {
            let there = |path: &Path| shelf::size_of(path).is_some();
            let files: Vec<_> = match dir.shim(firmware, there) {
                Some(pair) => pair.into_iter().filter(|path| there(path)).collect(),
                None => nbp_files(firmware)
                    .iter()
                    .map(|file| dir.path.value.join(file))
                    .find(|path| there(path))
                    .into_iter()
                    .collect(),
            };
            found.extend(files.into_iter().map(|path| (path, format!("the bootstrap program for {firmware},"))));
        }
    }
    found
}

/// The path of a file in a folder, where it is below that by its words alone.
pub fn below(folder: &Path, path: &Path) -> Option<String> {
    let (folder, path) = (words(folder)?, words(path)?);
    let rest = path.strip_prefix(folder.as_slice())?;
    rest.first().is_some_and(|first| first != ".." && first != "/").then(|| rest.join("/"))
}

/// Whether a pattern of `include` may lead out of the folder that it is for.
pub fn leads_out(pattern: &str) -> bool {
    words(Path::new(pattern)).is_none_or(|words| words.iter().any(|word| word == "/" || word.contains("..")))
}

/// The names of a path without `.` and `name/..`; what leads above its beginning stays. None where it is not UTF-8.
fn words(path: &Path) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if words.last().is_some_and(|last| last != ".." && last != "/") => drop(words.pop()),
            Component::ParentDir => words.push("..".to_owned()),
            Component::RootDir | Component::Prefix(_) => words.push("/".to_owned()),
            Component::Normal(name) => words.push(name.to_str()?.to_owned()),
        }
    }
    Some(words)
}

/// In which order files get their names where the last of them makes the lab one: texts, the lock file, the inventory.
pub fn rank(name: &str, inventory: &str) -> u8 {
    match name {
        _ if name == inventory => 2,
        FILE_NAME => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_a_folder() {
        let cases = [
            (".", "./a/b", Some("a/b")),
            (".", "a/../b", Some("b")),
            ("labs/x", "labs/x/../x/a", Some("a")),
            ("labs/x", "labs/y/a", None),
            (".", "../a", None),
            (".", "/srv/a", None),
            ("/lab", "/lab/a", Some("a")),
            ("/lab", "/laboratory/a", None),
            ("..", "../a", Some("a")),
            (".", ".", None),
        ];
        for (folder, path, expected) in cases {
            assert_eq!(below(Path::new(folder), Path::new(path)).as_deref(), expected, "{folder} {path}");
        }
    }
}
