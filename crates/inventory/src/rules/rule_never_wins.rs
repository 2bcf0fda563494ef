//! `rule-never-wins`: a rule that no machine can get as far as.
//!
//! Found is only what is certain: where one earlier rule covers all that a later one fits, or several do, one for each firmware; and
//! where a rule fits a machine by a key that a host has, which always beats it.

use std::collections::HashMap;

use pxectl_model::arch::Firmware;
use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::profile::{Glob, MatchKey};

use super::meta::Meta;
use crate::draft::{Draft, HostDraft, RuleDraft};
use crate::findings::{Findings, shown};

pub(super) const META: Meta = Meta::warning("rule-never-wins", "a rule that every machine is taken from before it");

/// How much comparing all rules of a lab may cost, in steps: some ten thousand rules.
const STEPS: u64 = 50_000_000;

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let mut hosts = None;
    let mut steps = 0;
    for (n, rule) in draft.rules.iter().enumerate().filter(|(_, rule)| !rule.flawed && !rule.matches.is_empty()) {
        let earlier = &draft.rules[..n];
        if let Some((one, known)) = rule.matches.iter().find_map(|one| Some((one, identity(one)?))) {
            let hosts = hosts.get_or_insert_with(|| keys(draft));
            if let Some(host) = hosts.get(&known) {
                findings.push(beaten(host, rule, known.0, &one.1.value));
                continue;
            }
        }
        if let Some(finding) = covered(rule, earlier, &mut steps) {
            findings.push(finding);
        }
    }
}

fn covered(rule: &RuleDraft, earlier: &[RuleDraft], steps: &mut u64) -> Option<Diagnostic> {
    let sound = || earlier.iter().filter(|earlier| !earlier.flawed && !earlier.matches.is_empty());
    let at = Place::Route(rule.route.clone());
    let help = "rules are tried in order, and the first that fits wins: move the narrower one up, or remove it";
    for earlier in sound() {
        *steps += 1;
        if *steps > STEPS {
            return None;
        }
        if covers(earlier, rule, None, steps) {
            return Some(
                META.at(at, "an earlier rule takes every machine that this one fits")
                    .related(Place::Route(earlier.route.clone()), "this one wins")
                    .help(help),
            );
        }
    }
    let firmware = &rule.matches.iter().find(|(key, _)| *key == MatchKey::Firmware)?.1.value;
    let mut winners: Vec<&RuleDraft> = Vec::new();
    for firmware in Firmware::ALL.into_iter().filter(|one| firmware.matches(one.as_str())) {
        let winner = sound().find(|earlier| *steps <= STEPS && covers(earlier, rule, Some(firmware), steps))?;
        if !winners.iter().any(|other| std::ptr::eq(*other, winner)) {
            winners.push(winner);
        }
    }
    let mut finding = META.at(at, "the rules before this one take every machine that it fits").help(help);
    for winner in winners {
        finding = finding.related(Place::Route(winner.route.clone()), "this one wins for some of them");
    }
    Some(finding)
}

/// Whether every machine (of one firmware, if one is given) that `narrow` fits, `wide` fits too.
fn covers(wide: &RuleDraft, narrow: &RuleDraft, firmware: Option<Firmware>, steps: &mut u64) -> bool {
    wide.matches.iter().all(|(key, glob)| {
        *steps += 1;
        if let (MatchKey::Firmware, Some(firmware)) = (key, firmware) {
            return glob.value.matches(firmware.as_str());
        }
        // Every machine says something there, and be it nothing; of the other keys it may have none, which no pattern fits.
        if matches!(key, MatchKey::Product | MatchKey::Manufacturer) && glob.value.fits_all() {
            return true;
        }
        let theirs = narrow.matches.iter().find(|(other, _)| other == key);
        theirs.is_some_and(|(_, theirs)| match key {
            MatchKey::Firmware => {
                let fits = |one: &Glob, firmware: Firmware| one.matches(firmware.as_str());
                Firmware::ALL.into_iter().all(|f| !fits(&theirs.value, f) || fits(&glob.value, f))
            }
            _ => glob.value.covers(&theirs.value, steps),
        })
    })
}

/// A key of identity and its value in capitals.
type Known = (MatchKey, String);

/// What a pattern says that fits the machines of one key's value alone.
fn identity((key, glob): &(MatchKey, pxectl_model::source::Sourced<Glob>)) -> Option<Known> {
    use MatchKey::{Asset, BoardSerial, Mac, Serial, Uuid};
    let known = matches!(key, Serial | Uuid | Mac | Asset | BoardSerial) && glob.value.is_literal();
    known.then(|| (*key, glob.value.to_string().trim().to_uppercase()))
}

fn keys(draft: &Draft) -> HashMap<Known, &HostDraft> {
    draft.hosts.iter().flat_map(|host| known(host).map(move |known| (known, host))).collect()
}

fn known(host: &HostDraft) -> impl Iterator<Item = Known> {
    let tags = [(MatchKey::Serial, &host.serial), (MatchKey::Asset, &host.asset), (MatchKey::BoardSerial, &host.board_serial)]
        .into_iter();
    let tags = tags.filter_map(|(key, claim)| Some((key, claim.as_ref()?.value.tag.as_ref().ok()?.key().to_owned())));
    let macs =
        host.nics.iter().filter_map(|nic| nic.mac.as_ref()).map(|mac| (MatchKey::Mac, mac.value.to_string().to_uppercase()));
    let uuid = host.uuid.iter().map(|uuid| (MatchKey::Uuid, uuid.value.to_string().to_uppercase()));
    tags.chain(macs).chain(uuid)
}

fn beaten(host: &HostDraft, rule: &RuleDraft, key: MatchKey, glob: &Glob) -> Diagnostic {
    let glob = glob.to_string();
    let message = format!("the machine with the {} `{}` is a host, and a host beats every rule", key.as_str(), shown(&glob));
    META.at(Place::Route(rule.route.clone()), message)
        .related(Place::Route(host.route.clone()), format!("`{}` gets what this says", shown(&host.label())))
        .help("put into the host's entry what the rule says, and remove the rule")
}
