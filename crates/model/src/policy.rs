//! Which DHCP client gets which boot file: one table, for every DHCP server that is rendered and for ProxyDHCP.

use std::net::Ipv4Addr;

use crate::arch::Firmware;

/// The name under which TFTP serves the NBP of a firmware. It fits the layouts of Debian's package and of iPXE's releases.
pub fn nbp_name(firmware: Firmware) -> &'static str {
    match firmware {
        Firmware::Bios => "undionly.kpxe",
        Firmware::UefiX64 => "snponly.efi",
        Firmware::UefiIa32 => "i386/snponly.efi",
        Firmware::UefiArm32 => "arm32/snponly.efi",
        Firmware::UefiArm64 => "arm64/snponly.efi",
    }
}

/// The files that hold the NBP of a firmware, in iPXE's release archives and in Debian's package; the first that is there is it.
pub fn nbp_files(firmware: Firmware) -> &'static [&'static str] {
    match firmware {
        Firmware::Bios => &["undionly.kpxe", "x86_64/undionly.kpxe"],
        Firmware::UefiX64 => &["snponly.efi", "x86_64/snponly.efi", "ipxe.efi", "ipxe-amd64.efi"],
        Firmware::UefiIa32 => &["i386/snponly.efi", "i386/ipxe.efi"],
        Firmware::UefiArm32 => &["arm32/snponly.efi", "arm32/ipxe.efi"],
        Firmware::UefiArm64 => &["arm64/snponly.efi", "arm64/ipxe.efi", "ipxe-arm64.efi"],
    }
}

/// The names under which TFTP and HTTP serve the two halves of a boot with Secure Boot: the firmware starts the shim, and the shim
/// loads the file of its own name without `-shim`, from the folder that DHCP named (ipxe/shim, automatic_next_path in shim.c); a
/// distribution's shim loads GRUB's name from there (DEFAULT_LOADER in Make.defaults of rhboot/shim). So iPXE's release archives have
/// them. None where there is no shim.
pub fn shim_names(firmware: Firmware) -> Option<Shim> {
    let (first, then, grub) = match firmware {
        Firmware::UefiX64 => ("x86_64-sb/snponly-shim.efi", "x86_64-sb/snponly.efi", "x86_64-sb/grubx64.efi"),
        Firmware::UefiArm64 => ("arm64-sb/snponly-shim.efi", "arm64-sb/snponly.efi", "arm64-sb/grubaa64.efi"),
        Firmware::Bios | Firmware::UefiIa32 | Firmware::UefiArm32 => return None,
    };
    Some(Shim { first, then, grub })
}

/// Where the two halves lie in a folder: a shim, and what it loads. The first pair of which both are there is it. As iPXE's release
/// archives have them (src/util/gensrvimg), or their folder for one processor; a shim is one file, whatever it is called.
pub fn shim_files(firmware: Firmware) -> &'static [(&'static str, &'static str)] {
    match firmware {
        Firmware::UefiX64 => &[
            ("x86_64-sb/snponly-shim.efi", "x86_64-sb/snponly.efi"),
            ("x86_64-sb/shimx64.efi", "x86_64-sb/snponly.efi"),
            ("x86_64-sb/ipxe-shim.efi", "x86_64-sb/ipxe.efi"),
            ("x86_64-sb/shimx64.efi", "x86_64-sb/ipxe.efi"),
            ("snponly-shim.efi", "snponly.efi"),
            ("shimx64.efi", "snponly.efi"),
            ("ipxe-shim.efi", "ipxe.efi"),
            ("shimx64.efi", "ipxe.efi"),
        ],
        Firmware::UefiArm64 => &[
            ("arm64-sb/snponly-shim.efi", "arm64-sb/snponly.efi"),
            ("arm64-sb/shimaa64.efi", "arm64-sb/snponly.efi"),
            ("arm64-sb/ipxe-shim.efi", "arm64-sb/ipxe.efi"),
            ("arm64-sb/shimaa64.efi", "arm64-sb/ipxe.efi"),
        ],
        Firmware::Bios | Firmware::UefiIa32 | Firmware::UefiArm32 => &[],
    }
}

/// What a shim asks TFTP for where the DHCP header's `file` is empty, because the server sent option 67 alone (parseDhcp4 in netboot.c).
pub const SHIM_FALLBACK: &str = "ipxe.efi";

/// The two halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shim {
    /// The shim.
    pub first: &'static str,
    /// What iPXE's shim loads.
    pub then: &'static str,
    /// What the shim of a distribution loads: the same file under GRUB's name.
    pub grub: &'static str,
}

/// Which client a branch is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// iPXE with HTTP: user class `iPXE` (option 77) and sub-option 19 of option 175.
    Ipxe,
    /// Firmware that speaks UEFI HTTP Boot: vendor class `HTTPClient` (option 60) and this architecture (option 93).
    HttpBoot(Firmware),
    /// Firmware that speaks PXE, of this architecture (option 93).
    Pxe(Firmware),
}

/// What it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BootFile {
    /// A URL.
    Url(String),
    /// A file name for TFTP from `next-server`.
    Tftp(String),
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// For whom.
    pub client: Client,
    /// What.
    pub file: BootFile,
}

/// The table: the first branch that fits decides. Whoever fits none gets an address and no boot file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// In order, iPXE first: a ROM that is iPXE itself must not be given an NBP again.
    pub branches: Vec<Branch>,
}

/// A DHCP `file` field holds 128 bytes, the last of them zero (RFC 2131 2).
pub const BOOT_FILE_MAX: usize = 127;

/// The firmware that gets branches where the lab names none: those whose NBPs Debian's package `ipxe` brings.
pub const DEFAULT_FIRMWARE: [Firmware; 2] = [Firmware::Bios, Firmware::UefiX64];

/// `http://server:port`, without the port where it is 80.
pub fn http_base(server: Ipv4Addr, port: u16) -> String {
    if port == 80 { format!("http://{server}") } else { format!("http://{server}:{port}") }
}

impl Policy {
    /// The table for a server and the firmware of its lab; `nbp` is the name of a firmware's first file.
    pub fn new(base: &str, firmware: &[Firmware], nbp: impl Fn(Firmware) -> &'static str) -> Self {
        let mut branches = vec![Branch { client: Client::Ipxe, file: BootFile::Url(format!("{base}/boot.ipxe")) }];
        for firmware in Firmware::ALL.into_iter().filter(|f| firmware.contains(f) && !f.http_arch().is_empty()) {
            let file = BootFile::Url(format!("{base}/nbp/{}", nbp(firmware)));
            branches.push(Branch { client: Client::HttpBoot(firmware), file });
        }
        for firmware in Firmware::ALL.into_iter().filter(|f| firmware.contains(f)) {
            branches.push(Branch { client: Client::Pxe(firmware), file: BootFile::Tftp(nbp(firmware).to_owned()) });
        }
        Self { branches }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_boot_file_of_an_address_is_too_long_for_dhcp() {
        let base = http_base(Ipv4Addr::new(255, 255, 255, 255), u16::MAX);
        let shims = |firmware| shim_names(firmware).map_or_else(|| nbp_name(firmware), |shim| shim.first);
        for policy in [Policy::new(&base, &Firmware::ALL, nbp_name), Policy::new(&base, &Firmware::ALL, shims)] {
            for Branch { file: BootFile::Url(file) | BootFile::Tftp(file), .. } in policy.branches {
                assert!(file.len() <= BOOT_FILE_MAX, "{file}");
            }
        }
    }
}
