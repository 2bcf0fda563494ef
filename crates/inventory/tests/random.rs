//! The plain twin of the fuzz target: whatever the bytes are, reading ends, and every span lies inside its text.
// A test may read its fixtures and stop at what it did not expect.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use common::{LAB, piece, reading, reading_with};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use pxectl_inventory::Reading;
use pxectl_model::diag::{Change, Place};
use pxectl_model::source::Route;

fn sound(reading: &Reading) {
    let errors = reading.has_errors();
    assert_eq!(reading.inventory.is_none(), errors, "{:?}", reading.diagnostics);
    for finding in &reading.diagnostics {
        for place in std::iter::once(&finding.at).chain(finding.related.iter().map(|related| &related.at)) {
            inside(reading, place);
        }
        match finding.fix.as_ref().map(|fix| &fix.change) {
            Some(Change::Replace { at, .. }) => inside(reading, at),
            Some(Change::Add { to, .. }) => inside(reading, &Place::Route(to.clone())),
            None => {}
        }
    }
    for host in &reading.draft.hosts {
        inside(reading, &Place::Route(host.route.key("serial").key("beyond").index(7)));
    }
    inside(reading, &Place::Route(Route::root(pxectl_model::source::FileId(0)).key("nowhere").on_key()));
}

fn inside(reading: &Reading, place: &Place) {
    let span = reading.locate(place).expect("each place belongs to a source");
    let text = &reading.sources.get(span.file).unwrap().text;
    assert!(text.get(span.start..span.end).is_some(), "{place:?} is {span:?} of {text:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_122), ..ProptestConfig::default() })]

    #[test]
    fn bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        sound(&reading(bytes));
    }

    #[test]
    fn pieces(pieces in proptest::collection::vec(piece(), 0..60)) {
        sound(&reading(pieces.concat()));
        sound(&reading(format!("{LAB}{}", pieces.concat())));
    }

    #[test]
    fn pieces_in_an_included_file(pieces in proptest::collection::vec(piece(), 0..40)) {
        sound(&reading_with(&format!("{LAB}include: [a.yaml]\n"), &[("a.yaml", &pieces.concat())]));
    }

    /// The example with a few bytes changed: close to right is where most code runs.
    #[test]
    fn broken_examples(cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..4, piece()), 1..4)) {
        let mut text = include_str!("../../../inventory.example.yaml").to_owned();
        for (at, remove, insert) in cuts {
            let mut start = at.index(text.len());
            while !text.is_char_boundary(start) { start -= 1; }
            let mut end = (start + remove).min(text.len());
            while !text.is_char_boundary(end) { end += 1; }
            text.replace_range(start..end, &insert);
        }
        sound(&reading(text));
    }
}
