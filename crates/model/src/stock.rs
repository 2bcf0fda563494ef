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
