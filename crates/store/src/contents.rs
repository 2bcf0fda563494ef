//! What a store holds, as its folders list it: nothing is opened.

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

use pxectl_model::digest::Sha256;

use crate::images::Store;

/// A file of the store.
#[derive(Debug, Clone)]
pub struct Content {
    /// What its name says that it hashes to.
    pub digest: Sha256,
    /// Where it lies.
    pub path: PathBuf,
    /// What the system says of it.
    pub meta: Metadata,
}

/// All that lies where contents lie.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    /// By their digests.
    pub files: Vec<Content>,
    /// What is no content by its name or its kind: nobody but people put that there.
    pub strangers: Vec<PathBuf>,
}

/// Lists a store. One that is not there holds nothing; what vanishes meanwhile is not there.
///
/// # Errors
/// As the file system's.
pub fn contents(store: &Store) -> io::Result<Contents> {
    let mut found = Contents::default();
    for folder in list(&store.root().join("sha256"))? {
        match std::fs::symlink_metadata(&folder) {
            Ok(meta) if meta.is_dir() => {}
            Ok(_) => {
                found.strangers.push(folder);
                continue;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        }
        for path in list(&folder)? {
            match std::fs::symlink_metadata(&path) {
                Ok(meta) => match digest(&path).filter(|digest| meta.is_file() && store.file(digest) == path) {
                    Some(digest) => found.files.push(Content { digest, path, meta }),
                    None => found.strangers.push(path),
                },
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    found.files.sort_by_key(|file| file.digest);
    found.strangers.sort();
    Ok(found)
}

fn digest(path: &Path) -> Option<Sha256> {
    path.file_name()?.to_str()?.parse().ok()
}

/// What lies in a folder; nothing where it is not there.
pub(crate) fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match std::fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_and_what_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        assert!(contents(&store).unwrap().files.is_empty(), "there is no store");
        let put = |path: &Path| {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        };
        let digests = [Sha256([0xcd; 32]), Sha256([0xab; 32])];
        digests.iter().for_each(|digest| put(&store.file(digest)));
        // In another's folder, with capitals, no digest, no file.
        put(&folder.path().join("sha256/ab").join("cd".repeat(32)));
        put(&folder.path().join("sha256/ab").join("AB".repeat(32)));
        put(&folder.path().join("sha256/ab/note.txt"));
        put(&folder.path().join("sha256/README"));
        std::fs::create_dir_all(store.file(&Sha256([0xef; 32]))).unwrap();
        let found = contents(&store).unwrap();
        assert_eq!(found.files.iter().map(|file| file.digest).collect::<Vec<_>>(), [digests[1], digests[0]]);
        assert_eq!(found.strangers.len(), 5, "{found:?}");
    }
}
