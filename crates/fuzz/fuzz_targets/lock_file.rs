//! Any bytes as a lock file: what is read can be written and read again, and every span of a finding lies inside a text.
#![no_main]

use std::collections::BTreeMap;
use std::path::PathBuf;

use pxectl_inventory::{File, Input, LockInput, lock, read};

const MAIN: &str = "pxectl: 1\nlab: {server: 10.1.0.1}\nartifacts:\n  linux: {url: \"https://mirror.example.net/linux\"}\n";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let main = File { name: "inventory.yaml".to_owned(), bytes: MAIN.into() };
    let found = LockInput::Found(File { name: "pxectl.lock".to_owned(), bytes: bytes.to_vec() });
    let input = Input { main, folder: PathBuf::from("/lab"), included: Vec::new(), lock: found };
    let reading = read(&input, &BTreeMap::new());
    for finding in &reading.diagnostics {
        let places = std::iter::once(&finding.at).chain(finding.related.iter().map(|related| &related.at));
        for place in places {
            let span = reading.locate(place).expect("each place belongs to a source");
            let text = &reading.sources.get(span.file).expect("a span's source is there").text;
            assert!(text.get(span.start..span.end).is_some(), "{place:?} is {span:?}, not inside the text");
        }
    }
    let alone = lock::read(bytes);
    assert_eq!(alone.as_ref(), reading.draft.lock.read().map(|(_, lock)| lock), "both ways of reading agree");
    if let Some(lock) = alone {
        assert_eq!(lock::read(lock::write(&lock).as_bytes()), Some(lock), "what is written is read again");
    }
});
