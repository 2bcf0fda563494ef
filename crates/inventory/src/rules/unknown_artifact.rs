//! `unknown-artifact`: an artifact that nobody wrote.

use pxectl_model::diag::Place;
use pxectl_model::inventory::IpxeSource;
use pxectl_model::name::Name;
use pxectl_model::settings::{Inject, PerArch, Settings};
use pxectl_model::source::Route;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("unknown-artifact", "an artifact that is not among `artifacts`");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    if let Some(IpxeSource::Artifacts(artifacts)) = &draft.lab.ipxe {
        for name in artifacts.values() {
            judge(draft, &name.value, name.origin.route.clone(), findings);
        }
    }
    for settings in draft.layers() {
        layer(draft, settings, findings);
    }
}

fn layer(draft: &Draft, settings: &Settings, findings: &mut Findings) {
    for file in settings.files.values() {
        let route = file.origin.route.as_ref();
        match &file.value {
            PerArch::Any(name) => judge(draft, name, route.cloned(), findings),
            PerArch::By(names) => {
                for (arch, name) in names {
                    judge(draft, name, route.map(|r| r.key(arch.as_str())), findings);
                }
            }
        }
    }
    if let Some(initrds) = &settings.initrds {
        let route = initrds.origin.route.as_ref();
        match &initrds.value {
            PerArch::Any(names) => list(draft, names, route, findings),
            PerArch::By(lists) => {
                for (arch, names) in lists {
                    list(draft, names, route.map(|r| r.key(arch.as_str())).as_ref(), findings);
                }
            }
        }
    }
    for inject in settings.inject.values() {
        if let Inject::Artifact(name) = &inject.value {
            judge(draft, name, inject.origin.route.clone(), findings);
        }
    }
}

fn list(draft: &Draft, names: &[Name], route: Option<&Route>, findings: &mut Findings) {
    for (n, name) in names.iter().enumerate() {
        judge(draft, name, route.map(|r| r.index(n)), findings);
    }
}

fn judge(draft: &Draft, name: &Name, route: Option<Route>, findings: &mut Findings) {
    let Some(route) = route.filter(|_| !draft.artifact_index.contains_key(name)) else { return };
    let names = draft.artifacts.iter().map(|artifact| artifact.name.value.as_str());
    let help = match findings.suggest(name.as_str(), names) {
        Some(close) => format!("did you mean `{close}`?"),
        None => "write it under `artifacts`".to_owned(),
    };
    findings.push(META.at(Place::Route(route), format!("there is no artifact `{name}`")).help(help));
}
