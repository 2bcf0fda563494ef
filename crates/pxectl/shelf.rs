//! Where the bytes of artifacts and NBPs come from: files, or the demo's generated payloads.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pxectl_model::arch::Firmware;
use pxectl_model::artifact::{Artifact, ArtifactPlace};
use pxectl_model::body::Body;
use pxectl_model::inventory::{IpxeSource, Parts};
use pxectl_model::policy::nbp_files;
use pxectl_store::images::Store;

/// Where Debian's package `ipxe` puts its builds.
pub const DEBIAN_IPXE: &str = "/usr/lib/ipxe";

/// Gives the bodies of what an inventory names.
pub trait Shelf: Send + Sync {
    /// An artifact's body, whether its file is there or not; none where it is to be fetched and nobody knows its digest yet.
    fn artifact(&self, artifact: &Artifact) -> Option<Body>;

    /// The NBP of a firmware; none where it is such an artifact. The error says what is missing and where it was looked for.
    fn nbp(&self, firmware: Firmware, parts: &Parts) -> Result<Option<Body>, String>;
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

    fn nbp(&self, firmware: Firmware, parts: &Parts) -> Result<Option<Body>, String> {
        let dir = match &parts.lab.ipxe {
            Some(IpxeSource::Artifacts(names)) => {
                let artifact = names.get(&firmware).and_then(|name| parts.artifacts.get(&name.value));
                let artifact = artifact.ok_or_else(|| format!("lab.ipxe names no artifact for {firmware}"))?;
                return Ok(self.artifact(artifact));
            }
            Some(IpxeSource::Dir(dir)) => dir.value.as_path(),
            None => Path::new(DEBIAN_IPXE),
        };
        let names = nbp_files(firmware);
        let found = names.iter().map(|name| dir.join(name)).find(|path| path.is_file());
        let found = found.ok_or_else(|| format!("there is no {} for {firmware} in `{}`", names.join(" or "), dir.display()))?;
        Ok(Some(Body::File(Arc::from(found.as_path()))))
    }
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
        ArtifactPlace::Urls(_) => artifact.sha256.as_ref().map(|digest| store.file(&digest.value)),
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
