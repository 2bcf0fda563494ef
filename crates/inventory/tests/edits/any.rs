//! The plain twin of the fuzz target `inventory_edit`: whatever stands there, an edit is refused, or it does what was wanted.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use pxectl_inventory::Reading;
use pxectl_inventory::edit::{Assign, Intent, Who, edit};
use pxectl_model::identity::{IdentityKey, Tag};

use crate::common::{LAB, input, piece, reading, recipes};

const SERIAL: &str = "7CX1234";

fn serials(reading: &Reading, mine: bool) -> Vec<Option<&str>> {
    let profile = |host: &pxectl_inventory::draft::HostDraft| host.profile.is_some();
    let hosts = reading.draft.hosts.iter().filter(|host| {
        let tag = host.serial.as_ref().and_then(|serial| serial.value.tag.clone().ok());
        (tag.is_some() && tag == Tag::new(SERIAL).ok()) == mine && (!mine || profile(host))
    });
    hosts.map(|host| host.profile.as_ref().map(|profile| profile.value.as_str())).collect()
}

fn check(text: &str, value: &str) -> Result<(), TestCaseError> {
    let who = Who::Key(IdentityKey::Serial, SERIAL.to_owned());
    let vars = vec![("v".to_owned(), value.to_owned())];
    let assign = Assign { who: who.clone(), profile: "hold".to_owned(), name: None, mac: None, ip: None, vars };
    let before = reading(text);
    for intent in [Intent::Assign(assign), Intent::Remove(who)] {
        let Ok(edited) = edit(&input(text), &recipes(), std::slice::from_ref(&intent)) else { continue };
        let new = edited.files.into_iter().next().map_or_else(|| text.as_bytes().to_vec(), |(_, bytes)| bytes);
        let after = reading(new.clone());
        prop_assert!(after.inventory.is_some() || before.inventory.is_none(), "what was sound stays sound");
        prop_assert_eq!(serials(&before, false), serials(&after, false));
        match intent {
            Intent::Remove(_) => prop_assert_eq!(serials(&after, true), Vec::new()),
            Intent::Assign(_) => {
                prop_assert_eq!(serials(&after, true), [Some("hold")]);
                let again = edit(&input(new), &recipes(), &[intent]);
                prop_assert!(again.is_ok_and(|again| again.files.is_empty()), "the same again changes nothing");
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_124), ..ProptestConfig::default() })]

    #[test]
    fn hosts_of_pieces(before in proptest::collection::vec(piece(), 0..12), after in proptest::collection::vec(piece(), 0..12), value in "\\PC{0,6}") {
        let (before, after) = (before.concat(), after.concat());
        check(&format!("{LAB}hosts:\n  - serial: 7CX1234\n    profile: local{before}\n  - {{serial: 7CX1235, profile: local}}{after}"), &value)?;
        check(&format!("{LAB}hosts: [{{serial: 7CX1234, profile: local {before}}}, {{serial: 7CX1235, profile: local}}{after}]"), &value)?;
        check(&format!("{LAB}{before}hosts:\n- {{serial: 7CX1235, profile: local}}\n{after}"), &value)?;
    }
}
