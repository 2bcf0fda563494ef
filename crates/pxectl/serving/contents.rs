//! The artifacts of a table: opened, and held against what they are pinned to.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, Weak};

use pxectl_model::arch::Firmware;
use pxectl_model::artifact::{Artifact, ArtifactPlace};
use pxectl_model::body::Body;
use pxectl_model::digest::{Digest, Hasher, Sha256, WideHasher};
use pxectl_model::name::Name;
use pxectl_model::source::Layer;
use pxectl_model::stock::{or_package, usual_nbp};
use pxectl_netboot::open::{OpenBody, OpenPieces, Stamp};

use crate::shelf::not_in_store;

/// What is open for a table, and what is wrong with the rest.
#[derive(Default)]
pub struct Contents {
    /// Open bodies, by name.
    pub files: HashMap<String, OpenBody>,
    /// What stops the table.
    faults: Vec<String>,
    /// What a person should know.
    pub warnings: Vec<String>,
    /// What the plan needs and the store does not have.
    unfetched: Vec<Name>,
    /// The same for what was built and cannot be fetched.
    unbuilt: Vec<Name>,
    /// Whose usual program it is, of those that are.
    usual: Vec<Firmware>,
}

impl Contents {
    /// Adds what stops the table.
    pub fn fault(&mut self, text: String) {
        self.faults.push(text);
    }

    /// Adds what is needed and not in the store; once, whoever needs it.
    pub fn lack(&mut self, name: Name) {
        if !self.unfetched.contains(&name) {
            self.unfetched.push(name);
        }
    }

    /// The same for the usual program of a firmware.
    pub fn lack_usual(&mut self, firmware: Firmware) {
        if !self.usual.contains(&firmware) {
            self.usual.push(firmware);
        }
    }

    /// The same for what was built, and elsewhere.
    pub fn lack_built(&mut self, name: Name) {
        if !self.unbuilt.contains(&name) {
            self.unbuilt.push(name);
        }
    }

    /// What stops the table; all that is to be fetched is one of it.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = self.faults.clone();
        let own = self.unfetched.iter().map(Name::as_str);
        let names: Vec<&str> = own.chain(self.usual.iter().map(|firmware| usual_nbp(*firmware))).collect();
        if !names.is_empty() {
            // A package that brings some of it would be half an advice.
            let package = if self.unfetched.is_empty() { or_package(&self.usual) } else { "" };
            let (error, hint) = not_in_store(&names);
            faults.push(format!("error: {error}\nhint: {hint}{package}"));
        }
        if !self.unbuilt.is_empty() {
            let all = self.unbuilt.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
            faults.push(format!(
                "error: built elsewhere, and not in this store: {all}\nhint: build here with `pxectl ipxe build` by the recipe in pxectl.lock, or bring the store along"
            ));
        }
        faults
    }
}

/// Opens files and remembers what they were.
#[derive(Default)]
pub struct Opener {
    /// Digests of pinned files, so that an edit of the inventory hashes nothing twice.
    digests: Mutex<HashMap<(PathBuf, Stamped, &'static str), Digest>>,
    /// Files that some table holds open.
    opened: Mutex<HashMap<PathBuf, Weak<OpenPieces>>>,
}

/// Inode, time of modification, length.
type Stamped = (u64, i128, u64);

impl Opener {
    /// Opens a body; a file that is open already, and still the same, is not opened a second time: boots hold the tables that they
    /// began with, and edits would add up to many open files.
    ///
    /// # Errors
    /// As open(2).
    pub fn open(&self, body: &Body) -> std::io::Result<OpenBody> {
        let open = OpenBody::open(body)?;
        let (Body::File(path), OpenBody::Pieces(pieces)) = (body, &open) else { return Ok(open) };
        let mut known = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, pieces| pieces.strong_count() > 0);
        if let Some(same) = known.get(&**path).and_then(Weak::upgrade).filter(|before| before.stamp == pieces.stamp) {
            return Ok(OpenBody::Pieces(same));
        }
        known.insert(path.to_path_buf(), std::sync::Arc::downgrade(pieces));
        Ok(open)
    }

    /// Opens an artifact, and holds it against its digests where a machine of the plan needs it.
    pub fn artifact(&self, artifact: &Artifact, body: Option<&Body>, needed: bool, contents: &mut Contents) {
        let name = &artifact.name.value;
        let stored = !matches!(artifact.place, ArtifactPlace::Path(_));
        let opened = match body {
            Some(body) => self.open(body),
            None => Err(std::io::ErrorKind::NotFound.into()),
        };
        match opened {
            Ok(open) => {
                let judged = if stored { whole(artifact, &open) } else { self.pinned(artifact, &open, needed) };
                if let Err(fault) = judged {
                    contents.fault(format!("error: artifact `{name}`: {fault}"));
                }
                contents.files.insert(name.to_string(), open);
            }
            Err(error) if stored && error.kind() == std::io::ErrorKind::NotFound => match needed {
                true if matches!(artifact.place, ArtifactPlace::Built) => contents.lack_built(name.clone()),
                true => contents.lack(name.clone()),
                // Nobody wrote that it is to be there.
                false if artifact.name.origin.layer == Layer::Default => {}
                false => contents.warnings.push(format!("artifact `{name}` is not in the store: `pxectl fetch {name}`")),
            },
            Err(error) => {
                let at = match body {
                    Some(Body::File(path)) => format!(" `{}`:", path.display()),
                    _ => String::new(),
                };
                let text = format!("artifact `{name}`:{at} {error}");
                if needed { contents.fault(format!("error: {text}")) } else { contents.warnings.push(text) }
            }
        }
    }

    /// Whether a file of the lab's own is what it is pinned to.
    fn pinned(&self, artifact: &Artifact, open: &OpenBody, needed: bool) -> Result<(), String> {
        let Some(path) = artifact.place.path().filter(|_| needed) else { return Ok(()) };
        let short = artifact.sha256.as_ref().map(|pin| Digest::Sha256(pin.value));
        let wide = artifact.sha512.as_ref().map(|pin| Digest::Sha512(pin.value));
        short.into_iter().chain(wide).try_for_each(|pin| self.check_pin(&path.value, open, pin))
    }

    fn check_pin(&self, path: &Path, open: &OpenBody, pin: Digest) -> Result<(), String> {
        let OpenBody::Pieces(pieces) = open else { return Ok(()) };
        let Stamp { inode, modified_ns, len } = pieces.stamp;
        let key = (path.to_owned(), (inode, modified_ns, len), pin.algorithm());
        let known = self.digests.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
        let actual = match known {
            Some(digest) => digest,
            None => {
                let digest = match pin {
                    Digest::Sha256(_) => digest_of(open, 0, open.len()).map(Digest::Sha256),
                    Digest::Sha512(_) => wide_digest_of(open).map(Digest::Sha512),
                };
                let digest = digest.map_err(|e| format!("reading `{}`: {e}", path.display()))?;
                self.digests.lock().unwrap_or_else(PoisonError::into_inner).insert(key, digest);
                digest
            }
        };
        if actual == pin {
            return Ok(());
        }
        Err(format!("`{}` does not match its {}: expected {pin}, found {actual}", path.display(), pin.algorithm()))
    }
}

/// Whether a file of the store is as long as it was when it was verified: then it is what its name says, since nothing writes there.
fn whole(artifact: &Artifact, open: &OpenBody) -> Result<(), String> {
    match artifact.size {
        Some(size) if size != open.len() => Err(format!(
            "it is {} bytes in the store, and was {size} when it was locked: remove the file and fetch it again",
            open.len()
        )),
        _ => Ok(()),
    }
}

/// The digest of `len` bytes of a body from `offset`, or of fewer where it ends before.
///
/// # Errors
/// Where it cannot be read.
pub fn digest_of(body: &OpenBody, offset: u64, len: u64) -> std::io::Result<Sha256> {
    let mut hasher = Hasher::new();
    chunks(body, offset, len, |bytes| hasher.update(bytes))?;
    Ok(hasher.finish())
}

fn wide_digest_of(body: &OpenBody) -> std::io::Result<pxectl_model::digest::Sha512> {
    let mut hasher = WideHasher::new();
    chunks(body, 0, body.len(), |bytes| hasher.update(bytes))?;
    Ok(hasher.finish())
}

fn chunks(body: &OpenBody, offset: u64, len: u64, mut take: impl FnMut(&[u8])) -> std::io::Result<()> {
    let mut buffer = vec![0; 128 * 1024];
    let (mut at, end) = (offset, offset.saturating_add(len));
    while at < end {
        let most = usize::try_from(end - at).map_or(buffer.len(), |left| left.min(buffer.len()));
        let count = body.read_at(&mut buffer[..most], at)?;
        if count == 0 {
            break;
        }
        take(&buffer[..count]);
        at += count as u64;
    }
    Ok(())
}
