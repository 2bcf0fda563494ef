//! A sound inventory. Whoever holds one knows that no two hosts share a key and that every name leads somewhere.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

use crate::arch::Firmware;
use crate::artifact::Artifact;
use crate::identity::{Identity, IdentityKey, MachineId};
use crate::image::Inside;
use crate::mac::Mac;
use crate::name::Name;
use crate::net::Site;
use crate::plan::Scope;
use crate::policy::{DEFAULT_FIRMWARE, Shim, nbp_name, shim_files, shim_names};
use crate::profile::{BUILT_IN, Host, Profile, Rule};
use crate::recipe::{Kind, Recipe};
use crate::secret::SecretSource;
use crate::settings::Settings;
use crate::source::{Layer, Origin, Route, Sourced};
use crate::uuid::Uuid;

/// Where network bootstrap programs come from.
#[derive(Debug, Clone)]
pub enum IpxeSource {
    /// A folder such as Debian's /usr/lib/ipxe.
    Dir(IpxeDir),
    /// An artifact for each firmware.
    Artifacts(BTreeMap<Firmware, Sourced<Name>>),
}

/// A folder of network bootstrap programs.
#[derive(Debug, Clone)]
pub struct IpxeDir {
    /// Joined with the inventory's folder already.
    pub path: Sourced<std::path::PathBuf>,
    /// Whether the firmware that a shim exists for is given the signed set, a shim first.
    pub secure_boot: bool,
}

/// What holds for the whole lab.
#[derive(Debug, Clone)]
pub struct Lab {
    /// Where HTTP answers; 8080 by default.
    pub http_port: Sourced<u16>,
    /// Which branches the DHCP configuration gets; none: all that have an NBP.
    pub firmware: Option<Vec<Sourced<Firmware>>>,
    /// Where NBPs come from; none: Debian's folder.
    pub ipxe: Option<IpxeSource>,
    /// What those artifacts of `ipxe` load that are shims: a shim is the first half of two.
    pub loads: BTreeMap<Firmware, Name>,
    /// The profile of machines in no inventory: `hold`, `local`, or another.
    pub unknown: Sourced<Name>,
    /// The lab's own templates, joined with the inventory's folder already.
    pub templates: Sourced<std::path::PathBuf>,
    /// Whether a known serial with an unlisted MAC or UUID is refused and not only warned of.
    pub strict: bool,
    /// One or more.
    pub sites: Vec<Site>,
}

impl IpxeDir {
    /// Where the two halves of a boot with Secure Boot lie in it; without them the pair whose shim is there, else the usual one.
    /// None where this firmware is given no shim.
    pub fn shim(&self, firmware: Firmware, exists: impl Fn(&std::path::Path) -> bool) -> Option<[std::path::PathBuf; 2]> {
        let pairs = shim_files(firmware).iter().filter(|_| self.secure_boot);
        let pairs: Vec<_> = pairs.map(|(shim, then)| [self.path.value.join(shim), self.path.value.join(then)]).collect();
        let whole = pairs.iter().find(|pair| pair.iter().all(|path| exists(path)));
        whole.or_else(|| pairs.iter().find(|pair| exists(&pair[0]))).or(pairs.first()).cloned()
    }
}

impl Lab {
    /// The firmware that the lab boots: what it names, else what its NBPs are for.
    pub fn firmware(&self) -> Vec<Firmware> {
        firmware_of(self.firmware.as_deref(), self.ipxe.as_ref())
    }

    /// The names of the two halves, where a firmware is given a shim first.
    pub fn shim(&self, firmware: Firmware) -> Option<Shim> {
        let dir = matches!(&self.ipxe, Some(IpxeSource::Dir(dir)) if dir.secure_boot);
        shim_names(firmware).filter(|_| dir || self.loads.contains_key(&firmware))
    }

    /// The name of the file that a firmware is given first.
    pub fn nbp_name(&self, firmware: Firmware) -> &'static str {
        self.shim(firmware).map_or_else(|| nbp_name(firmware), |shim| shim.first)
    }
}

/// The firmware that a lab boots which names these, and has its NBPs from there.
pub fn firmware_of(named: Option<&[Sourced<Firmware>]>, ipxe: Option<&IpxeSource>) -> Vec<Firmware> {
    match (named, ipxe) {
        (Some(named), _) => named.iter().map(|firmware| firmware.value).collect(),
        (None, Some(IpxeSource::Artifacts(names))) => names.keys().copied().collect(),
        (None, _) => DEFAULT_FIRMWARE.to_vec(),
    }
}

/// Everything that an inventory says, and the recipes that it builds on.
#[derive(Debug, Clone)]
pub struct Parts {
    /// What holds for all.
    pub lab: Lab,
    /// By name.
    pub artifacts: BTreeMap<Name, Artifact>,
    /// By name, without the built-in ones.
    pub profiles: BTreeMap<Name, Profile>,
    /// In the order in which they were read.
    pub hosts: Vec<Host>,
    /// In the order in which they are tried.
    pub rules: Vec<Rule>,
    /// By name, `local` and `hold` among them.
    pub recipes: BTreeMap<Name, Arc<Recipe>>,
}

/// A sound inventory with its indexes.
#[derive(Debug, Clone)]
pub struct Inventory {
    parts: Parts,
    keys: HashMap<Known, usize>,
    /// What each profile that somebody names comes to, merged once.
    settled: HashMap<Name, (Settings, Arc<Recipe>)>,
}

/// A value by which a host is known, as small as it can be held: a fleet has hundreds of thousands of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Known {
    Tag(IdentityKey, Box<str>),
    Uuid(Uuid),
    Mac(Mac),
}

impl Known {
    /// Everything that an identity holds, with its key.
    fn of(identity: &Identity) -> impl Iterator<Item = (IdentityKey, Self)> {
        let tags = [
            (IdentityKey::Serial, &identity.serial),
            (IdentityKey::Asset, &identity.asset),
            (IdentityKey::BoardSerial, &identity.board_serial),
        ];
        let tags = tags.into_iter().filter_map(|(key, tag)| Some((key, Self::Tag(key, tag.as_ref()?.key().into()))));
        let uuid = identity.uuid.iter().map(|uuid| (IdentityKey::Uuid, Self::Uuid(*uuid)));
        tags.chain(uuid).chain(identity.macs.iter().map(|mac| (IdentityKey::Mac, Self::Mac(*mac))))
    }

    /// A value in the form by which it is compared; none where it has another.
    fn read(key: IdentityKey, value: &str) -> Option<Self> {
        Some(match key {
            IdentityKey::Uuid => Self::Uuid(value.parse().ok()?),
            IdentityKey::Mac => Self::Mac(value.parse().ok()?),
            IdentityKey::Serial | IdentityKey::Asset | IdentityKey::BoardSerial => Self::Tag(key, value.into()),
        })
    }
}

impl std::fmt::Display for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tag(_, tag) => f.write_str(tag),
            Self::Uuid(uuid) => uuid.fmt(f),
            Self::Mac(mac) => mac.fmt(f),
        }
    }
}

/// Why parts are not sound. Lint finds all such things with their places; this is the last line of defence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// Two hosts with one key.
    #[error("two hosts have the {0} {1}")]
    SharedKey(IdentityKey, String),
    /// A host that nothing can recognise.
    #[error("host {0} has no key to be known by")]
    NoKey(usize),
    /// A name that leads nowhere.
    #[error("there is no {0} `{1}`")]
    Dangling(&'static str, String),
    /// No site at all.
    #[error("the lab has no server address")]
    NoSite,
}

impl Inventory {
    /// Proves the parts sound and indexes them.
    ///
    /// # Errors
    /// The first thing that is not.
    pub fn new(parts: Parts) -> Result<Self, Unsound> {
        let mut keys = HashMap::with_capacity(2 * parts.hosts.len());
        for (n, host) in parts.hosts.iter().enumerate() {
            let mut known = false;
            for (key, value) in Known::of(&host.identity) {
                known = true;
                match keys.entry(value) {
                    Entry::Occupied(at) if *at.get() != n => return Err(Unsound::SharedKey(key, at.key().to_string())),
                    at => drop(at.insert_entry(n)),
                }
            }
            if !known {
                return Err(Unsound::NoKey(n));
            }
        }
        if parts.lab.sites.is_empty() {
            return Err(Unsound::NoSite);
        }
        let mut inventory = Self { parts, keys, settled: HashMap::new() };
        let hosts = inventory.parts.hosts.iter().map(|h| &h.profile.value);
        let rules = inventory.parts.rules.iter().map(|r| &r.profile.value);
        let used: BTreeSet<&Name> = hosts.chain(rules).chain([&inventory.parts.lab.unknown.value]).collect();
        let merge = |name: &Name| Ok((name.clone(), inventory.merge(name).map(|(settings, recipe)| (settings, recipe.clone()))?));
        let merged = used.into_iter().map(merge).collect::<Result<_, Unsound>>()?;
        inventory.settled = merged;
        Ok(inventory)
    }

    /// All parts.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The lab.
    pub fn lab(&self) -> &Lab {
        &self.parts.lab
    }

    /// The host with this value (in compared form) under this key, by its position.
    pub fn host_by(&self, key: IdentityKey, value: &str) -> Option<usize> {
        self.keys.get(&Known::read(key, value)?).copied()
    }

    /// The host that a person means: by name, serial, MAC, UUID, asset or board serial.
    pub fn find(&self, text: &str) -> Option<usize> {
        let by_name = self.parts.hosts.iter().position(|h| h.name.as_ref().is_some_and(|n| n.value.as_str() == text));
        by_name.or_else(|| {
            let tag = crate::identity::Tag::new(text).ok().map(|t| t.key().to_owned());
            let mac = text.parse::<crate::mac::Mac>().ok().map(|m| m.to_string());
            let uuid = text.parse::<crate::uuid::Uuid>().ok().map(|u| u.to_string());
            IdentityKey::ALL.into_iter().find_map(|key| {
                let value = match key {
                    IdentityKey::Mac => &mac,
                    IdentityKey::Uuid => &uuid,
                    _ => &tag,
                };
                self.host_by(key, value.as_deref()?)
            })
        })
    }

    /// A profile and what it extends, itself first; without the built-in one that it may end at.
    ///
    /// # Errors
    /// Where `extends` runs in a circle.
    pub fn chain_of(&self, profile: &Name) -> Result<Vec<&Profile>, Unsound> {
        let mut chain = Vec::new();
        let mut at = profile;
        while let Some(next) = self.parts.profiles.get(at) {
            if chain.len() > self.parts.profiles.len() {
                return Err(Unsound::Dangling("end to the chain of profile", profile.to_string()));
            }
            chain.push(next);
            match &next.extends {
                Some(base) => at = &base.value,
                None => break,
            }
        }
        Ok(chain)
    }

    /// What a profile says with everything that it extends and its recipe's name.
    ///
    /// # Errors
    /// Where a name leads nowhere or `extends` runs in a circle.
    pub fn settings_of(&self, profile: &Name) -> Result<(Settings, &Arc<Recipe>), Unsound> {
        match self.settled.get(profile) {
            Some((settings, recipe)) => Ok((settings.clone(), recipe)),
            None => self.merge(profile),
        }
    }

    /// What booting this profile means where a host or rule says this beyond it.
    ///
    /// # Errors
    /// As for [`Inventory::settings_of`].
    pub fn kind_of(&self, profile: &Name, over: &Settings) -> Result<Kind, Unsound> {
        let own;
        let (settings, recipe) = match self.settled.get(profile) {
            Some((settings, recipe)) => (settings, recipe),
            None => {
                own = self.merge(profile)?;
                (&own.0, own.1)
            }
        };
        Ok(recipe.kind(if over.installs.is_some() { over } else { settings }))
    }

    fn merge(&self, profile: &Name) -> Result<(Settings, &Arc<Recipe>), Unsound> {
        let chain = self.chain_of(profile)?;
        let mut settings = Settings::default();
        let end = chain.last().map_or(Some(profile), |last| last.extends.as_ref().map(|base| &base.value));
        if let Some(at) = end {
            if !BUILT_IN.contains(&at.as_str()) {
                return Err(Unsound::Dangling("profile", at.to_string()));
            }
            settings.recipe = Some(Sourced { value: at.clone(), origin: Origin { layer: Layer::Default, route: None } });
        }
        for profile in chain.iter().rev() {
            settings.overlay(&profile.settings);
        }
        let name = settings.recipe.as_ref().map(|r| r.value.clone());
        let name = name.ok_or_else(|| Unsound::Dangling("recipe for profile", profile.to_string()))?;
        let recipe = self.parts.recipes.get(&name).ok_or_else(|| Unsound::Dangling("recipe", name.to_string()))?;
        recipe.complete(&mut settings);
        Ok((settings, recipe))
    }

    /// The artifacts that machines of a scope may ask for, the NBPs of the lab's firmware among them.
    pub fn artifacts_for(&self, scope: &Scope) -> BTreeSet<Name> {
        let parts = &self.parts;
        let mut names = BTreeSet::new();
        if let Some(IpxeSource::Artifacts(programs)) = &parts.lab.ipxe {
            names
                .extend(parts.lab.firmware().iter().filter_map(|firmware| programs.get(firmware)).map(|name| name.value.clone()));
            names.extend(parts.lab.firmware().iter().filter_map(|firmware| parts.lab.loads.get(firmware)).cloned());
        }
        for (settings, _) in self.settings_for(scope) {
            names.extend(settings.artifacts().cloned());
        }
        names
    }

    /// The files inside images that machines of a scope may ask for, each with where a person would mend it.
    pub fn insides_for(&self, scope: &Scope) -> BTreeMap<Inside, Option<Route>> {
        let mut insides = BTreeMap::new();
        let mut seen = BTreeSet::new();
        // Most labs have no image, and nearly all hosts name no file themselves: not each of a hundred thousand need be merged.
        if !self.has_images() {
            return insides;
        }
        for (profile, over) in self.users_for(scope) {
            let over = over.filter(|over| over.names_files());
            if over.is_none() && !seen.insert(profile) {
                continue;
            }
            for (inside, route) in self.merged(profile, over).into_iter().flat_map(|(settings, _)| settings.insides()) {
                insides.entry(inside).or_insert(route);
            }
        }
        insides
    }

    /// Whether anybody names an image to take files from.
    fn has_images(&self) -> bool {
        let parts = &self.parts;
        let profiles = parts.profiles.values().map(|profile| &profile.settings);
        let rules = parts.rules.iter().map(|rule| &rule.settings);
        profiles.chain(rules).chain(parts.hosts.iter().map(|host| &*host.settings)).any(|settings| settings.iso.is_some())
    }

    /// What files and secrets machines of a scope are given, all layers merged, each with its recipe: of hosts, and where the scope is not of hosts
    /// alone, of rules and of `unknown`.
    fn settings_for<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = (Settings, &'a Arc<Recipe>)> {
        // Of hosts that add no file and no secret to their profile one stands for all.
        let mut seen = HashSet::new();
        let new = move |(profile, over): &(&'a Name, Option<&Settings>)| {
            let adds = over.is_some_and(|over| over.names_files() || !over.secrets.is_empty());
            adds || seen.insert(*profile)
        };
        self.users_for(scope).filter(new).filter_map(|(profile, over)| self.merged(profile, over))
    }

    /// What a profile says, with what a host or a rule says on top.
    fn merged(&self, profile: &Name, over: Option<&Settings>) -> Option<(Settings, &Arc<Recipe>)> {
        let (mut settings, recipe) = self.settings_of(profile).ok()?;
        if let Some(over) = over {
            settings.overlay(over);
            recipe.complete(&mut settings);
        }
        Some((settings, recipe))
    }

    /// Who becomes what in a scope: the profile, and what the host or the rule says itself.
    fn users_for<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = (&'a Name, Option<&'a Settings>)> {
        let parts = &self.parts;
        let covered =
            move |machine: Option<MachineId>, profile: &Name| machine.is_none_or(|m| scope.covers(&m, profile.as_str()));
        let hosts = parts.hosts.iter().filter(move |h| covered(h.identity.machine(), &h.profile.value));
        let hosts = hosts.map(|h| (&h.profile.value, Some(&*h.settings)));
        let becomes = move |profile: &Name| match scope {
            Scope::Everyone => true,
            Scope::Only(_) => false,
            Scope::Profile(name) => name == profile.as_str(),
        };
        let rules = parts.rules.iter().filter(move |r| becomes(&r.profile.value)).map(|r| (&r.profile.value, Some(&r.settings)));
        let unknown = Some(&parts.lab.unknown.value).filter(|profile| becomes(profile)).map(|profile| (profile, None));
        hosts.chain(rules).chain(unknown)
    }

    /// The secrets of machines of a scope that boot something: each source once, under the name and with the place of its first use.
    pub fn secrets_for(&self, scope: &Scope) -> BTreeMap<SecretSource, (String, Origin)> {
        let mut sources = BTreeMap::new();
        for (settings, _) in self.settings_for(scope).filter(|(_, recipe)| recipe.boots()) {
            for (name, source) in settings.secrets {
                sources.entry(source.value).or_insert((name, source.origin));
            }
        }
        sources
    }

    /// The only site, or the one with this name; none where the choice is open or the name is unknown.
    pub fn site(&self, name: Option<&str>) -> Option<&Site> {
        let sites = &self.parts.lab.sites;
        match name {
            None => {
                if let [only] = sites.as_slice() {
                    Some(only)
                } else {
                    None
                }
            }
            Some(name) => sites.iter().find(|s| s.name.as_ref().is_some_and(|n| n.value.as_str() == name)),
        }
    }

    /// Every server address of the lab.
    pub fn servers(&self) -> impl Iterator<Item = Ipv4Addr> {
        self.parts.lab.sites.iter().map(|s| s.server.value)
    }
}
