//! A lab in a folder that goes away with it.

use std::path::{Path, PathBuf};

use pxectl_model::digest::{Hasher, Sha256};
use tempfile::TempDir;

use super::files;
use super::run::{self, Ran};
use super::serve::Serve;

/// What most inventories begin with.
pub const HEAD: &str = "\
pxectl: 1
lab:
  server: 127.0.0.1
  ipxe: {dir: ipxe}
  networks: [{subnet: 127.0.0.0/24}]
";

/// The artifacts and profiles that most cases need.
pub const PROFILES: &str = "\
artifacts:
  linux: {path: files/linux}
  initrd: {path: files/initrd}
profiles:
  debian-12: {recipe: debian, kernel: linux, initrds: [initrd]}
  rescue: {recipe: linux, kernel: linux, initrds: [initrd], args: [quiet]}
";

/// One that would be installed, one that boots live, one that has its disk.
pub const HOSTS: &str = "\
hosts:
  - {serial: SN-WEB, name: web-01, profile: debian-12, mac: \"52:54:00:00:00:01\"}
  - {serial: SN-LIVE, name: live-01, profile: rescue, mac: \"52:54:00:00:00:02\"}
  - {serial: SN-DISK, name: disk-01, profile: local, mac: \"52:54:00:00:00:03\"}
";

/// Of some bytes.
pub fn digest(bytes: &[u8]) -> Sha256 {
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    hasher.finish()
}

/// A lab.
pub struct Lab {
    folder: TempDir,
}

impl Lab {
    /// With this inventory, and every file that those above name.
    pub fn new(inventory: &str) -> Self {
        let lab = Self { folder: tempfile::tempdir().unwrap() };
        lab.write("inventory.yaml", inventory);
        lab.write("ipxe/undionly.kpxe", files::bios_nbp());
        lab.write("ipxe/snponly.efi", files::efi_nbp());
        lab.write("files/linux", files::kernel(3));
        lab.write("files/initrd", files::noise(4, 90_000));
        lab
    }

    /// The usual one.
    pub fn usual() -> Self {
        Self::new(&format!("{HEAD}{PROFILES}{HOSTS}"))
    }

    /// The usual one, where nothing installs: `serve` need not ask.
    pub fn live() -> Self {
        let lab = Self::usual();
        lab.edit(|text| text.replace("profile: debian-12", "profile: rescue"));
        // The installer's profile stays for those who come to need it, and it is used, so that nothing is found.
        lab.edit(|text| text.replace("rescue: {recipe: linux,", "rescue: {recipe: linux, extends: debian-12,"));
        lab
    }

    /// Where a file of it lies.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file in place.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// A file's text.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Puts bytes into the lab's store, as `fetch` does, and tells their digest.
    pub fn store(&self, bytes: &[u8]) -> Sha256 {
        let digest = digest(bytes);
        let name = digest.to_string();
        self.write(&format!("store/sha256/{}/{name}", &name[..2]), bytes);
        digest
    }

    /// Changes the inventory, in place.
    pub fn edit(&self, change: impl FnOnce(&str) -> String) {
        let text = self.read("inventory.yaml");
        let changed = change(&text);
        assert_ne!(text, changed, "the edit changes nothing");
        self.write("inventory.yaml", changed);
    }

    /// Puts a whole new file in the place of another, as most editors save.
    pub fn rename_over(&self, name: &str, bytes: impl AsRef<[u8]>) {
        self.write("new", bytes);
        std::fs::rename(self.path("new"), self.path(name)).unwrap();
    }

    /// Runs `pxectl` in the lab's folder to its end.
    pub fn pxectl(&self, args: &[&str]) -> Ran {
        run::to_the_end(self.folder.path(), args)
    }

    /// Starts `pxectl serve` on free ports of 127.0.0.1 and waits until it listens.
    pub fn serve(&self, args: &[&str]) -> Serve {
        Serve::start(self.folder.path(), args)
    }

    /// Runs a `serve` that is to end by itself before it serves anything.
    pub fn refused_serve(&self, args: &[&str]) -> Ran {
        let ran = self.pxectl(&[&["serve"], super::serve::ON_LOOPBACK, args].concat());
        assert_eq!(ran.stdout, "", "nothing was served: {ran:?}");
        ran
    }
}
