//! The inventory as written: typed values, each with its place. Names may still lead nowhere, and keys may still be shared.

use std::collections::{BTreeMap, HashMap};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use pxectl_model::arch::Firmware;
use pxectl_model::artifact::Member;
use pxectl_model::digest::{Sha256, Sha512};
use pxectl_model::evidence::Checksums;
use pxectl_model::identity::{BadTag, Tag};
use pxectl_model::inventory::{IpxeSource, firmware_of};
use pxectl_model::lock::{Locked, Lockfile};
use pxectl_model::mac::Mac;
use pxectl_model::name::Name;
use pxectl_model::net::Network;
use pxectl_model::profile::{Glob, MatchKey};
use pxectl_model::recipe::Recipe;
use pxectl_model::secret::SecretSource;
use pxectl_model::settings::Settings;
use pxectl_model::source::{FileId, Route, Sourced};
use pxectl_model::stock::StockItem;
use pxectl_model::url::{Scheme, Url};
use pxectl_model::uuid::Uuid;

/// Everything that the files say. What was not readable is left out; a finding tells of it.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// What holds for the whole lab.
    pub lab: LabDraft,
    /// In the order of the file.
    pub artifacts: Vec<ArtifactDraft>,
    /// Those that need no entry, as far as something names them or the lock file knows them.
    pub provided: Vec<ArtifactDraft>,
    /// What the lock file says of them.
    pub lock: LockDraft,
    /// In the order of the file.
    pub profiles: Vec<ProfileDraft>,
    /// Those of the main file, then those of included files.
    pub hosts: Vec<HostDraft>,
    /// Those of the main file, then those of included files.
    pub rules: Vec<RuleDraft>,
    /// What profiles may build on.
    pub recipes: BTreeMap<Name, Recipe>,
    /// Positions in `profiles`, by name.
    pub profile_index: HashMap<Name, usize>,
    /// Positions in `artifacts`, by name.
    pub artifact_index: HashMap<Name, usize>,
}

/// `lab`.
#[derive(Debug, Clone, Default)]
pub struct LabDraft {
    /// `http_port`.
    pub http_port: Option<Sourced<u16>>,
    /// `firmware`.
    pub firmware: Option<Vec<Sourced<Firmware>>>,
    /// `ipxe`.
    pub ipxe: Option<IpxeSource>,
    /// `unknown`.
    pub unknown: Option<Sourced<Name>>,
    /// `templates`, joined with the inventory's folder.
    pub templates: Option<Sourced<PathBuf>>,
    /// `strict`.
    pub strict: bool,
    /// The lab's only site, or its `sites`.
    pub sites: Vec<SiteDraft>,
    /// Whether each network was readable; else nothing can be said of an address outside of them.
    pub networks_complete: bool,
}

impl LabDraft {
    /// The firmware that the lab boots: what it names, else what its NBPs are for.
    pub fn firmware(&self) -> Vec<Firmware> {
        firmware_of(self.firmware.as_deref(), self.ipxe.as_ref())
    }
}

/// One site.
#[derive(Debug, Clone)]
pub struct SiteDraft {
    /// Its name; none for a lab of one site.
    pub name: Option<Sourced<Name>>,
    /// Its server's address.
    pub server: Option<Sourced<Ipv4Addr>>,
    /// Its networks.
    pub networks: Vec<Network>,
}

/// An entry of `artifacts`.
#[derive(Debug, Clone)]
pub struct ArtifactDraft {
    /// Its name.
    pub name: Sourced<Name>,
    /// Its entry.
    pub route: Route,
    /// Where it lies, joined with the inventory's folder.
    pub path: Option<Sourced<PathBuf>>,
    /// Where it is fetched from, the first to be tried first; none for a `path`.
    pub urls: Vec<Sourced<Url>>,
    /// What it must hash to.
    pub sha256: Option<Sourced<Sha256>>,
    /// The same by the longer digest.
    pub sha512: Option<Sourced<Sha512>>,
    /// What the server of its first URL wants to see.
    pub auth: Option<AuthDraft>,
    /// The file that it is in the archive that comes from there.
    pub member: Option<Sourced<Member>>,
    /// The publisher's file that says it.
    pub checksums: Option<Checksums>,
    /// Something in it was not readable, so that nothing can be said of what is missing.
    pub flawed: bool,
    /// Given for one that has no entry.
    pub provided: Option<Provided>,
}

/// Why an artifact needs no entry.
#[derive(Debug, Clone)]
pub enum Provided {
    /// This program knows where its publisher has it.
    Upstream(Arc<StockItem>),
    /// It was built here, as the lock file says.
    Built,
}

impl ArtifactDraft {
    /// The server that `auth` is for, as the URL that names it: the first that is one.
    pub fn server(&self) -> Option<&Sourced<Url>> {
        self.urls.iter().find(|url| url.value.scheme() != Scheme::File)
    }

    /// Whether the inventory itself says what it must hash to.
    pub fn has_digest(&self) -> bool {
        self.sha256.is_some() || self.sha512.is_some()
    }

    /// Whether somebody whom the inventory names says what it must hash to: itself, or a checksum file that not anybody could have written.
    pub fn is_vouched(&self) -> bool {
        self.has_digest() || self.checksums.as_ref().is_some_and(|checksums| !checksums.is_plain())
    }
}

/// An artifact's `auth`: where values come from, never the values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthDraft {
    /// A bearer token (RFC 6750).
    Bearer(Sourced<SecretSource>),
    /// A user and a password (RFC 7617).
    Basic {
        /// The user's name.
        user: String,
        /// Its password.
        password: Sourced<SecretSource>,
    },
}

impl AuthDraft {
    /// Where its secret value comes from, and what that is called.
    pub fn source(&self) -> (&'static str, &Sourced<SecretSource>) {
        match self {
            Self::Bearer(source) => ("bearer", source),
            Self::Basic { password, .. } => ("password", password),
        }
    }
}

/// What is known of the lock file.
#[derive(Debug, Clone, Default)]
pub enum LockDraft {
    /// Nobody looked, or it could not be read: nothing can be said of what is missing in it.
    #[default]
    Unknown,
    /// There is none.
    Missing,
    /// It was read.
    Read {
        /// Its text.
        file: FileId,
        /// What it says.
        lock: Lockfile,
    },
}

impl LockDraft {
    /// What it says, where it was read.
    pub fn read(&self) -> Option<(FileId, &Lockfile)> {
        match self {
            Self::Read { file, lock } => Some((*file, lock)),
            Self::Unknown | Self::Missing => None,
        }
    }

    /// An artifact's entry and the place of that.
    pub fn get(&self, name: &Name) -> Option<(&Locked, Route)> {
        let (file, lock) = self.read()?;
        let locked = lock.artifacts.get(name)?;
        Some((locked, Route::root(file).key("artifacts").key(name.as_str())))
    }
}

/// An entry of `profiles`.
#[derive(Debug, Clone)]
pub struct ProfileDraft {
    /// Its name.
    pub name: Sourced<Name>,
    /// What it builds on.
    pub extends: Option<Sourced<Name>>,
    /// What it says.
    pub settings: Settings,
    /// Something in it was not readable, so that nothing can be said of what is missing.
    pub flawed: bool,
}

/// A serial, asset tag or board serial: as written, and what it is good for.
#[derive(Debug, Clone)]
pub struct Claim {
    /// To the letter.
    pub written: String,
    /// Its normal form, or why it names no machine.
    pub tag: Result<Tag, BadTag>,
}

/// A network card.
#[derive(Debug, Clone)]
pub struct NicDraft {
    /// Its address.
    pub mac: Option<Sourced<Mac>>,
    /// Whether a `mac` was given, readable or not.
    pub mac_given: bool,
    /// Its reservation.
    pub ip: Option<Sourced<Ipv4Addr>>,
}

/// An entry of `hosts`.
#[derive(Debug, Clone)]
pub struct HostDraft {
    /// Where it stands.
    pub route: Route,
    /// `serial`.
    pub serial: Option<Sourced<Claim>>,
    /// `uuid`.
    pub uuid: Option<Sourced<Uuid>>,
    /// `asset`.
    pub asset: Option<Sourced<Claim>>,
    /// `board_serial`.
    pub board_serial: Option<Sourced<Claim>>,
    /// Whether any key of identity was given, readable or not.
    pub identified: bool,
    /// `name`.
    pub name: Option<Sourced<Name>>,
    /// `profile`.
    pub profile: Option<Sourced<Name>>,
    /// Its cards: `nics`, or the one of `mac` and `ip`.
    pub nics: Vec<NicDraft>,
    /// What it says beyond its profile; one for all that say nothing.
    pub settings: Arc<Settings>,
    /// Something in it was not readable.
    pub flawed: bool,
}

impl HostDraft {
    /// How messages call it.
    pub fn label(&self) -> String {
        let serial = || self.serial.as_ref().map(|s| s.value.written.clone());
        let mac = || self.nics.iter().find_map(|n| n.mac.as_ref()).map(|m| m.value.to_string());
        let uuid = || self.uuid.as_ref().map(|u| u.value.to_string());
        let name = self.name.as_ref().map(|n| n.value.to_string());
        name.or_else(serial).or_else(uuid).or_else(mac).unwrap_or_else(|| self.route.to_string())
    }

    /// Each address that is reserved for it.
    pub fn addresses(&self) -> impl Iterator<Item = &Sourced<Ipv4Addr>> {
        self.nics.iter().filter_map(|n| n.ip.as_ref())
    }
}

/// An entry of `rules`.
#[derive(Debug, Clone)]
pub struct RuleDraft {
    /// Where it stands.
    pub route: Route,
    /// What must match.
    pub matches: Vec<(MatchKey, Sourced<Glob>)>,
    /// `profile`.
    pub profile: Option<Sourced<Name>>,
    /// What it says beyond its profile.
    pub settings: Settings,
    /// Something in it was not readable.
    pub flawed: bool,
}

impl Draft {
    /// The profile of this name.
    pub fn profile(&self, name: &Name) -> Option<&ProfileDraft> {
        self.profile_index.get(name).and_then(|n| self.profiles.get(*n))
    }

    /// Every name of a profile that stands somewhere, with its place: of hosts, rules, `lab.unknown`.
    pub fn profile_uses(&self) -> impl Iterator<Item = &Sourced<Name>> {
        let hosts = self.hosts.iter().filter_map(|h| h.profile.as_ref());
        let rules = self.rules.iter().filter_map(|r| r.profile.as_ref());
        hosts.chain(rules).chain(&self.lab.unknown)
    }

    /// An artifact by its name, whether or not it has an entry.
    pub fn artifact(&self, name: &Name) -> Option<&ArtifactDraft> {
        let written = self.artifact_index.get(name).and_then(|at| self.artifacts.get(*at));
        written.or_else(|| self.provided.iter().find(|artifact| artifact.name.value == *name))
    }

    /// All artifacts: those with an entry, then those that need none.
    pub fn all_artifacts(&self) -> impl Iterator<Item = &ArtifactDraft> {
        self.artifacts.iter().chain(&self.provided)
    }

    /// Every layer of settings that the files hold.
    pub fn layers(&self) -> impl Iterator<Item = &Settings> {
        let profiles = self.profiles.iter().map(|p| &p.settings);
        profiles.chain(self.rules.iter().map(|r| &r.settings)).chain(self.hosts.iter().map(|h| &*h.settings))
    }
}
