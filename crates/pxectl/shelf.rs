//! Where the bytes of artifacts and NBPs come from: files, or the demo's generated payloads.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pxectl_model::arch::Firmware;
use pxectl_model::artifact::{Artifact, ArtifactPlace};
use pxectl_model::body::Body;
use pxectl_model::inventory::{IpxeSource, Parts};
use pxectl_model::name::Name;
use pxectl_model::policy::nbp_files;
use pxectl_model::stock::{DEBIAN_IPXE, how_to_get, usual_nbp};
use pxectl_store::images::Store;

/// Gives the bodies of what an inventory names.
pub trait Shelf: Send + Sync {
    /// An artifact's body, whether its file is there or not; none where it is to be fetched and nobody knows its digest yet.
    fn artifact(&self, artifact: &Artifact) -> Option<Body>;

    /// The NBP of a firmware, the shim where it has one.
    ///
    /// # Errors
    /// Where there is none, and why.
    fn nbp(&self, firmware: Firmware, parts: &Parts) -> Result<Body, Unfound>;

    /// What the shim of a firmware loads.
    ///
    /// # Errors
    /// As for the NBP.
    fn behind_shim(&self, firmware: Firmware, parts: &Parts) -> Result<Body, Unfound> {
        match (parts.lab.loads.get(&firmware), halves(firmware, parts)) {
            (Some(name), _) => self.stored(name, parts),
            (None, Some([_, then])) => then,
            (None, None) => Err(Unfound::Nowhere(format!("nothing says what the shim for {firmware} loads"))),
        }
    }

    /// A program that is an artifact.
    ///
    /// # Errors
    /// Where it is not here.
    fn stored(&self, name: &Name, parts: &Parts) -> Result<Body, Unfound> {
        let artifact = parts.artifacts.get(name).ok_or_else(|| Unfound::Fetch(name.clone()))?;
        let body = self.artifact(artifact).ok_or_else(|| Unfound::Fetch(name.clone()))?;
        let absent = path_of(&body).is_some_and(|path| size_of(&path).is_none());
        match &artifact.place {
            ArtifactPlace::Urls(_) if absent => Err(Unfound::Fetch(name.clone())),
            ArtifactPlace::Built if absent => Err(Unfound::Build(name.clone())),
            _ => Ok(body),
        }
    }
}

/// Why there is no program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfound {
    /// It can be fetched.
    Fetch(Name),
    /// The usual one of a firmware, which Debian's folder does not have either.
    Usual(Firmware),
    /// It was built elsewhere.
    Build(Name),
    /// It is not where it should be, in words.
    Nowhere(String),
}

impl std::fmt::Display for Unfound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fetch(name) => write!(f, "{name} is not in the store: `pxectl fetch {name}`"),
            Self::Usual(firmware) => {
                let (name, remedy) = (usual_nbp(*firmware), how_to_get(&[*firmware]));
                write!(f, "{name} is neither in `{DEBIAN_IPXE}` nor in the store: {remedy}")
            }
            Self::Build(name) => write!(f, "{name} was built, and is not in this store: `pxectl ipxe build`"),
            Self::Nowhere(text) => f.write_str(text),
        }
    }
}

/// What is wrong where these, one or more, were not fetched, and what to do: the same words wherever it is found.
pub fn not_in_store(names: &[&str]) -> (String, String) {
    let them = if names.len() == 1 { "the artifact is" } else { "artifacts are" };
    (format!("{them} not in the store: {}", names.join(", ")), format!("run `pxectl fetch {}`", names.join(" ")))
}

/// Files on this host.
pub struct Disk {
    /// What was fetched.
    pub store: Store,
}

impl Shelf for Disk {
    fn artifact(&self, artifact: &Artifact) -> Option<Body> {
        place(artifact, &self.store).map(|path| Body::File(Arc::from(path)))
    }

    fn nbp(&self, firmware: Firmware, parts: &Parts) -> Result<Body, Unfound> {
        if let Some([shim, _]) = halves(firmware, parts) {
            return shim;
        }
        let dir = match &parts.lab.ipxe {
            Some(IpxeSource::Artifacts(names)) => {
                let name = names.get(&firmware);
                let name = name.ok_or_else(|| Unfound::Nowhere(format!("lab.ipxe names no artifact for {firmware}")))?;
                return self.stored(&name.value, parts);
            }
            Some(IpxeSource::Dir(dir)) => dir.path.value.as_path(),
            None => Path::new(DEBIAN_IPXE),
        };
        let names = nbp_files(firmware);
        if let Some(found) = names.iter().map(|name| dir.join(name)).find(|path| path.is_file()) {
            return Ok(Body::File(Arc::from(found.as_path())));
        }
        match (&parts.lab.ipxe, usual_nbp(firmware).parse::<Name>()) {
            // Who has no such folder has the built-in artifacts.
            (None, Ok(usual)) => self.stored(&usual, parts).map_err(|_| Unfound::Usual(firmware)),
            _ => Err(Unfound::Nowhere(format!("there is no {} for {firmware} in `{}`", names.join(" or "), dir.display()))),
        }
    }
}

/// The two files that a firmware with Secure Boot is given out of the lab's folder; none where it is given no shim from there.
fn halves(firmware: Firmware, parts: &Parts) -> Option<[Result<Body, Unfound>; 2]> {
    let Some(IpxeSource::Dir(dir)) = &parts.lab.ipxe else { return None };
    let [shim, then] = dir.shim(firmware, Path::is_file)?;
    let found = |path: PathBuf, what: &str| match path.is_file() {
        true => Ok(Body::File(Arc::from(path))),
        false => Err(Unfound::Nowhere(format!("there is no {what} for {firmware}: `{}`", path.display()))),
    };
    Some([found(shim, "shim"), found(then, "iPXE behind the shim")])
}

/// The file that holds a body; none where it is not in one.
pub fn path_of(body: &Body) -> Option<PathBuf> {
    match body {
        Body::File(path) => Some(path.to_path_buf()),
        _ => None,
    }
}

/// The file that holds an artifact, or would; none where its place in the store is not known yet.
pub fn place(artifact: &Artifact, store: &Store) -> Option<PathBuf> {
    match &artifact.place {
        ArtifactPlace::Path(path) => Some(path.value.clone()),
        ArtifactPlace::Urls(_) | ArtifactPlace::Built => artifact.sha256.as_ref().map(|digest| store.file(&digest.value)),
    }
}

/// How large an artifact is, bytes: as its file is here, else as it was when it was locked; none where nobody knows.
pub fn size(artifact: &Artifact, store: &Store) -> Option<u64> {
    place(artifact, store).and_then(|path| size_of(&path)).or(artifact.size)
}

/// How large a file is here, bytes; none where there is none.
pub fn size_of(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|meta| meta.len())
}
