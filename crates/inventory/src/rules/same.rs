//! What the `duplicate-…` rules share: each value belongs to one host.

use std::collections::HashMap;

use pxectl_model::diag::Place;
use pxectl_model::identity::Tag;
use pxectl_model::source::{Origin, Route, Sourced};

use super::meta::Meta;
use crate::draft::{Claim, Draft, HostDraft};
use crate::findings::{Findings, shown};

/// A host's value in the form by which values are compared.
pub(super) struct Claimed<'d> {
    pub host: &'d HostDraft,
    pub key: String,
    pub origin: &'d Origin,
}

/// The usable tags of all hosts.
pub(super) fn tags<'d>(
    draft: &'d Draft,
    pick: impl Fn(&'d HostDraft) -> &'d Option<Sourced<Claim>>,
) -> impl Iterator<Item = Claimed<'d>> {
    draft.hosts.iter().filter_map(move |host| {
        let claim = pick(host).as_ref()?;
        let key = claim.value.tag.as_ref().ok().map(Tag::key)?.to_owned();
        Some(Claimed { host, key, origin: &claim.origin })
    })
}

/// One finding for each value that was claimed before, at the later place.
pub(super) fn each_once<'d>(meta: &Meta, what: &str, claims: impl Iterator<Item = Claimed<'d>>, findings: &mut Findings) {
    let mut first: HashMap<String, (&HostDraft, &Route)> = HashMap::new();
    for Claimed { host, key, origin } in claims {
        let Some(route) = &origin.route else { continue };
        let Some((owner, owned)) = first.get(&key) else {
            first.insert(key, (host, route));
            continue;
        };
        let within = std::ptr::eq(*owner, host);
        let message = if within {
            format!("one host has the {what} `{}` twice", shown(&key))
        } else {
            format!("two hosts have the {what} `{}`", shown(&key))
        };
        let finding = meta
            .at(Place::Route(route.clone()), message)
            .label(format!("`{}` claims it again", shown(&host.label())))
            .related(Place::Route((*owned).clone()), format!("first claimed here, by `{}`", shown(&owner.label())));
        findings.push(finding);
    }
}
