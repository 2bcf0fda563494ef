//! Where iPXE's source comes from, a checkout or a release archive, and the copy of it that is built in. The source is never written to.

use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use pxectl_media::tarball::{self, Entry, EntryKind, TarError};
use pxectl_model::digest::{Hasher, Sha256};
use pxectl_store::regular::{open_regular, read_regular};

use super::tree::{Tree, new_file};

/// The source of a build.
pub struct SourceCode {
    kind: Kind,
    /// Of the archive, or of everything in the folder.
    pub digest: Sha256,
    /// The commit that it says it is.
    pub commit: Option<String>,
}

enum Kind {
    Folder(PathBuf),
    Archive(PathBuf),
}

/// What says that a copy is whole.
const WHOLE: &str = "copied";

impl SourceCode {
    /// Looks at a folder or an archive.
    ///
    /// # Errors
    /// Where it is not there, or no source of iPXE.
    pub fn of(path: &Path) -> Result<Self, String> {
        let failed = |error: io::Error| format!("reading `{}`: {error}", path.display());
        if !path.metadata().map_err(failed)?.is_dir() {
            let digest = hash(open_regular(path).map_err(failed)?).map_err(failed)?;
            return Ok(Self { kind: Kind::Archive(path.to_owned()), digest, commit: None });
        }
        // Whoever stands in src means the folder above.
        let root = if path.join("config/general.h").is_file() { path.join("..") } else { path.to_owned() };
        check(&root)?;
        let digest = Tree::of(&root)?.digest(None)?;
        Ok(Self { kind: Kind::Folder(root.clone()), digest, commit: commit_of(&root) })
    }

    /// Makes the copy in `folder`, unless a whole one is there and no `fresh` one is wanted; gives iPXE's own folder in it, with `src`
    /// below.
    ///
    /// # Errors
    /// Where it cannot be read or written, or changed meanwhile.
    pub fn copy(&mut self, folder: &Path, fresh: bool) -> Result<PathBuf, String> {
        let failed = |error: io::Error| format!("making the build folder `{}`: {error}", folder.display());
        let (mark, tree) = (folder.join(WHOLE), folder.join("ipxe"));
        if fresh {
            match fs::remove_file(&mark) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        if let Ok(noted) = read_regular(&mark, 200) {
            self.commit = self.commit.take().or_else(|| String::from_utf8(noted).ok().filter(|text| !text.is_empty()));
            return root_of(&tree);
        }
        match fs::remove_dir_all(&tree) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => fs::create_dir_all(&tree).map_err(failed)?,
        }
        match &self.kind {
            Kind::Folder(root) => {
                if Tree::of(root)?.digest(Some(&tree))? != self.digest {
                    return Err(format!("`{}` changed while it was copied; run this again", root.display()));
                }
            }
            Kind::Archive(path) => {
                let about = unpack(path, &tree).map_err(|why| format!("unpacking `{}`: {why}", path.display()))?;
                self.commit = about.commit;
            }
        }
        let root = root_of(&tree)?;
        fs::write(&mark, self.commit.as_deref().unwrap_or_default()).map_err(failed)?;
        Ok(root)
    }
}

fn hash(mut file: File) -> io::Result<Sha256> {
    let (mut hasher, mut buffer) = (Hasher::new(), vec![0; 128 * 1024]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            count => hasher.update(&buffer[..count]),
        }
    }
}

/// iPXE's folder: this one, or the only one in it, as release archives have it.
fn root_of(folder: &Path) -> Result<PathBuf, String> {
    if check(folder).is_ok() {
        return Ok(folder.to_owned());
    }
    let below = fs::read_dir(folder).ok().into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    below
        .into_iter()
        .find(|path| check(path).is_ok())
        .ok_or_else(|| "there is no iPXE in it: no `src/Makefile` and `src/config`".to_owned())
}

fn check(root: &Path) -> Result<(), String> {
    let there = root.join("src/Makefile").is_file() && root.join("src/config").is_dir();
    if there {
        Ok(())
    } else {
        Err(format!("`{}` is no source tree of iPXE: it has no `src/Makefile` and `src/config`", root.display()))
    }
}

fn unpack(archive: &Path, to: &Path) -> Result<tarball::About, TarError> {
    let source = io::BufReader::new(open_regular(archive)?);
    tarball::each(source, tarball::Limits::default(), &mut |entry: &Entry, content: &mut dyn Read| {
        let Some(parts) = entry.parts() else {
            return Err(io::Error::other(format!("the name `{}` leads out of it", entry.path.escape_debug())).into());
        };
        let path = parts.iter().fold(to.to_owned(), |path, part| path.join(part));
        match &entry.kind {
            EntryKind::Folder => fs::create_dir_all(&path)?,
            EntryKind::File => {
                // Only folders that this made itself are above it: the archive's links are left out.
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                io::copy(content, &mut new_file(&path, entry.executable)?)?;
            }
            EntryKind::Link(_) | EntryKind::Other => {}
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// What `git rev-parse HEAD` would say, by git's own files (gitrepository-layout).
fn commit_of(root: &Path) -> Option<String> {
    let read = |path: &Path| read_regular(path, 1 << 20).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let git = root.join(".git");
    let head = read(&git.join("HEAD"))?;
    let hash = |text: &str| text.get(..40).filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit())).map(str::to_owned);
    let Some(name) = head.trim().strip_prefix("ref: ") else { return hash(head.trim()) };
    let safe = name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    let loose = || safe.then(|| read(&git.join(name))).flatten().and_then(|text| hash(text.trim()));
    let packed = || {
        let text = read(&git.join("packed-refs"))?;
        text.lines().find(|line| line.get(41..) == Some(name)).and_then(hash)
    };
    loose().or_else(packed)
}
