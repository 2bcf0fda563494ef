//! The store of images: files under the digest of their content, written once and never changed.
//!
//! Where they lie is decided here and nowhere else: `sha256/ab/<64 hexadecimal digits>`, the two letters being the first of them.

use std::path::{Path, PathBuf};

use pxectl_model::digest::Sha256;

/// A store, whether or not its folder exists yet. Several inventories, and several hosts over a shared folder, may use one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// The store in this folder.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the content with this digest lies, if it is there.
    pub fn file(&self, digest: &Sha256) -> PathBuf {
        let name = digest.to_string();
        self.root.join("sha256").join(&name[..2]).join(name)
    }

    /// How long the content with this digest is, bytes; none where it is not there.
    pub fn size(&self, digest: &Sha256) -> Option<u64> {
        let meta = std::fs::symlink_metadata(self.file(digest)).ok()?;
        meta.is_file().then_some(meta.len())
    }
}

/// Where the store is where nobody says: `/var/lib/pxectl` for root, else `pxectl` in the user's data folder (XDG base directory
/// specification); none where nothing says where that is.
pub fn default_root() -> Option<PathBuf> {
    if is_root() {
        return Some(PathBuf::from("/var/lib/pxectl"));
    }
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/share")));
    data.map(|data| data.join("pxectl"))
}

#[cfg(all(unix, not(pxectl_no_unix)))]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(all(unix, not(pxectl_no_unix))))]
fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_lie_under_their_digest() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let digest = Sha256([0xab; 32]);
        let file = store.file(&digest);
        assert_eq!(file.strip_prefix(folder.path()).unwrap().display().to_string(), format!("sha256/ab/{}", "ab".repeat(32)));
        assert_eq!(store.size(&digest), None);
        std::fs::create_dir_all(&file).unwrap();
        assert_eq!(store.size(&digest), None, "a folder is no content");
        std::fs::remove_dir(&file).unwrap();
        std::fs::write(&file, "12345").unwrap();
        assert_eq!(store.size(&digest), Some(5));
    }
}
