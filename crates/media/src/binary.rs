//! Programs that firmware and boot loaders start, and what each is.

use std::io::{Read, Seek};

use crate::error::Error;
use crate::ipxe::{self, Ipxe};
use crate::kernel::Kernel;
use crate::limits::PROGRAM_MOST;
use crate::pe::Pe;
use crate::source::Source;

/// A program, as far as its bytes tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    /// Bytes of the file.
    pub size: u64,
    /// UEFI starts it, or could.
    pub pe: Option<Pe>,
    /// A boot loader starts it as a Linux kernel on a PC. wimboot and kernels with an EFI stub are this and [`Binary::pe`] at once.
    pub kernel: Option<Kernel>,
    /// A PXE ROM of a BIOS starts it.
    pub nbp: Option<Nbp>,
    /// What it says of itself as an iPXE; BIOS builds are compressed and say nothing.
    pub ipxe: Option<Ipxe>,
    /// It is wimboot, whose version is the kernel's.
    pub wimboot: bool,
}

/// A network bootstrap program of a BIOS (PXE 2.1, 2.4.4) that can be told from other bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nbp {
    /// iPXE: a far jump to segment 0x07c0; since 2026 builds say whether they are of 32 or 64 bits.
    Ipxe(Option<u8>),
    /// PXELINUX of SYSLINUX.
    Pxelinux,
}

impl Nbp {
    /// NBPs have no common mark: only some makers' are known.
    fn of(head: &[u8]) -> Option<Self> {
        let has = |what: &[u8], within: usize| head[..head.len().min(within)].windows(what.len()).any(|at| at == what);
        match head {
            [0xea, _, _, 0xc0, 0x07, bits, 0xae, 0x18, ..] => Some(Self::Ipxe(match bits {
                0x32 => Some(32),
                0x64 => Some(64),
                _ => None,
            })),
            [0xea, _, _, 0xc0, 0x07, ..] => Some(Self::Ipxe(None)),
            _ if has(b"PXELINUX", 8192) => Some(Self::Pxelinux),
            _ => None,
        }
    }
}

impl Binary {
    /// Reads what a file says of itself; at most 16 MiB of it.
    ///
    /// # Errors
    /// Where it cannot be read, or its headers contradict each other.
    pub fn read<R: Read + Seek>(reader: R) -> Result<Self, Error> {
        Self::of(&mut Source::new(reader)?)
    }

    pub(crate) fn of<R: Read + Seek>(source: &mut Source<R>) -> Result<Self, Error> {
        let head = source.head(8192)?;
        let pe = Pe::read(source)?;
        let kernel = Kernel::read(source)?;
        let nbp = if pe.is_none() && kernel.is_none() { Nbp::of(&head) } else { None };
        let wimboot = pe.as_ref().and_then(|pe| pe.built_as.as_deref()) == Some("wimboot.efi");
        // Only where it can be one: kernels are large, and have none of it.
        let ipxe = match &pe {
            Some(pe) if pe.is_efi() && kernel.is_none() && source.len <= u64::from(PROGRAM_MOST) => {
                ipxe::find(&source.head(PROGRAM_MOST)?)
            }
            _ => None,
        };
        Ok(Self { size: source.len, pe, kernel, nbp, ipxe, wimboot })
    }

    /// Whether it is a program at all, as far as bytes tell.
    pub fn is_known(&self) -> bool {
        self.pe.is_some() || self.kernel.is_some() || self.nbp.is_some()
    }

    /// Which firmware starts it, by the words of the inventory: `bios`, `uefi-x64`… A kernel of a PC counts for BIOS, where a boot
    /// loader starts it.
    pub fn firmware(&self) -> Vec<String> {
        let bios = (self.nbp.is_some() || self.kernel.is_some()).then(|| "bios".to_owned());
        let efi = self.pe.as_ref().filter(|pe| pe.is_efi()).and_then(|pe| pe.machine.as_str());
        bios.into_iter().chain(efi.map(|machine| format!("uefi-{machine}"))).collect()
    }

    /// Where its headers say that bytes should be which the file does not have: how many are missing.
    pub fn missing(&self) -> Option<u64> {
        let ends = [self.pe.as_ref().map(|pe| pe.end), self.kernel.as_ref().and_then(|kernel| kernel.end)];
        ends.into_iter().flatten().max().and_then(|end| end.checked_sub(self.size)).filter(|missing| *missing > 0)
    }

    /// What it is, in few words.
    pub fn title(&self) -> String {
        let bits = |bits: Option<u8>| bits.map(|bits| format!(", {bits} bits")).unwrap_or_default();
        match (&self.pe, &self.kernel, self.nbp) {
            _ if self.wimboot => "wimboot".to_owned(),
            (Some(pe), _, _) if self.ipxe.is_some() => format!("iPXE, a UEFI {} for {}", role(pe), pe.machine),
            (Some(pe), Some(_), _) => format!("Linux kernel (bzImage) that is a UEFI {} for {}, too", role(pe), pe.machine),
            (Some(pe), None, _) if pe.is_efi() => format!("UEFI {} for {}", role(pe), pe.machine),
            (Some(pe), None, _) => format!("PE executable for {}, not for UEFI (subsystem {})", pe.machine, pe.subsystem),
            (None, Some(_), _) => "bzImage, which boot loaders start as a Linux kernel".to_owned(),
            (None, None, Some(Nbp::Ipxe(which))) => format!("iPXE for the PXE ROMs of a BIOS{}", bits(which)),
            (None, None, Some(Nbp::Pxelinux)) => "PXELINUX for the PXE ROMs of a BIOS".to_owned(),
            (None, None, None) => "no program that is known".to_owned(),
        }
    }
}

fn role(pe: &Pe) -> &'static str {
    match pe.subsystem {
        11 | 12 => "driver",
        13 => "ROM",
        _ => "application",
    }
}
