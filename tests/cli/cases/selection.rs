//! Which machines may be installed: HOST, `--profile`, everybody. The others boot their disks.

use crate::support::lab::Lab;

fn two_to_install() -> Lab {
    let lab = Lab::usual();
    lab.edit(|text| text.replace("name: live-01, profile: rescue", "name: live-01, profile: debian-12"));
    lab
}

#[test]
fn hosts_outside_the_plan_boot_their_disks() {
    for host in ["web-01", "SN-WEB", "sn-web", "52:54:00:00:00:01", "52-54-00-00-00-01"] {
        let lab = two_to_install();
        let mut serve = lab.serve(&["--yes", host]);
        assert!(serve.machine(2).serial("SN-WEB").boot().installs(), "{host}");
        let script = serve.machine(3).serial("SN-LIVE").boot();
        assert!(script.is_local(), "{}", script.text);
        assert!(script.text.contains("not in the plan"), "its screen says why: {}", script.text);
        let event = serve.wait_for("script", |script| script["label"] == "live-01");
        assert_eq!((&event["action"], &event["installs"]), (&"local".into(), &true.into()));
    }
}

#[test]
fn a_profile_selects_its_machines() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes", "--profile", "rescue"]);
    assert!(serve.machine(2).serial("SN-WEB").boot().is_local());
    assert!(!serve.machine(3).serial("SN-LIVE").boot().is_local());
    lab.refused_serve(&["--yes", "--profile", "resuce"]).ends_with(2).one_error().says("there is no profile `resuce`");
}

#[test]
fn all_is_everybody() {
    let lab = two_to_install();
    let serve = lab.serve(&["--yes", "--all"]);
    assert!(serve.machine(2).serial("SN-WEB").boot().installs());
    assert!(serve.machine(3).serial("SN-LIVE").boot().installs());
}

#[test]
fn an_unknown_host_is_1_and_every_one_is_named() {
    let lab = two_to_install();
    lab.refused_serve(&["--yes", "web-01", "web-02", "db-09"]).ends_with(1).says("`web-02`").says("`db-09`");
}

#[test]
fn a_machine_that_moves_into_the_inventory_is_not_in_a_plan_of_names() {
    let lab = two_to_install();
    let serve = lab.serve(&["--yes", "web-01"]);
    lab.edit(|text| format!("{text}  - {{serial: SN-NEW, name: new-01, profile: debian-12}}\n"));
    assert!(serve.machine(4).serial("SN-NEW").boot().is_local());
}
