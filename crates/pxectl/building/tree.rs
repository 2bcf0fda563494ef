//! A source tree: what is in it, by name and content, and a copy of it that may be written to.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use pxectl_model::digest::{Hasher, Sha256};

/// Files of one tree; iPXE has 2,200.
const FILES_MOST: usize = 50_000;
/// Bytes of one tree; iPXE has 27 MB.
const BYTES_MOST: u64 = 512 * 1024 * 1024;
/// Folders inside folders.
const DEPTH_MOST: usize = 32;

/// What a path of a tree is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Folder,
    File { executable: bool },
    Link(PathBuf),
}

/// Everything below a folder, sorted by path. What was built in it, and git's own folder, is no part of it.
pub struct Tree {
    root: PathBuf,
    paths: Vec<(PathBuf, Kind)>,
}

impl Tree {
    /// Looks at a folder.
    ///
    /// # Errors
    /// Where it cannot be read, is too large for a source tree, or has a link that leads out of it.
    pub fn of(root: &Path) -> Result<Self, String> {
        let mut tree = Self { root: root.to_owned(), paths: Vec::new() };
        tree.walk(Path::new(""), 0)?;
        tree.paths.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(tree)
    }

    fn walk(&mut self, below: &Path, depth: usize) -> Result<(), String> {
        let folder = self.root.join(below);
        let failed = |error: io::Error| format!("reading `{}`: {error}", folder.display());
        if depth > DEPTH_MOST {
            return Err(format!("`{}` lies too deep for a source tree", folder.display()));
        }
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = below.join(entry.file_name());
            if is_built(&path) {
                continue;
            }
            if self.paths.len() >= FILES_MOST {
                return Err(format!("`{}` has more than {FILES_MOST} files; is it a source tree of iPXE?", self.root.display()));
            }
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_symlink() {
                let target = fs::read_link(entry.path()).map_err(failed)?;
                if leads_out(below, &target) {
                    return Err(format!("`{}` is a link that leads out of the source", entry.path().display()));
                }
                self.paths.push((path, Kind::Link(target)));
            } else if kind.is_dir() {
                self.paths.push((path.clone(), Kind::Folder));
                self.walk(&path, depth + 1)?;
            } else if kind.is_file() {
                let executable = is_executable(&entry.metadata().map_err(failed)?);
                self.paths.push((path, Kind::File { executable }));
            } else {
                return Err(format!("`{}` is neither a file nor a folder", entry.path().display()));
            }
        }
        Ok(())
    }

    /// Over all names, rights to run, and contents; with `to`, all of it is copied there as it is read.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub fn digest(&self, to: Option<&Path>) -> Result<Sha256, String> {
        let mut hasher = Hasher::new();
        let mut bytes = 0;
        for (path, kind) in &self.paths {
            let from = self.root.join(path);
            let failed = |error: io::Error| format!("copying `{}`: {error}", from.display());
            let target = to.map(|to| to.join(path));
            let name = path.as_os_str().as_encoded_bytes();
            hasher.update(&(name.len() as u64).to_le_bytes());
            hasher.update(name);
            match kind {
                Kind::Folder => {
                    hasher.update(b"d");
                    target.map_or(Ok(()), fs::create_dir).map_err(failed)?;
                }
                Kind::Link(link) => {
                    hasher.update(b"l");
                    hasher.update(link.as_os_str().as_encoded_bytes());
                    target.map_or(Ok(()), |target| symlink(link, &target)).map_err(failed)?;
                }
                Kind::File { executable } => {
                    hasher.update(if *executable { b"x" } else { b"f" });
                    let content = contents(&from, target.as_deref(), *executable).map_err(failed)?;
                    bytes += content.1;
                    if bytes > BYTES_MOST {
                        return Err(format!(
                            "`{}` has more than {BYTES_MOST} bytes; is it a source tree of iPXE?",
                            self.root.display()
                        ));
                    }
                    hasher.update(&content.0.0);
                }
            }
        }
        Ok(hasher.finish())
    }
}

/// The digest and length of a file, which is copied on the way where that is asked for.
fn contents(from: &Path, to: Option<&Path>, executable: bool) -> io::Result<(Sha256, u64)> {
    let mut source = pxectl_store::regular::open_regular(from)?;
    let mut to = to.map(|to| new_file(to, executable)).transpose()?;
    let (mut hasher, mut len, mut buffer) = (Hasher::new(), 0, vec![0; 64 * 1024]);
    loop {
        let count = source.read(&mut buffer)?;
        if count == 0 {
            return Ok((hasher.finish(), len));
        }
        hasher.update(&buffer[..count]);
        len += count as u64;
        if len > BYTES_MOST {
            return Err(io::Error::other("it is too large"));
        }
        to.as_mut().map_or(Ok(()), |to| to.write_all(&buffer[..count]))?;
    }
}

/// A file that is not there yet; nothing is written through a link.
///
/// # Errors
/// As open(2).
pub fn new_file(path: &Path, executable: bool) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    File::options().write(true).create_new(true).mode(if executable { 0o755 } else { 0o644 }).open(path)
}

fn is_executable(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    meta.permissions().mode() & 0o100 != 0
}

fn symlink(target: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

/// `.git`, and the folders that iPXE builds into: `src/bin`, `src/bin-x86_64-efi`.
fn is_built(path: &Path) -> bool {
    let mut parts = path.iter().filter_map(std::ffi::OsStr::to_str);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(".git"), None, None) => true,
        (Some("src"), Some(name), None) => name == "bin" || name.starts_with("bin-"),
        _ => false,
    }
}

/// Whether a link in a folder leads out of the tree, by its text alone.
fn leads_out(folder: &Path, target: &Path) -> bool {
    let mut depth = folder.components().count();
    for part in target.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if depth > 0 => depth -= 1,
            std::path::Component::Normal(_) => depth += 1,
            _ => return true,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_the_same_and_what_was_built_is_no_part_of_it() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir_all(from.path().join("src/bin-x86_64-efi")).unwrap();
        fs::create_dir_all(from.path().join(".git")).unwrap();
        fs::write(from.path().join("src/Makefile"), "all:\n").unwrap();
        symlink(Path::new("Makefile"), &from.path().join("src/GNUmakefile")).unwrap();
        let digest = Tree::of(from.path()).unwrap().digest(None).unwrap();
        fs::write(from.path().join("src/bin-x86_64-efi/x.o"), "built").unwrap();
        let tree = Tree::of(from.path()).unwrap();
        assert_eq!(tree.digest(Some(to.path())).unwrap(), digest);
        assert_eq!(Tree::of(to.path()).unwrap().digest(None).unwrap(), digest);
        assert!(!to.path().join(".git").exists() && !to.path().join("src/bin-x86_64-efi").exists());
        fs::write(from.path().join("src/Makefile"), "all: x\n").unwrap();
        assert_ne!(Tree::of(from.path()).unwrap().digest(None).unwrap(), digest);
    }

    #[test]
    fn links_lead_nowhere_outside() {
        for bad in ["/etc/passwd", "../../x", "a/../../../x"] {
            let from = tempfile::tempdir().unwrap();
            fs::create_dir_all(from.path().join("src")).unwrap();
            symlink(Path::new(bad), &from.path().join("src/link")).unwrap();
            assert!(Tree::of(from.path()).is_err_and(|why| why.contains("leads out of the source")), "{bad}");
        }
    }
}
