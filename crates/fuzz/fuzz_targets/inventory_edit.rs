//! Any bytes as an inventory, edited: refused, or it says what was wanted, and the same again changes nothing.
//!
//! The first line is the edit (`serial profile key value`, `-serial` to remove), the rest the inventory.
#![no_main]

use std::collections::BTreeMap;
use std::path::PathBuf;

use pxectl_inventory::edit::{Assign, Intent, Who, edit};
use pxectl_inventory::{File, Input, LockInput, read};
use pxectl_model::identity::{IdentityKey, Tag};

fn input(bytes: Vec<u8>) -> Input {
    let main = File { name: "inventory.yaml".to_owned(), bytes };
    Input { main, folder: PathBuf::from("/lab"), included: Vec::new(), lock: LockInput::Missing }
}

fn intent(line: &str) -> (Intent, String) {
    let mut words = line.splitn(4, ' ').map(str::to_owned);
    let serial = words.next().unwrap_or_default();
    if let Some(serial) = serial.strip_prefix('-') {
        return (Intent::Remove(Who::Key(IdentityKey::Serial, serial.to_owned())), serial.to_owned());
    }
    let profile = words.next().unwrap_or_default();
    let vars = words.next().map(|key| (key, words.next().unwrap_or_default())).into_iter().collect();
    let who = Who::Key(IdentityKey::Serial, serial.clone());
    (Intent::Assign(Assign { who, profile, name: None, mac: None, ip: None, vars }), serial)
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some(line_end) = bytes.iter().position(|b| *b == b'\n') else { return };
    let Ok(line) = std::str::from_utf8(&bytes[..line_end]) else { return };
    let (intent, serial) = intent(line);
    let recipes = BTreeMap::new();
    let old = input(bytes[line_end + 1..].to_vec());
    let before = read(&old, &recipes);
    let Ok(edited) = edit(&old, &recipes, std::slice::from_ref(&intent)) else { return };
    let new = input(edited.files.into_iter().next().map_or(old.main.bytes, |(_, bytes)| bytes));
    let after = read(&new, &recipes);
    let tag = Tag::new(&serial).ok();
    let meant = |host: &&pxectl_inventory::draft::HostDraft| {
        tag.is_some() && host.serial.as_ref().and_then(|serial| serial.value.tag.clone().ok()) == tag
    };
    let found: Vec<_> = after.draft.hosts.iter().filter(meant).collect();
    let others = |hosts: &[pxectl_inventory::draft::HostDraft]| hosts.iter().filter(|host| !meant(host)).count();
    assert_eq!(others(&before.draft.hosts), others(&after.draft.hosts), "the others stay");
    match &intent {
        Intent::Remove(_) => assert!(found.is_empty(), "it is gone"),
        Intent::Assign(assign) => {
            assert_eq!(found.len(), 1, "it is there");
            assert_eq!(found[0].profile.as_ref().map(|profile| profile.value.as_str()), Some(assign.profile.as_str()));
            let again = edit(&new, &recipes, std::slice::from_ref(&intent)).map(|again| again.files.is_empty());
            assert!(again.is_ok_and(|unchanged| unchanged), "the same again changes nothing");
        }
    }
    assert!(after.inventory.is_some() || before.inventory.is_none(), "what was sound stays sound");
});
