//! Profiles, hosts and rules: who becomes what.

use std::net::Ipv4Addr;
use std::sync::Arc;

pub use crate::glob::Glob;
use crate::identity::Identity;
use crate::mac::Mac;
use crate::name::Name;
use crate::settings::Settings;
use crate::source::{Route, Sourced};

/// The profiles that always exist: boot the disk, and wait and ask again.
pub const BUILT_IN: [&str; 2] = ["local", "hold"];

/// What to boot, and how.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name.
    pub name: Sourced<Name>,
    /// The profile that it builds on.
    pub extends: Option<Sourced<Name>>,
    /// What it says itself.
    pub settings: Settings,
}

/// A network card of a host.
#[derive(Debug, Clone)]
pub struct Nic {
    /// Its address.
    pub mac: Sourced<Mac>,
    /// The reservation for it.
    pub ip: Option<Sourced<Ipv4Addr>>,
}

/// One machine of the inventory.
#[derive(Debug, Clone)]
pub struct Host {
    /// Where its entry stands.
    pub route: Route,
    /// By what it is known; at least one key. Its MACs are those of its cards.
    pub identity: Identity,
    /// How people call it; a DNS label or name.
    pub name: Option<Sourced<Name>>,
    /// What it becomes.
    pub profile: Sourced<Name>,
    /// Its cards.
    pub nics: Vec<Nic>,
    /// What its entry says beyond its profile.
    pub settings: Arc<Settings>,
}

impl Host {
    /// How people call it: its name, else its strongest key as written.
    pub fn label(&self) -> String {
        let id = &self.identity;
        let text = |t: &dyn std::fmt::Display| t.to_string();
        self.name
            .as_ref()
            .map(|n| text(&n.value))
            .or_else(|| id.serial.as_ref().map(|t| text(t)))
            .or_else(|| id.uuid.as_ref().map(|t| text(t)))
            .or_else(|| id.macs.first().map(|t| text(t)))
            .or_else(|| id.asset.as_ref().map(|t| text(t)))
            .or_else(|| id.board_serial.as_ref().map(|t| text(t)))
            .unwrap_or_default()
    }
}

/// A key that a rule may match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchKey {
    /// SMBIOS type 1 serial number.
    Serial,
    /// SMBIOS type 1 UUID.
    Uuid,
    /// The MAC that it boots from.
    Mac,
    /// SMBIOS type 3 asset tag.
    Asset,
    /// SMBIOS type 2 serial number.
    BoardSerial,
    /// SMBIOS type 1 product name.
    Product,
    /// SMBIOS type 1 manufacturer.
    Manufacturer,
    /// The firmware, as in `uefi-x64`.
    Firmware,
}

impl MatchKey {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Serial, Self::Uuid, Self::Mac, Self::Asset, Self::BoardSerial, Self::Product, Self::Manufacturer, Self::Firmware];

    /// As the inventory writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Serial => "serial",
            Self::Uuid => "uuid",
            Self::Mac => "mac",
            Self::Asset => "asset",
            Self::BoardSerial => "board_serial",
            Self::Product => "product",
            Self::Manufacturer => "manufacturer",
            Self::Firmware => "firmware",
        }
    }
}

/// A rule for fleets: every machine that matches and is no host of the inventory.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Where it stands.
    pub route: Route,
    /// All must match: case-insensitive globs of `*` and `?`.
    pub matches: Vec<(MatchKey, Sourced<Glob>)>,
    /// What they become.
    pub profile: Sourced<Name>,
    /// What the rule says beyond its profile.
    pub settings: Settings,
}
