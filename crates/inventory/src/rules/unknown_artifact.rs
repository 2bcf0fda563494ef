//! `unknown-artifact`: an artifact that nobody wrote.

use pxectl_model::diag::Place;
use pxectl_model::image::FileRef;
use pxectl_model::inventory::IpxeSource;
use pxectl_model::name::Name;
use pxectl_model::settings::Settings;
use pxectl_model::source::Route;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;
use crate::stock::stock;

pub(super) const META: Meta = Meta::error("unknown-artifact", "an artifact that is neither among `artifacts` nor built in");

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
    for named in settings.named() {
        if let FileRef::Artifact(name) = named.file {
            judge(draft, name, named.route, findings);
        }
    }
    for (_, name, route) in settings.images() {
        judge(draft, name, route, findings);
    }
}

fn judge(draft: &Draft, name: &Name, route: Option<Route>, findings: &mut Findings) {
    let Some(route) = route.filter(|_| draft.artifact(name).is_none()) else { return };
    let own = draft.all_artifacts().map(|artifact| artifact.name.value.as_str());
    let names = own.chain(stock().keys().map(Name::as_str));
    let help = match findings.suggest(name.as_str(), names) {
        Some(close) => format!("did you mean `{close}`?"),
        None => "write it under `artifacts`".to_owned(),
    };
    findings.push(META.at(Place::Route(route), format!("there is no artifact `{name}`")).help(help));
}
