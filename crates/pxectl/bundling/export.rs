//! Writing a bundle.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use pxectl_model::digest::Sha256;
use pxectl_store::bundle::{BundleError, Manifest, Member, Place};
use pxectl_store::hash::{hash, hash_file};
use pxectl_store::images::Store;
use pxectl_store::regular::open_regular;

use super::gather::{Bytes, Gathered};
use crate::failure::{Failure, chain};
use crate::verifying::subject;

/// What goes into a bundle.
pub struct Plan {
    /// Its manifest.
    pub manifest: Manifest,
    /// Where the members' bytes are, by their paths.
    sources: BTreeMap<String, Bytes>,
}

/// Plans a bundle of a lab. `Err` of names: these are not in the store.
///
/// # Errors
/// Where a file of the lab cannot be read, or the lab cannot be a bundle.
pub fn plan(gathered: &Gathered, inventory: &Path, store: &Store) -> Result<Result<Plan, Vec<String>>, Failure> {
    let (mut members, mut sources) = (Vec::new(), BTreeMap::new());
    for (name, bytes) in &gathered.files {
        let hashed = match bytes {
            Bytes::Read(bytes) => hash(bytes.as_slice(), false, &mut |_| {}),
            Bytes::At(path) => hash_file(path, false, &mut |_| {}),
        };
        let hashed = hashed.map_err(|error| Failure::new(format!("reading the lab's `{name}`: {error}")))?;
        let member = Member::lab(name, hashed.size, hashed.sha256);
        sources.insert(member.path.clone(), bytes.clone());
        members.push(member);
    }
    let (mut stored, mut missing): (BTreeMap<Sha256, u64>, _) = (BTreeMap::new(), Vec::new());
    for subject in subject::artifacts(&gathered.found.reading.draft, &[], store).iter().filter(|subject| subject.stored) {
        match subject.sha256.and_then(|digest| Some((digest, store.size(&digest)?))) {
            Some((digest, size)) if subject.size.is_none_or(|known| known == size) => drop(stored.insert(digest, size)),
            _ => missing.push(subject.called()),
        }
    }
    if !missing.is_empty() {
        return Ok(Err(missing));
    }
    for (digest, size) in stored {
        let member = Member::stored(digest, size);
        sources.insert(member.path.clone(), Bytes::At(store.file(&digest)));
        members.push(member);
    }
    let inventory = inventory.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    Ok(Ok(Plan { manifest: Manifest { inventory, members }, sources }))
}

impl Plan {
    /// How many files of the lab there are, and how many of the store.
    pub fn counts(&self) -> (usize, usize) {
        let lab = self.manifest.members.iter().filter(|member| matches!(member.place(), Place::Lab(_))).count();
        (lab, self.manifest.members.len() - lab)
    }

    /// A member's bytes.
    ///
    /// # Errors
    /// Where its file cannot be opened.
    pub fn open(&self, member: &Member) -> Result<Box<dyn Read + '_>, BundleError> {
        match self.sources.get(&member.path) {
            Some(Bytes::Read(bytes)) => Ok(Box::new(Cursor::new(bytes))),
            Some(Bytes::At(path)) => Ok(Box::new(open_regular(path).map_err(BundleError::io("opening", path))?)),
            None => Err(BundleError::Refused(format!("nobody knows where `{}` is", member.path))),
        }
    }
}

/// A file that has its name once it is whole; until then it lies beside.
pub struct Out {
    path: PathBuf,
    part: PathBuf,
    /// To write into.
    pub file: File,
    done: bool,
}

impl Out {
    /// Begins one; with `force` over one that is there.
    ///
    /// # Errors
    /// Where something is there, or it cannot be written.
    pub fn begin(path: &Path, force: bool) -> Result<Self, Failure> {
        if !force && std::fs::symlink_metadata(path).is_ok() {
            return Err(Failure::new(format!("`{}` is there already", path.display())).hint("--force replaces it"));
        }
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(name);
        let _ = std::fs::remove_file(&part);
        let file = File::create_new(&part).map_err(|error| Failure::new(format!("writing `{}`: {error}", part.display())))?;
        Ok(Self { path: path.to_owned(), part, file, done: false })
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// As the file system's.
    pub fn finish(mut self) -> Result<(), Failure> {
        let finished = self.file.sync_all().and_then(|()| std::fs::rename(&self.part, &self.path));
        let finished = finished.and_then(|()| File::open(crate::session::folder_of(&self.path))?.sync_all());
        finished.map_err(|error| Failure::new(format!("writing `{}`: {error}", self.path.display())))?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        if !self.done {
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

/// What went wrong, for people.
pub fn failed(error: &BundleError) -> Failure {
    let failure = Failure::new(format!("writing the bundle: {}", chain(error)));
    match error {
        BundleError::Mismatch { .. } | BundleError::Short(_) => {
            failure.hint("it was damaged, or changed meanwhile: run `pxectl verify`")
        }
        BundleError::Stream(error) if error.kind() == io::ErrorKind::BrokenPipe => failure.hint("whoever reads it went away"),
        _ => failure,
    }
}
