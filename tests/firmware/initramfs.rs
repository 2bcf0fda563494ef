//! A tiny system that boots in seconds: the installer's own kernel, busybox, and a script that says who it is and switches off.

use std::path::{Path, PathBuf};

use crate::fragmented::{self, File};
use crate::newc::Archive;
use crate::process::{command, program, run};

/// Debian's installer for the network, from its package.
pub const INSTALLER: &str = "/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64";

/// The NIC drivers of the lab's machines in the order of their needs: e1000 for BIOS, virtio for OVMF, which drives no other.
const DRIVERS: [&str; 9] = [
    "e1000",
    "virtio",
    "virtio_ring",
    "virtio_pci_legacy_dev",
    "virtio_pci_modern_dev",
    "virtio_pci",
    "failover",
    "net_failover",
    "virtio_net",
];

/// In how many extents the image holds the kernel.
pub const KERNEL_EXTENTS: usize = 3;
/// In how many it holds the first root.
pub const ROOT_EXTENTS: usize = 7;

/// The installer's kernel.
pub fn kernel() -> PathBuf {
    Path::new(INSTALLER).join("linux")
}

/// The installer's own first root.
pub fn installer() -> PathBuf {
    Path::new(INSTALLER).join("initrd.gz")
}

/// Writes the tiny system's first root into `dir`.
pub fn build(dir: &Path) -> PathBuf {
    let mut archive = Archive::default();
    for folder in ["bin", "proc", "sys", "dev", "modules"] {
        archive.dir(folder);
    }
    archive.file("bin/busybox", &std::fs::read(program("busybox").unwrap()).unwrap());
    archive.file("init", include_bytes!("init.sh"));
    archive.file("lease.sh", include_bytes!("lease.sh"));
    let (mut order, found) = (String::new(), drivers(dir));
    for driver in DRIVERS {
        // A kernel that has it built in has no file for it.
        if let Some(path) = found.iter().find(|path| path.file_stem().is_some_and(|stem| stem == driver)) {
            archive.file(&format!("modules/{driver}.ko"), &std::fs::read(path).unwrap());
            order.push_str(&format!("{driver}.ko\n"));
        }
    }
    archive.file("modules/order", order.as_bytes());
    let path = dir.join("tiny.cpio");
    std::fs::write(&path, archive.finish()).unwrap();
    path
}

/// Writes an image of kernel and first root, each in several extents that lie in reverse order.
pub fn image(to: &Path, tiny: &Path) {
    let (kernel, tiny) = (std::fs::read(kernel()).unwrap(), std::fs::read(tiny).unwrap());
    let files = [
        File { path: "BOOT (X64)/VMLINUZ #1%20.", content: &kernel, extents: KERNEL_EXTENTS },
        File { path: "BOOT (X64)/INITRD.", content: &tiny, extents: ROOT_EXTENTS },
    ];
    std::fs::write(to, fragmented::image(&files)).unwrap();
}

/// Takes the drivers out of the installer's first root: they fit its kernel.
fn drivers(dir: &Path) -> Vec<PathBuf> {
    let out = dir.join("drivers");
    std::fs::create_dir_all(&out).unwrap();
    let patterns = DRIVERS.map(|driver| format!("'*/{driver}.ko'")).join(" ");
    let script = format!("gunzip -c {} | cpio --extract --make-directories --quiet {patterns}", installer().display());
    run(command("sh").args(["-c", &script]).current_dir(&out));
    files(&out)
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
