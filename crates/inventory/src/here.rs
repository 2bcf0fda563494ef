//! What only the serving host knows.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::path::Path;

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::digest::Sha256;
use pxectl_model::image::ImagePath;
use pxectl_model::inventory::IpxeSource;
use pxectl_model::name::Name;
use pxectl_model::secret::SecretSource;
use pxectl_model::source::{FileId, Sourced};

use crate::draft::{ArtifactDraft, AuthDraft, Draft, Provided};
use crate::findings::shown;
use crate::images::IMAGE_TOO_LARGE;
use crate::inside::{self, Absent, ImageAt, NOT_IN_ISO};
use crate::programs::{self, UNSIGNED_PROGRAM};
use crate::rules::meta::Meta;

/// A file that is not there.
pub const MISSING_FILE: Meta =
    Meta::error("missing-file", "a file that the inventory names and that is not there (`--here` only)");

/// An image that is not in this host's store.
pub const NOT_FETCHED: Meta = Meta::error("not-fetched", "an artifact that was not fetched into the store (`--here` only)");

/// A secret whose source gives nothing.
pub const MISSING_SECRET: Meta =
    Meta::error("missing-secret", "a secret whose source gives no value (`--here`, and at the start of `serve`)");
/// A secret's file that is open to everybody.
pub const READABLE_SECRET: Meta =
    Meta::warning("readable-secret", "a secret's file that everybody on this host may read (`--here` only)");
/// The server's address on another host.
pub const SERVER_NOT_HERE: Meta = Meta::error("server-not-here", "a server address that this host does not have (`--here` only)");

/// The rules that look at this host.
pub const ALL: [Meta; 8] =
    [MISSING_FILE, NOT_FETCHED, UNSIGNED_PROGRAM, IMAGE_TOO_LARGE, NOT_IN_ISO, MISSING_SECRET, READABLE_SECRET, SERVER_NOT_HERE];

/// The serving host, as far as findings need it. Each question is asked once.
pub trait Here {
    /// Whether a path leads to a file or folder.
    fn exists(&self, path: &Path) -> bool;

    /// Whether the store holds the content with this digest.
    fn stored(&self, digest: &Sha256) -> bool;

    /// Whether a program has a signature, anybody's; none where that cannot be told.
    fn signed(&self, path: &Path) -> Option<bool>;

    /// Those of these paths that cannot be taken out of an image, and why.
    fn inside(&self, image: ImageAt<'_>, paths: &BTreeSet<ImagePath>) -> Vec<(ImagePath, Absent)>;

    /// How a secret's source stands. A command is only looked for and not run.
    fn source(&self, source: &SecretSource) -> SourceState;

    /// Whether the host has this address.
    fn has_address(&self, address: Ipv4Addr) -> bool;
}

/// How the source of a secret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceState {
    /// It is there, as far as can be told without asking for the value.
    There,
    /// It is there, and everybody on the host may read it.
    Open,
    /// It is not, in words.
    Missing(String),
}

/// Findings about what the inventory names and the serving host does not have.
pub fn here(draft: &Draft, host: &dyn Here) -> Vec<Diagnostic> {
    let exists = |path: &Path| host.exists(path);
    let mut findings = Vec::new();
    for artifact in draft.all_artifacts() {
        let not_fetched = not_fetched(draft, artifact, host);
        // Whoever has it already need not show anything to its server.
        if let (Some(_), Some(auth)) = (&not_fetched, &artifact.auth) {
            findings.extend(proof(&artifact.name.value, auth, host));
        }
        findings.extend(not_fetched);
        if let Some(path) = &artifact.path
            && !exists(&path.value)
        {
            let what = format!("the file of the artifact `{}`", artifact.name.value);
            findings.extend(missing(path, &path.value, &what));
        }
    }
    if let Some(templates) = &draft.lab.templates
        && !exists(&templates.value)
    {
        findings.extend(missing(templates, &templates.value, "the folder of templates"));
    }
    match &draft.lab.ipxe {
        Some(IpxeSource::Dir(dir)) => findings.extend(programs::programs(&draft.lab, dir, host)),
        // Those are artifacts, and told as such.
        Some(IpxeSource::Artifacts(_)) => {}
        None => findings.extend(programs::usual(draft, host)),
    }
    findings.extend(inside::insides(draft, host));
    secrets(draft, host, &mut findings);
    server(draft, host, &mut findings);
    findings
}

fn not_fetched(draft: &Draft, artifact: &ArtifactDraft, host: &dyn Here) -> Option<Diagnostic> {
    let built = matches!(artifact.provided, Some(Provided::Built));
    if artifact.urls.is_empty() && !built {
        return None;
    }
    let name = &artifact.name.value;
    let locked = || draft.lock.get(name).map(|(locked, _)| locked.sha256);
    let digest = artifact.sha256.as_ref().map(|digest| digest.value).or_else(locked);
    if digest.is_some_and(|digest| host.stored(&digest)) {
        return None;
    }
    let message = format!("the artifact `{name}` is not in this host's store");
    let route = artifact.urls.first().and_then(|url| url.origin.route.clone()).or_else(|| artifact.name.origin.route.clone());
    let place = route.map_or(Place::File(FileId(0)), Place::Route);
    let help =
        if built { "run `pxectl ipxe build` as it was run before".to_owned() } else { format!("run `pxectl fetch {name}`") };
    Some(NOT_FETCHED.at(place, message).help(help))
}

/// What its server wants to see.
fn proof(artifact: &Name, auth: &AuthDraft, host: &dyn Here) -> Option<Diagnostic> {
    let (name, source) = auth.source();
    let owner = format!("the artifact `{artifact}`");
    match host.source(&source.value) {
        SourceState::There => None,
        SourceState::Open => readable(name, &owner, source),
        SourceState::Missing(why) => Some(missing_from(name, &owner, source, &why, "pxectl fetch")),
    }
}

fn secrets(draft: &Draft, host: &dyn Here, findings: &mut Vec<Diagnostic>) {
    let mut known: BTreeMap<&SecretSource, SourceState> = BTreeMap::new();
    let profiles = draft.profiles.iter().map(|p| (format!("the profile `{}`", p.name.value), &p.settings));
    let rules = draft.rules.iter().map(|r| (r.route.to_string(), &r.settings));
    let hosts = draft.hosts.iter().map(|h| (format!("`{}`", shown(&h.label())), &*h.settings));
    for (owner, settings) in profiles.chain(rules).chain(hosts) {
        for (name, source) in &settings.secrets {
            match known.entry(&source.value).or_insert_with(|| host.source(&source.value)) {
                SourceState::There => {}
                SourceState::Open => findings.extend(readable(name, &owner, source)),
                SourceState::Missing(why) => findings.push(missing_secret(name, &owner, source, why)),
            }
        }
    }
}

fn readable(name: &str, owner: &str, source: &Sourced<SecretSource>) -> Option<Diagnostic> {
    let route = source.origin.route.clone()?;
    let message = format!("{} of the secret `{name}` of {owner} can be read by everybody on this host", says(source));
    Some(READABLE_SECRET.at(Place::Route(route), message).help("take the right away: chmod o-r"))
}

/// The finding for a machine's secret that has no value: `why`, without the value.
pub fn missing_secret(name: &str, owner: &str, source: &Sourced<SecretSource>, why: &str) -> Diagnostic {
    missing_from(name, owner, source, why, "pxectl serve")
}

/// The same for a secret that another command needs.
fn missing_from(name: &str, owner: &str, source: &Sourced<SecretSource>, why: &str, command: &str) -> Diagnostic {
    let place = source.origin.route.clone().map_or(Place::File(FileId(0)), Place::Route);
    let message = format!("the secret `{name}` of {owner} has no value: {}: {why}", says(source));
    MISSING_SECRET.at(place, message).help(how_to_mend(&source.value, command))
}

/// What to do where a source gives no value to a command.
pub fn how_to_mend(source: &SecretSource, command: &str) -> String {
    match source {
        SecretSource::Env(_) => format!("set the variable where `{command}` is started"),
        SecretSource::File(_) => {
            format!("put the file there for the user that runs `{command}`; relative paths begin at the inventory's folder")
        }
        SecretSource::Command(_) => "run the command by hand, in the inventory's folder and without input".to_owned(),
    }
}

fn says(source: &Sourced<SecretSource>) -> String {
    shown(&source.value.to_string())
}

/// A lab of several sites is served by several hosts: one of the addresses has to be this one's.
fn server(draft: &Draft, host: &dyn Here, findings: &mut Vec<Diagnostic>) {
    let servers: Vec<&Sourced<Ipv4Addr>> = draft.lab.sites.iter().filter_map(|site| site.server.as_ref()).collect();
    if servers.iter().any(|server| host.has_address(server.value)) {
        return;
    }
    let Some((first, route)) = servers.first().and_then(|server| Some((server, server.origin.route.clone()?))) else { return };
    let message = match servers.len() {
        1 => format!("this host does not have the address {}, by which machines would reach it", first.value),
        _ => "this host has none of the addresses by which machines would reach the sites' servers".to_owned(),
    };
    let help = "run this where the server is to be, or give this host the address; `serve --bind` listens on another one";
    findings.push(SERVER_NOT_HERE.at(Place::Route(route), message).help(help));
}

pub(crate) fn missing<T>(said: &Sourced<T>, path: &Path, what: &str) -> Option<Diagnostic> {
    let route = said.origin.route.clone()?;
    let message = format!("{what} is not there: `{}`", shown(&path.display().to_string()));
    Some(MISSING_FILE.at(Place::Route(route), message).help("relative paths begin at the inventory's folder"))
}
