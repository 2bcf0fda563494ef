//! A draft without errors to a sound inventory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pxectl_model::arch::Firmware;
use pxectl_model::artifact::{Artifact, ArtifactPlace};
use pxectl_model::identity::Identity;
use pxectl_model::inventory::{Inventory, IpxeSource, Lab, Parts};
use pxectl_model::name::Name;
use pxectl_model::net::Site;
use pxectl_model::profile::{Host, Nic, Profile, Rule};
use pxectl_model::source::{Layer, Origin, Sourced};

use crate::draft::{ArtifactDraft, Claim, Draft, HostDraft, LabDraft, LockDraft, NicDraft, Provided, RuleDraft, SiteDraft};
use crate::stock::stock;

/// The port where HTTP answers if the lab says nothing.
pub const DEFAULT_HTTP_PORT: u16 = 8080;
/// The folder of the lab's templates, beside its inventory, if the lab says nothing.
pub const DEFAULT_TEMPLATES: &str = "templates";

/// Proves the draft.
///
/// # Errors
/// What is missing or not sound; a rule should have found it.
pub(crate) fn prove(draft: &Draft, folder: &Path) -> Result<Inventory, String> {
    let parts = parts(draft, folder).ok_or("a part of it is missing")?;
    Inventory::new(parts).map_err(|unsound| unsound.to_string())
}

fn parts(draft: &Draft, folder: &Path) -> Option<Parts> {
    let mut artifacts = BTreeMap::new();
    for artifact in draft.all_artifacts().cloned() {
        let artifact = with_lock(artifact, &draft.lock)?;
        artifacts.insert(artifact.name.value.clone(), artifact);
    }
    let mut profiles = BTreeMap::new();
    for profile in draft.profiles.iter().cloned() {
        let (name, extends, settings) = (profile.name, profile.extends, profile.settings);
        profiles.insert(name.value.clone(), Profile { name, extends, settings });
    }
    let rule = |rule: RuleDraft| {
        let (route, matches, settings) = (rule.route, rule.matches, rule.settings);
        Some(Rule { route, matches, profile: rule.profile?, settings })
    };
    Some(Parts {
        lab: lab(&draft.lab, folder)?,
        artifacts,
        profiles,
        hosts: draft.hosts.iter().map(host).collect::<Option<_>>()?,
        rules: draft.rules.iter().cloned().map(rule).collect::<Option<_>>()?,
        recipes: draft.recipes.iter().map(|(name, recipe)| (name.clone(), Arc::new(recipe.clone()))).collect(),
    })
}

/// An artifact, with what the lock file adds to it. The rules saw to it that the two do not contradict each other.
fn with_lock(artifact: ArtifactDraft, lock: &LockDraft) -> Option<Artifact> {
    let ArtifactDraft { name, path, urls, sha256, sha512, provided, .. } = artifact;
    let place = match path {
        Some(path) => ArtifactPlace::Path(path),
        None if matches!(provided, Some(Provided::Built)) => ArtifactPlace::Built,
        None if urls.is_empty() => return None,
        None => ArtifactPlace::Urls(urls),
    };
    let locked = lock.get(&name.value);
    let pinned = locked.as_ref().map(|(locked, route)| Sourced::new(locked.sha256, Layer::Lab, route.key("sha256")));
    let size = locked.map(|(locked, _)| locked.size);
    Some(Artifact { name, place, sha256: sha256.or(pinned), sha512, size })
}

fn by_default<T>(value: T) -> Sourced<T> {
    Sourced { value, origin: Origin::default_value() }
}

/// The folder of templates where the lab names none.
fn default_templates(folder: &Path) -> PathBuf {
    folder.join(DEFAULT_TEMPLATES)
}

fn lab(lab: &LabDraft, folder: &Path) -> Option<Lab> {
    let site =
        |site: &SiteDraft| Some(Site { name: site.name.clone(), server: site.server.clone()?, networks: site.networks.clone() });
    let hold = "hold".parse::<Name>().ok()?;
    Some(Lab {
        http_port: lab.http_port.clone().unwrap_or_else(|| by_default(DEFAULT_HTTP_PORT)),
        firmware: lab.firmware.clone(),
        ipxe: lab.ipxe.clone(),
        loads: loads(lab.ipxe.as_ref()),
        unknown: lab.unknown.clone().unwrap_or_else(|| by_default(hold)),
        templates: lab.templates.clone().unwrap_or_else(|| by_default(default_templates(folder))),
        strict: lab.strict,
        sites: lab.sites.iter().map(site).collect::<Option<_>>()?,
    })
}

/// What the lab's shims load.
fn loads(ipxe: Option<&IpxeSource>) -> BTreeMap<Firmware, Name> {
    let Some(IpxeSource::Artifacts(programs)) = ipxe else { return BTreeMap::new() };
    programs.iter().filter_map(|(firmware, name)| Some((*firmware, stock().get(&name.value)?.loads.clone()?))).collect()
}

fn host(host: &HostDraft) -> Option<Host> {
    let tag = |claim: &Option<Sourced<Claim>>| claim.as_ref().and_then(|c| c.value.tag.clone().ok());
    let nic = |nic: &NicDraft| Some(Nic { mac: nic.mac.clone()?, ip: nic.ip.clone() });
    let nics = host.nics.iter().map(nic).collect::<Option<Vec<_>>>()?;
    let identity = Identity {
        serial: tag(&host.serial),
        uuid: host.uuid.as_ref().map(|uuid| uuid.value),
        macs: nics.iter().map(|nic| nic.mac.value).collect(),
        asset: tag(&host.asset),
        board_serial: tag(&host.board_serial),
        raw_serial: host.serial.as_ref().map(|serial| serial.value.written.clone()).unwrap_or_default(),
        ..Identity::default()
    };
    let (route, name, settings) = (host.route.clone(), host.name.clone(), Arc::clone(&host.settings));
    Some(Host { route, identity, name, profile: host.profile.clone()?, nics, settings })
}
