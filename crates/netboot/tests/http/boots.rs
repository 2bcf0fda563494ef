//! Scripts, boot-ids, beacons.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use pxectl_model::boot::Action;
use pxectl_model::event::{EventKind, Payload};

use crate::rig::{Client, Rig, content, many, table};

fn booted(rig: &Rig) -> usize {
    rig.log.count(|kind| matches!(kind, EventKind::Booted { .. }))
}

#[test]
fn a_machine_gets_its_script_and_its_files() {
    let rig = Rig::new();
    let id = rig.boot("LIVE0001");
    let sent = rig.log.wait(|kind| match kind {
        EventKind::Script(sent) => Some(sent.clone()),
        _ => None,
    });
    assert_eq!((sent.boot.to_string(), sent.label.as_str(), sent.action), (id.clone(), "LIVE0001", Action::Boot));
    assert_eq!((sent.profile.as_deref(), sent.serial.as_str()), (Some("p"), "LIVE0001"));
    assert_eq!(sent.bytes, crate::rig::WHOLE as u64 + 570_002 + many().iter().map(|extent| extent.len).sum::<u64>());
    let mut client = rig.connect();
    assert!(client.get(&format!("/b/{id}/artifacts/made"), "").body == content(300_000));
    client.get(&format!("/b/{id}/artifacts/pieces"), "");
    let answer = client.get(&format!("/b/{id}/answer/preseed.cfg"), "");
    assert_eq!((answer.text().as_str(), answer.header("cache-control")), ("d-i secret", "no-store"));
    for (name, payload) in
        [("made", Payload::Plain), ("pieces", Payload::Load { role: "initrd".to_owned() }), ("preseed.cfg", Payload::Answer)]
    {
        let transfer = rig.log.wait(|kind| match kind {
            EventKind::TransferDone { transfer, .. } if transfer.name == name => Some(transfer.clone()),
            _ => None,
        });
        assert_eq!((transfer.payload, transfer.boot.unwrap().to_string()), (payload, id.clone()));
    }
    assert_eq!(rig.get("/answer/preseed.cfg").status, 404, "answers belong to boots");
}

#[test]
fn there_is_always_a_script() {
    let rig = Rig::new();
    let mut client = rig.connect();
    for query in ["", "?", "?serial=zz", "?serial=4&&&=", "?%00%ff=%", &format!("?serial={}", "41".repeat(2000))] {
        let script = client.get(&format!("/boot{query}"), "");
        assert_eq!(script.status, 200, "{query}");
        assert!(script.text().starts_with("#!ipxe\n") && script.text().ends_with("Hold\n"), "{query}");
        assert_eq!(script.header("cache-control"), "no-store");
    }
    let events = rig.log.count(|kind| matches!(kind, EventKind::Script(_)));
    assert_eq!(client.head("/boot", "").status, 200);
    assert_eq!(rig.log.count(|kind| matches!(kind, EventKind::Script(_))), events, "a HEAD begins no boot");
    let odd = "4c495645\u{0}";
    let hex: String = format!("{odd}\u{1b}[2J{}", "x".repeat(200)).bytes().map(|byte| format!("{byte:02x}")).collect();
    client.get(&format!("/boot?serial={hex}"), "");
    rig.log.wait(|kind| match kind {
        EventKind::Script(sent) if sent.serial.starts_with("4c49") => {
            assert!(sent.serial.len() < 110 && !sent.serial.contains(char::is_control));
            Some(())
        }
        _ => None,
    });
}

#[test]
fn a_boot_id_is_good_for_its_own_machine_only() {
    let rig = Rig::new();
    let id = rig.boot("LIVE0001");
    let other = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 9));
    for what in ["artifacts/whole", "answer/preseed.cfg", "event/booted"] {
        let target = format!("/b/{id}/{what}");
        let stranger = Client::from_to(other, rig.addr).get(&target, "");
        assert_eq!((stranger.status, stranger.text().contains("secret")), (403, false), "{what}");
        let unknown = rig.get(&format!("/b/{}/{what}", "0".repeat(32)));
        assert_eq!(unknown.status, 404, "{what}");
        assert_eq!(rig.get(&target).status, 200, "{what}");
    }
    for what in ["event/installed", "answer/other", "artifacts/other", "event/booted/x"] {
        assert_eq!(rig.get(&format!("/b/{id}/{what}")).status, 404, "{what}");
    }
    let waiting = rig.boot("WAIT0001");
    assert_eq!(rig.get(&format!("/b/{waiting}/event/booted")).status, 404, "who waits does not boot");
}

#[test]
fn the_beacon_of_an_install_takes_the_arming_once() {
    let rig = Rig::new();
    let (first, second) = (rig.boot("INST0001"), rig.boot("INST0001"));
    let beacon = |id: &str| rig.get(&format!("/b/{id}/event/booted"));
    assert_eq!(rig.connect().head(&format!("/b/{first}/event/booted"), "").status, 200);
    assert!(rig.ledger.taken.lock().unwrap().is_empty(), "a HEAD takes nothing");
    let answer = beacon(&first);
    assert_eq!((answer.status, answer.text().as_str()), (200, "#!ipxe\n"));
    assert_eq!(beacon(&first).status, 200, "the same boot may say it twice");
    assert_eq!(beacon(&second).status, 409, "the arming is gone");
    assert_eq!(booted(&rig), 1);
    let refused = rig.log.wait(|kind| match kind {
        EventKind::BeaconRefused { boot, .. } => Some(boot.to_string()),
        _ => None,
    });
    assert_eq!(refused, second);
    let third = rig.get("/boot?serial=494e535430303031&platform=efi&arch=x86_64");
    assert!(third.text().ends_with("Local\n"), "and from then on it boots its disk: {}", third.text());
}

#[test]
fn a_ledger_that_cannot_write_stops_the_machine() {
    let rig = Rig::new();
    let id = rig.boot("INST0001");
    *rig.ledger.broken.lock().unwrap() = true;
    let answer = rig.get(&format!("/b/{id}/event/booted"));
    assert_eq!((answer.status, answer.text().contains("/srv")), (503, false));
    assert_eq!(booted(&rig), 0);
    *rig.ledger.broken.lock().unwrap() = false;
    assert_eq!(rig.get(&format!("/b/{id}/event/booted")).status, 200);
    assert_eq!(booted(&rig), 1);
}

#[test]
fn an_install_needs_a_machine_that_can_be_remembered() {
    let rig = Rig::new();
    // INST and two bytes that are not printable: the profile is found by it here, but it names no machine.
    let script = rig.get("/boot?serial=494e5354ff01&platform=efi&arch=x86_64");
    assert!(script.text().ends_with("Local\n"), "{}", script.text());
}

#[test]
fn a_boot_keeps_the_table_that_its_script_came_from() {
    let rig = Rig::new();
    let id = rig.boot("LIVE0001");
    let mut next = table(rig.dir.path());
    Arc::get_mut(&mut next.files).unwrap().remove("made");
    *rig.shelf.0.lock().unwrap() = std::sync::Arc::new(next);
    assert_eq!(rig.get("/artifacts/made").status, 404);
    assert!(rig.get(&format!("/b/{id}/artifacts/made")).body == content(300_000));
}

#[test]
fn a_machine_that_asks_again_gets_the_same_script_for_a_new_boot() {
    let rig = Rig::new();
    let ids: Vec<String> = (0..5).map(|_| rig.boot("INST0001")).collect();
    assert!((1..5).all(|n| !ids[..n].contains(&ids[n])), "{ids:?}");
    for id in &ids {
        assert_eq!(rig.get(&format!("/b/{id}/answer/preseed.cfg")).text(), "d-i secret");
        assert!(rig.get(&format!("/b/{id}/artifacts/made")).body == content(300_000));
    }
    let loads = |kind: &EventKind| match kind {
        EventKind::Script(sent) => Some((sent.label.clone(), sent.bytes, sent.why.clone())),
        _ => None,
    };
    let told: Vec<_> = rig.log.all().iter().filter_map(loads).collect();
    assert!(told.len() == 5 && told.iter().all(|sent| *sent == told[0]), "{told:?}");
    assert_eq!(rig.get(&format!("/b/{}/event/booted", ids[4])).status, 200);
    let after = rig.get("/boot?serial=494e535430303031&platform=efi&arch=x86_64");
    assert!(after.text().ends_with("Local\n"), "what the journal says now counts: {}", after.text());
}
