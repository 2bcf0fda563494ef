//! `unused-artifact`: a file that nothing boots.

use std::collections::HashSet;

use pxectl_model::diag::Place;
use pxectl_model::inventory::IpxeSource;
use pxectl_model::name::Name;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::note("unused-artifact", "an artifact that nothing names");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    // Who does not say yet what boots has nothing but unused files; and what could not be read may have named one.
    let fresh = draft.profiles.is_empty() && draft.hosts.is_empty() && draft.rules.is_empty();
    let unread =
        draft.profiles.iter().any(|p| p.flawed) || draft.hosts.iter().any(|h| h.flawed) || draft.rules.iter().any(|r| r.flawed);
    if fresh || unread {
        return;
    }
    let mut used: HashSet<&Name> = draft.layers().flat_map(|settings| settings.artifacts()).collect();
    if let Some(IpxeSource::Artifacts(programs)) = &draft.lab.ipxe {
        used.extend(programs.values().map(|name| &name.value));
    }
    for name in draft.artifacts.iter().map(|artifact| &artifact.name).filter(|name| !used.contains(&name.value)) {
        let Some(route) = &name.origin.route else { continue };
        let message = format!("no profile, rule or host names the artifact `{}`", name.value);
        let help = "leave it if a template of yours or a person asks for it, else remove it";
        findings.push(META.at(Place::Route(route.clone()), message).help(help));
    }
}
