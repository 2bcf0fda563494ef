//! A machine is installed once in an arming, across restarts and crashes, until somebody says `rearm`.

use std::sync::Barrier;

use crate::support::lab::{HEAD, HOSTS, Lab, PROFILES};
use crate::support::serve::Serve;

fn boots(serve: &Serve) -> crate::support::machine::Script {
    serve.machine(2).serial("SN-WEB").boot()
}

#[test]
fn once_installed_it_boots_its_disk() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes"]);
    let web = serve.machine(2).serial("SN-WEB");
    assert!(web.boot().installs());
    assert!(web.boot().installs(), "asking alone uses nothing up: a machine may fail before its installer");
    web.boots_whole();
    let booted = serve.wait("booted");
    assert_eq!((&booted["machine"], &booted["installs"]), (&"serial:SN-WEB".into(), &true.into()));
    let script = web.boot();
    assert!(script.is_local() && !script.installs(), "{}", script.text);
    assert!(script.text.contains("pxectl rearm web-01"), "its screen says what to do: {}", script.text);
    assert_eq!(serve.wait_for("script", |script| script["action"] == "local")["label"], "web-01");
    assert_eq!(web.beacon(&script).status, 200);
}

#[test]
fn a_restart_forgets_nothing() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    serve.machine(2).serial("SN-WEB").boots_whole();
    serve.interrupt().with(0);
    assert!(boots(&lab.serve(&["--yes"])).is_local());
}

#[test]
fn a_crash_right_after_the_beacon_forgets_nothing() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    serve.machine(2).serial("SN-WEB").boots_whole();
    serve.kill();
    assert!(boots(&lab.serve(&["--yes"])).is_local());
}

#[test]
fn a_crash_before_the_beacon_uses_nothing_up() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    let script = boots(&serve);
    serve.kill();
    let serve = lab.serve(&["--yes"]);
    assert!(boots(&serve).installs());
    // The script of the server that crashed starts no installer: nobody knows its boot any more.
    assert_eq!(serve.machine(2).get(&format!("/{}", script.url("/booted").splitn(4, '/').nth(3).unwrap())).status, 404);
}

#[test]
fn rearm_counts_at_once_for_a_server_that_runs() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    let web = serve.machine(2).serial("SN-WEB");
    web.boots_whole();
    assert!(web.boot().is_local());
    lab.pxectl(&["rearm", "web-01"]).ends_with(0).prints("web-01: armed again");
    assert!(web.boot().installs());
    lab.pxectl(&["rearm", "SN-WEB"]).ends_with(0).prints("web-01: was armed already");
    web.boots_whole();
    assert!(web.boot().is_local());
}

#[test]
fn the_beacon_of_an_older_boot_is_refused() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes"]);
    let web = serve.machine(2).serial("SN-WEB");
    let (older, newer) = (web.boot(), web.boot());
    assert_eq!(web.beacon(&newer).status, 200);
    assert_eq!(web.beacon(&newer).status, 200, "iPXE may ask twice");
    assert_eq!(web.beacon(&older).status, 409);
    assert_eq!(serve.wait("beacon-refused")["label"], "web-01");
    assert_eq!(serve.interrupt().with(0).all("booted").len(), 1, "one boot was told once");
}

#[test]
fn of_two_machines_with_one_serial_one_is_installed() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    let twins = [2, 3].map(|last| serve.machine(last).serial("SN-WEB"));
    let barrier = Barrier::new(2);
    let mut answers = std::thread::scope(|scope| {
        let asking = twins.map(|twin| {
            let barrier = &barrier;
            scope.spawn(move || {
                let script = twin.boot();
                assert!(script.installs());
                barrier.wait();
                twin.beacon(&script).status
            })
        });
        asking.map(|thread| thread.join().unwrap())
    });
    answers.sort_unstable();
    assert_eq!(answers, [200, 409]);
}

#[test]
fn a_profile_that_says_that_it_installs_is_guarded() {
    let lab = Lab::live();
    lab.edit(|text| text.replace("rescue: {recipe: linux,", "rescue: {recipe: linux, installs: true,"));
    lab.refused_serve(&[]).ends_with(2).says("install  web-01").says("rescue, its disk is overwritten");
    let serve = lab.serve(&["--yes"]);
    assert!(boots(&serve).installs());
    serve.machine(2).serial("SN-WEB").boots_whole();
    assert!(boots(&serve).is_local());
    lab.pxectl(&["rearm", "web-01"]).ends_with(0).prints("web-01: armed again; it is installed (rescue)");
    lab.pxectl(&["boot-test", "web-01"]).ends_with(0);
}

#[test]
fn what_installs_nothing_is_never_used_up() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    for _ in 0..3 {
        let script = serve.machine(2).serial("SN-LIVE").boots_whole();
        assert!(!script.installs() && !script.is_local(), "{}", script.text);
    }
}

#[test]
fn rearm_tells_what_it_means() {
    let lab = Lab::usual();
    lab.pxectl(&["rearm", "live-01"]).ends_with(0).prints("live-01: was armed already; its profile rescue installs nothing\n");
    let serve = lab.serve(&["--yes"]);
    serve.machine(2).serial("SN-WEB").boots_whole();
    lab.edit(|text| text.replace("name: web-01, profile: debian-12", "name: web-01, profile: rescue"));
    assert!(!serve.machine(2).serial("SN-WEB").boot().is_local(), "what installs nothing needs no arming");
    let ran = lab.pxectl(&["rearm", "web-01", "live-01"]).ends_with(0);
    ran.prints("web-01: armed again; its profile rescue installs nothing\n");
}

#[test]
fn a_machine_of_a_rule_is_installed_once_too() {
    let rules = "rules:\n  - {match: {product: \"R6*\"}, profile: debian-12}\n";
    let lab = Lab::new(&format!("{HEAD}{PROFILES}{HOSTS}{rules}"));
    let serve = lab.serve(&["--yes"]);
    let fleet = [2, 3].map(|last| serve.machine(last).serial(&format!("FLEET-{last}")).product("R640"));
    fleet[0].boots_whole();
    assert!(fleet[0].boot().is_local());
    assert!(fleet[1].boot().installs(), "each by itself");
    // Nothing by which to remember it: it would be installed again and again, so it is not at all.
    assert!(serve.machine(4).serial("Default string").product("R640").boot().is_local());
}

#[test]
fn a_new_serial_number_in_its_entry_arms_nobody() {
    let by_mac = HOSTS.replace("serial: SN-WEB, ", "");
    let lab = Lab::new(&format!("{HEAD}{PROFILES}{by_mac}"));
    let serve = lab.serve(&["--yes"]);
    let web = serve.machine(2).mac("52:54:00:00:00:01").serial("SN-WEB");
    web.boots_whole();
    assert!(web.boot().is_local());
    lab.edit(|text| text.replace("{name: web-01", "{serial: SN-WEB, name: web-01"));
    assert!(web.boot().is_local(), "it is the same machine");
}
