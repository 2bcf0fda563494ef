//! Where the bytes of artifacts and NBPs come from: files, or the demo's generated payloads.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pxectl_model::arch::Firmware;
use pxectl_model::artifact::Artifact;
use pxectl_model::body::Body;
use pxectl_model::inventory::{IpxeSource, Parts};
use pxectl_model::policy::nbp_files;

/// Where Debian's package `ipxe` puts its builds.
pub const DEBIAN_IPXE: &str = "/usr/lib/ipxe";

/// Gives the bodies of what an inventory names.
pub trait Shelf: Send + Sync {
    /// An artifact's body.
    fn artifact(&self, artifact: &Artifact) -> Body;

    /// The NBP of a firmware; the error says what is missing and where it was looked for.
    fn nbp(&self, firmware: Firmware, parts: &Parts) -> Result<Body, String>;
}

/// Files on this host.
pub struct Disk;

impl Shelf for Disk {
    fn artifact(&self, artifact: &Artifact) -> Body {
        Body::File(Arc::from(artifact.path.value.as_path()))
    }

    fn nbp(&self, firmware: Firmware, parts: &Parts) -> Result<Body, String> {
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
        Ok(Body::File(Arc::from(found.as_path())))
    }
}

/// The file that holds a body; none where it is not in one.
pub fn path_of(body: &Body) -> Option<PathBuf> {
    match body {
        Body::File(path) => Some(path.to_path_buf()),
        _ => None,
    }
}

/// How large an artifact is here, bytes; none where there is no such file.
pub fn size(artifact: &Artifact) -> Option<u64> {
    size_of(&artifact.path.value)
}

/// How large a file is here, bytes; none where there is none.
pub fn size_of(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|meta| meta.len())
}

/// Whether a path of the inventory leads to a file or folder here.
pub fn exists(path: &Path) -> bool {
    PathBuf::from(path).exists()
}
