//! What kind of file iPXE takes some bytes for.

use super::lex::has_magic;

/// What an image is to iPXE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageKind {
    /// A script.
    Script,
    /// A Linux kernel or what looks like one (wimboot, memtest): a bzImage.
    BzImage,
    /// A bzImage that is an EFI program as well (a Linux kernel with its EFI stub, wimboot).
    BzImageEfi,
    /// An EFI program.
    Efi,
    /// An ELF program.
    Elf,
    /// A program with a multiboot header.
    Multiboot,
    /// Anything else: data, an initrd.
    Data,
}

/// The largest file that a BIOS build may take for a PXE program: what base memory holds above 0x7c00.
const MAX_PXE: u64 = 0xa0000 - 0x7c00;

/// Judges a file by its first bytes (8 KiB are enough).
pub fn probe(head: &[u8]) -> ImageKind {
    let efi = head.starts_with(b"MZ");
    let bzimage = head.get(0x1fe..0x200) == Some(&[0x55, 0xaa]) && head.get(0x202..0x206) == Some(b"HdrS");
    match (bzimage, efi) {
        _ if has_magic(head) => ImageKind::Script,
        (true, true) => ImageKind::BzImageEfi,
        (true, false) => ImageKind::BzImage,
        (false, true) => ImageKind::Efi,
        _ if head.starts_with(b"\x7fELF") => ImageKind::Elf,
        _ if head.chunks_exact(4).take(2048).any(|word| word == [0x02, 0xb0, 0xad, 0x1b]) => ImageKind::Multiboot,
        _ => ImageKind::Data,
    }
}

impl ImageKind {
    /// Whether iPXE on this platform (`pcbios`, `efi`) can run a file of this kind and length. A BIOS build takes any small
    /// file for a PXE program, since those have no signature, unless it looks like an EFI program.
    pub fn runs_on(self, platform: &str, len: u64) -> bool {
        match (self, platform) {
            (Self::Script, _) => true,
            (Self::BzImage | Self::BzImageEfi | Self::Elf | Self::Multiboot, "pcbios") => true,
            (Self::Efi | Self::BzImageEfi, "efi") => true,
            (Self::Data, "pcbios") => (1..=MAX_PXE).contains(&len),
            _ => false,
        }
    }
}
