//! A machine's own disk: it holds nothing but a program that prints who it is, so that "sent to its disk" is seen on the console.

use std::path::{Path, PathBuf};

use crate::pe;

/// Offset of the text in the boot sector.
const TEXT: usize = 32;

/// A disk as QEMU takes it.
#[derive(Clone)]
pub enum Disk {
    /// A raw image with a boot sector.
    Bios(PathBuf),
    /// A folder that QEMU shows as a FAT disk: an EFI system partition's content.
    Uefi(PathBuf),
}

impl Disk {
    /// A disk that BIOS boots: the first sector writes `text` to the serial port and halts.
    pub fn bios(dir: &Path, text: &str) -> Self {
        let path = dir.join("disk.img");
        let mut image = vec![0; 1 << 20];
        image[..512].copy_from_slice(&boot_sector(text));
        std::fs::write(&path, image).unwrap();
        Self::Bios(path)
    }

    /// A disk that UEFI boots by the removable-media path (UEFI 2.10, 3.5.1.1).
    pub fn uefi(dir: &Path, text: &str) -> Self {
        let root = dir.join("esp");
        std::fs::create_dir_all(root.join("EFI/BOOT")).unwrap();
        std::fs::write(root.join("EFI/BOOT/BOOTX64.EFI"), pe::printer(text)).unwrap();
        Self::Uefi(root)
    }

    /// QEMU's `-drive`.
    pub fn drive(&self) -> String {
        match self {
            Self::Bios(path) => format!("if=none,id=disk,format=raw,snapshot=on,file={}", path.display()),
            Self::Uefi(path) => format!("if=none,id=disk,format=raw,read-only=on,file=fat:{}", path.display()),
        }
    }

    /// QEMU's `-device`: the second in the boot order.
    pub fn device(&self) -> &'static str {
        match self {
            Self::Bios(_) => "ide-hd,drive=disk,bootindex=1",
            Self::Uefi(_) => "virtio-blk-pci,drive=disk,bootindex=1",
        }
    }
}

/// Code for real mode at 0000:7C00, its text behind it, the signature at the end.
fn boot_sector(text: &str) -> [u8; 512] {
    let code = [
        0xfc, // cld
        0x31, 0xc0, // xor ax, ax
        0x8e, 0xd8, // mov ds, ax
        0xbe, 0x20, 0x7c, // mov si, 7c00 + TEXT
        0xba, 0xf8, 0x03, // mov dx, 3f8: the first serial port
        0xac, // next: lodsb
        0x84, 0xc0, // test al, al
        0x74, 0x03, // jz halt
        0xee, // out dx, al
        0xeb, 0xf8, // jmp next
        0xf4, // halt: hlt
        0xeb, 0xfd, // jmp halt
    ];
    let line = format!("\r\n{text}\r\n");
    let mut sector = [0; 512];
    sector[..code.len()].copy_from_slice(&code);
    sector[TEXT..TEXT + line.len()].copy_from_slice(line.as_bytes());
    sector[510..].copy_from_slice(&[0x55, 0xaa]);
    sector
}
