//! Firmware and processor architectures.

/// A processor architecture that kernels and initrds are built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CpuArch {
    /// 32-bit x86.
    Ia32,
    /// 64-bit x86.
    X64,
    /// 32-bit ARM.
    Arm32,
    /// 64-bit ARM.
    Arm64,
}

impl CpuArch {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ia32, Self::X64, Self::Arm32, Self::Arm64];

    /// As the inventory writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ia32 => "ia32",
            Self::X64 => "x64",
            Self::Arm32 => "arm32",
            Self::Arm64 => "arm64",
        }
    }
}

impl std::fmt::Display for CpuArch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for CpuArch {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|a| a.as_str() == text).ok_or(())
    }
}

/// What runs before the operating system, as far as network boot tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Firmware {
    /// A PC BIOS with a PXE ROM.
    Bios,
    /// UEFI on 32-bit x86.
    UefiIa32,
    /// UEFI on 64-bit x86.
    UefiX64,
    /// UEFI on 32-bit ARM.
    UefiArm32,
    /// UEFI on 64-bit ARM.
    UefiArm64,
}

impl Firmware {
    /// All of them, in the order in which configurations list them.
    pub const ALL: [Self; 5] = [Self::Bios, Self::UefiX64, Self::UefiIa32, Self::UefiArm64, Self::UefiArm32];

    /// As the inventory and `--firmware` write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bios => "bios",
            Self::UefiIa32 => "uefi-ia32",
            Self::UefiX64 => "uefi-x64",
            Self::UefiArm32 => "uefi-arm32",
            Self::UefiArm64 => "uefi-arm64",
        }
    }

    /// Which processors it boots. A BIOS says nothing of 64-bit; machines of this century have it, so x64.
    pub fn cpu(self) -> CpuArch {
        match self {
            Self::Bios | Self::UefiX64 => CpuArch::X64,
            Self::UefiIa32 => CpuArch::Ia32,
            Self::UefiArm32 => CpuArch::Arm32,
            Self::UefiArm64 => CpuArch::Arm64,
        }
    }

    /// iPXE's `${platform}` there.
    pub fn platform(self) -> Platform {
        if self == Self::Bios { Platform::Pcbios } else { Platform::Efi }
    }

    /// iPXE's `${buildarch}` there. A BIOS build says i386 on every processor.
    pub fn buildarch(self) -> &'static str {
        match self {
            Self::Bios | Self::UefiIa32 => "i386",
            Self::UefiX64 => "x86_64",
            Self::UefiArm32 => "arm32",
            Self::UefiArm64 => "arm64",
        }
    }

    /// The values of DHCP option 93 by which it asks over PXE (RFC 4578 2.1, erratum 4624, IANA "Processor Architecture Types").
    /// 9 is EFI byte code by the registry, and x64 by firmware that followed the RFC's first text.
    pub fn pxe_arch(self) -> &'static [u16] {
        match self {
            Self::Bios => &[0],
            Self::UefiIa32 => &[6],
            Self::UefiX64 => &[7, 9],
            Self::UefiArm32 => &[10],
            Self::UefiArm64 => &[11],
        }
    }

    /// The values of option 93 by which it asks for UEFI HTTP Boot (UEFI 2.5; IANA registry).
    pub fn http_arch(self) -> &'static [u16] {
        match self {
            Self::Bios => &[],
            Self::UefiIa32 => &[15],
            Self::UefiX64 => &[16],
            Self::UefiArm32 => &[18],
            Self::UefiArm64 => &[19],
        }
    }

    /// The firmware of a machine whose iPXE gives these `${platform}` and `${buildarch}`.
    /// A BIOS build says i386 on 64-bit processors, too.
    pub fn of_ipxe(platform: Platform, buildarch: &str) -> Option<Self> {
        Some(match (platform, buildarch) {
            (Platform::Pcbios, _) => Self::Bios,
            (Platform::Efi, "x86_64") => Self::UefiX64,
            (Platform::Efi, "i386") => Self::UefiIa32,
            (Platform::Efi, "arm32" | "arm") => Self::UefiArm32,
            (Platform::Efi, "arm64" | "aarch64") => Self::UefiArm64,
            _ => return None,
        })
    }
}

impl std::fmt::Display for Firmware {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Firmware {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|f| f.as_str() == text).ok_or(())
    }
}

/// iPXE's `${platform}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// A PC BIOS.
    Pcbios,
    /// UEFI.
    Efi,
}

impl Platform {
    /// As iPXE writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pcbios => "pcbios",
            Self::Efi => "efi",
        }
    }
}

impl std::str::FromStr for Platform {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Pcbios, Self::Efi].into_iter().find(|p| p.as_str() == text).ok_or(())
    }
}
