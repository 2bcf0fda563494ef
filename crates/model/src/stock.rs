//! Artifacts that need no entry in the inventory: this program knows where their publishers have them.

use std::collections::BTreeMap;

use crate::arch::Firmware;
use crate::artifact::Member;
use crate::digest::Sha256;
use crate::name::Name;
use crate::url::Url;

/// All of them, by name.
pub type Stock = BTreeMap<Name, StockItem>;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockItem {
    /// What it is, in a few words.
    pub about: String,
    /// Where its publisher has it, or the archive that holds it. The address of a release, which does not move.
    pub url: Url,
    /// Which file of that archive it is.
    pub member: Option<Member>,
    /// What comes from the address must hash to this, where somebody knows it.
    pub pin: Option<Sha256>,
    /// The firmware that it can be the bootstrap program of.
    pub firmware: Vec<Firmware>,
    /// The other one that it loads: a shim is the first half of two.
    pub loads: Option<Name>,
}

impl StockItem {
    /// What the artifact itself must hash to, where that is known before its archive is.
    pub fn sha256(&self) -> Option<Sha256> {
        self.pin.filter(|_| self.member.is_none())
    }
}

/// Where Debian's package `ipxe` puts its builds.
pub const DEBIAN_IPXE: &str = "/usr/lib/ipxe";

/// What a person does where the bootstrap programs of these are missing: the end of a hint.
pub fn how_to_get(firmware: &[Firmware]) -> String {
    let names: Vec<&str> = firmware.iter().map(|firmware| usual_nbp(*firmware)).collect();
    format!("run `pxectl fetch {}`{}", names.join(" "), or_package(firmware))
}

/// The other way to them: Debian's package, where it has all of them. Debian 12's has what PCs boot, Debian 13's one for 64-bit ARM, too, and
/// none has any for 32-bit UEFI.
pub fn or_package(firmware: &[Firmware]) -> &'static str {
    let needs = |some: &[Firmware]| firmware.iter().any(|one| some.contains(one));
    if firmware.is_empty() || needs(&[Firmware::UefiIa32, Firmware::UefiArm32]) {
        return "";
    }
    if needs(&[Firmware::UefiArm64]) {
        return ", or install the package `ipxe` of Debian 13 or later";
    }
    ", or install Debian's package `ipxe`"
}

/// The built-in artifact that a firmware's bootstrap program is where the lab names none, and has no folder of them.
pub fn usual_nbp(firmware: Firmware) -> &'static str {
    match firmware {
        Firmware::Bios => "undionly.kpxe",
        Firmware::UefiX64 => "snponly.efi",
        Firmware::UefiIa32 => "snponly-i386.efi",
        Firmware::UefiArm64 => "snponly-arm64.efi",
        Firmware::UefiArm32 => "snponly-arm32.efi",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_named_where_it_has_all_that_is_missing() {
        use Firmware::{Bios, UefiArm32, UefiArm64, UefiIa32, UefiX64};
        let package = "or install Debian's package `ipxe`";
        assert_eq!(how_to_get(&[Bios, UefiX64]), format!("run `pxectl fetch undionly.kpxe snponly.efi`, {package}"));
        assert!(how_to_get(&[Bios, UefiArm64]).ends_with(", or install the package `ipxe` of Debian 13 or later"));
        assert_eq!(how_to_get(&[UefiArm32]), "run `pxectl fetch snponly-arm32.efi`");
        assert_eq!(how_to_get(&[UefiArm64, UefiIa32]), "run `pxectl fetch snponly-arm64.efi snponly-i386.efi`");
    }
}
