//! What the `duplicate-…` rules share: each value belongs to one host.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Display;
use std::hash::Hash;

use pxectl_model::diag::Place;
use pxectl_model::identity::Tag;
use pxectl_model::source::{Origin, Route, Sourced};

use super::meta::Meta;
use crate::draft::{Claim, Draft, HostDraft};
use crate::findings::{Findings, shown};

/// A host's value in the form by which values are compared.
pub(super) struct Claimed<'d, K> {
    pub host: &'d HostDraft,
    pub key: K,
    /// As a person wrote it, where that may differ from the key in more than its form.
    pub written: Option<&'d str>,
    pub origin: &'d Origin,
}

/// The usable tags of all hosts.
pub(super) fn tags<'d>(
    draft: &'d Draft,
    pick: impl Fn(&'d HostDraft) -> &'d Option<Sourced<Claim>>,
) -> impl Iterator<Item = Claimed<'d, &'d str>> {
    draft.hosts.iter().filter_map(move |host| {
        let claim = pick(host).as_ref()?;
        let key = claim.value.tag.as_ref().ok().map(Tag::key)?;
        Some(Claimed { host, key, written: Some(&claim.value.written), origin: &claim.origin })
    })
}

/// One finding for each value that was claimed before, at the later place.
pub(super) fn each_once<'d, K: Hash + Eq + Display>(
    meta: &Meta,
    what: &str,
    claims: impl Iterator<Item = Claimed<'d, K>>,
    findings: &mut Findings,
) {
    let mut first: HashMap<K, First<'d>> = HashMap::new();
    for Claimed { host, key, written, origin } in claims {
        let Some(route) = &origin.route else { continue };
        let again = match first.entry(key) {
            Entry::Vacant(free) => {
                free.insert(First { host, written, route });
                continue;
            }
            Entry::Occupied(taken) => taken,
        };
        let (key, owner) = (again.key().to_string(), again.get());
        let mut message = if std::ptr::eq(owner.host, host) {
            format!("one host has the {what} `{}` twice", shown(&key))
        } else {
            format!("two hosts have the {what} `{}`", shown(&key))
        };
        if let Some((one, other)) = owner.written.zip(written).filter(|(one, other)| one != other) {
            message += &spellings(one, other);
        }
        let finding = meta
            .at(Place::Route(route.clone()), message)
            .label(format!("`{}` claims it again", shown(&host.label())))
            .related(Place::Route(owner.route.clone()), format!("first claimed here, by `{}`", shown(&owner.host.label())))
            .help("remove the entry that is stale, or mend the one that was mistyped");
        findings.push(finding);
    }
}

/// The host that was first with a value.
struct First<'d> {
    host: &'d HostDraft,
    written: Option<&'d str>,
    route: &'d Route,
}

/// Why two texts that look different are one.
fn spellings(one: &str, other: &str) -> String {
    let why = if one.eq_ignore_ascii_case(other) {
        "case does not count"
    } else {
        "neither case counts, nor blanks at the ends, nor how many there are between words"
    };
    format!(", written `{}` and `{}`: {why}", shown(one), shown(other))
}
