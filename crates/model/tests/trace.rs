//! The trace and the resolver: one answer, and every reason for it.
#![allow(clippy::unwrap_used)]

mod common;

use common::{MAC_A, MAC_B, MAC_X, UUID_C, host, identity, name, parts, s};
use proptest::prelude::*;
use pxectl_model::arch::Firmware;
use pxectl_model::identity::{Identity, IdentityKey, Tag};
use pxectl_model::inventory::Inventory;
use pxectl_model::profile::{Glob, MatchKey, Rule};
use pxectl_model::resolve::{Because, Resolution, resolve};
use pxectl_model::settings::Settings;
use pxectl_model::source::{FileId, Route};
use pxectl_model::trace::{Trace, trace};

fn asks(serial: &str, mac: &str, product: &str) -> Identity {
    Identity { product: product.to_owned(), ..identity(serial, "", mac) }
}

#[test]
fn rules_that_match_a_host_are_named_and_lose_to_it() {
    let inventory = Inventory::new(parts()).unwrap();
    let trace = trace(&inventory, &asks("SERIAL-A", MAC_A, "PowerEdge R640"), None);
    assert!(matches!(trace.resolution, Resolution::Found(Because::Host(0, _, IdentityKey::Serial), _)));
    assert_eq!(trace.lost().map(|tried| tried.index).collect::<Vec<_>>(), [0, 1]);
    let claims: Vec<_> = trace.claims.iter().map(|claim| (claim.key, claim.value.as_str(), claim.host)).collect();
    assert_eq!(claims, [(IdentityKey::Serial, "SERIAL-A", Some(0)), (IdentityKey::Mac, MAC_A, Some(0))]);
}

#[test]
fn a_rule_loses_to_an_earlier_one_or_on_a_key() {
    let inventory = Inventory::new(parts()).unwrap();
    let r640 = trace(&inventory, &asks("SERIAL-Y", "", "PowerEdge R640"), None);
    assert!(matches!(r640.resolution, Resolution::Found(Because::Rule(0, _), _)));
    assert_eq!(r640.lost().map(|tried| tried.index).collect::<Vec<_>>(), [1]);
    let r740 = trace(&inventory, &asks("SERIAL-Y", "", "PowerEdge R740"), None);
    assert!(matches!(r740.resolution, Resolution::Found(Because::Rule(1, _), _)));
    let miss = &r740.rules[0].misses[0];
    assert_eq!((miss.key, miss.glob.value.to_string()), (MatchKey::Product, "PowerEdge R6*".to_owned()));
    assert_eq!(miss.said, ["PowerEdge R740"]);
    assert_eq!(r740.lost().count(), 0);
}

#[test]
fn both_hosts_of_a_refusal_are_named() {
    let inventory = Inventory::new(parts()).unwrap();
    let trace = trace(&inventory, &asks("SERIAL-A", MAC_B, ""), None);
    assert!(matches!(&trace.resolution, Resolution::Refused(_)));
    assert_eq!(trace.claims.iter().map(|claim| claim.host).collect::<Vec<_>>(), [Some(0), Some(1)]);
}

/// What decided, and what is said of it.
fn said(resolution: &Resolution<'_>) -> String {
    match resolution {
        Resolution::Found(Because::Host(n, _, key), notes) => format!("host {n} by {key}: {notes:?}"),
        Resolution::Found(Because::Rule(n, _), notes) => format!("rule {n}: {notes:?}"),
        Resolution::Found(Because::Unknown, notes) => format!("unknown: {notes:?}"),
        Resolution::Refused(text) => format!("refused: {text}"),
    }
}

/// That a trace gives the reasons of its own answer.
fn holds_together(trace: &Trace<'_>) {
    let first = trace.claims.iter().find(|claim| claim.host.is_some());
    let others = trace.claims.iter().filter_map(|claim| claim.host).any(|host| Some(host) != first.and_then(|f| f.host));
    let matching = trace.rules.iter().find(|tried| tried.matches()).map(|tried| tried.index);
    match &trace.resolution {
        Resolution::Found(Because::Host(n, _, key), _) => {
            assert_eq!(first.map(|claim| (claim.key, claim.host)), Some((*key, Some(*n))));
            assert!(!others, "two hosts are refused");
        }
        Resolution::Found(Because::Rule(n, _), notes) => {
            assert!(first.is_none() && notes.is_empty());
            assert_eq!(matching, Some(*n));
        }
        Resolution::Found(Because::Unknown, _) => assert!(first.is_none() && matching.is_none()),
        Resolution::Refused(_) => assert!(first.is_some(), "nobody is refused whom nothing names"),
    }
}

fn serials() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "SERIAL-A", "serial-b ", "SERIAL-Z", "To Be Filled By O.E.M.", "BURN-01"])
}

prop_compose! {
    fn askers()(
        serial in serials(),
        uuid in prop::sample::select(vec!["", UUID_C, "00112233-4455-6677-8899-aabbccddeeff"]),
        mac in prop::sample::select(vec!["", MAC_A, MAC_B, MAC_X]),
        asset in prop::sample::select(vec!["", "LAB-1", "LAB-2"]),
        product in prop::sample::select(vec!["", "PowerEdge R640", "PowerEdge R740", "ProLiant"]),
        maker in prop::sample::select(vec!["", "Dell Inc.", "HPE"]),
    ) -> Identity {
        Identity {
            asset: Tag::new(asset).ok(),
            manufacturer: maker.to_owned(),
            product: product.to_owned(),
            ..identity(serial, uuid, mac)
        }
    }
}

fn rule() -> impl Strategy<Value = Rule> {
    let key = prop::sample::select(MatchKey::ALL.to_vec());
    let glob =
        prop::sample::select(vec!["*", "?*", "BURN*", "serial-?", "Dell*", "PowerEdge R6*", "uefi-*", "*:0b", "LAB-2", ""]);
    prop::collection::btree_map(key, glob, 0..3).prop_map(|matches| Rule {
        route: Route::root(FileId(0)),
        matches: matches.into_iter().map(|(key, glob)| (key, s(Glob::new(glob)))).collect(),
        profile: s(name("debian")),
        settings: Settings::default(),
    })
}

proptest! {
    #[test]
    fn the_trace_and_the_resolver_agree(
        askers in prop::collection::vec(askers(), 1..20),
        rules in prop::collection::vec(rule(), 0..5),
        listed in prop::sample::subsequence(vec![0_usize, 1, 2, 3], 0..=4),
        firmware in prop::sample::select(vec![None, Some(Firmware::Bios), Some(Firmware::UefiX64)]),
        strict: bool,
    ) {
        let mut parts = parts();
        let mut twin = host("d", Identity { asset: Tag::new("LAB-2").ok(), ..identity("", "", "") }, "base");
        twin.identity.board_serial = Tag::new("BOARD-D").ok();
        parts.hosts.push(twin);
        parts.hosts = parts.hosts.into_iter().enumerate().filter(|(n, _)| listed.contains(n)).map(|(_, host)| host).collect();
        parts.rules = rules;
        parts.lab.strict = strict;
        let inventory = Inventory::new(parts).unwrap();
        for asker in askers {
            let trace = trace(&inventory, &asker, firmware);
            prop_assert_eq!(said(&trace.resolution), said(&resolve(&inventory, &asker, firmware)));
            prop_assert_eq!(trace.rules.len(), inventory.parts().rules.len());
            holds_together(&trace);
        }
    }
}
