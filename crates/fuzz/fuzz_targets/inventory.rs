//! Any bytes as an inventory: findings or a sound inventory, never a panic, and every span inside the text.
#![no_main]

use std::collections::BTreeMap;
use std::path::PathBuf;

use pxectl_inventory::{File, Input, LockInput, includes, read};
use pxectl_model::diag::{Change, Place};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = includes(bytes);
    let main = File { name: "inventory.yaml".to_owned(), bytes: bytes.to_vec() };
    let input = Input { main, folder: PathBuf::from("/lab"), included: Vec::new(), lock: LockInput::Missing };
    let reading = read(&input, &BTreeMap::new());
    let places = reading.diagnostics.iter().flat_map(|found| {
        let fix = found.fix.iter().filter_map(|fix| match &fix.change {
            Change::Replace { at, .. } => Some(at.clone()),
            Change::Add { to, .. } => Some(Place::Route(to.clone())),
        });
        std::iter::once(found.at.clone()).chain(found.related.iter().map(|related| related.at.clone())).chain(fix)
    });
    for place in places {
        let span = reading.locate(&place).expect("each place belongs to a source");
        let text = &reading.sources.get(span.file).expect("a span's source is there").text;
        assert!(text.get(span.start..span.end).is_some(), "{place:?} is {span:?}, not inside the text");
    }
    let errors = reading.diagnostics.iter().any(|found| found.severity == pxectl_model::diag::Severity::Error);
    assert!(errors || reading.inventory.is_some(), "what has no error is an inventory");
});
