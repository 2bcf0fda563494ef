//! Nobody's disk is wiped by surprise: what an edit adds was agreed to by nobody, and what happened to a machine stays known
//! whatever its entry names it by.

use crate::support::lab::{HEAD, HOSTS, Lab, PROFILES};

#[test]
fn an_edit_installs_nobody_where_nobody_agreed() {
    let lab = Lab::live();
    let mut serve = lab.serve(&[]);
    let web = serve.machine(2).serial("SN-WEB");
    let before = web.boot();
    lab.edit(|text| text.replace("name: web-01, profile: rescue", "name: web-01, profile: debian-12"));
    let script = web.boot();
    assert!(script.is_local() && !script.installs(), "{}", script.text);
    let warning = serve.wait("warning");
    assert!(warning["text"].as_str().unwrap().starts_with("web-01: to be installed"), "{warning}");
    // The script from before the edit belongs to a boot that installs nothing.
    assert_eq!(web.beacon(&before).status, 200);
    assert!(!std::path::Path::new(&lab.path(".pxectl/journal.ndjson")).metadata().is_ok_and(|meta| meta.len() > 0));
}

#[test]
fn yes_agrees_to_edits_too() {
    let lab = Lab::live();
    let serve = lab.serve(&["--yes"]);
    lab.edit(|text| text.replace("name: web-01, profile: rescue", "name: web-01, profile: debian-12"));
    assert!(serve.machine(2).serial("SN-WEB").boot().installs());
}

#[test]
fn a_rearm_agrees_to_what_it_names() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    serve.machine(2).serial("SN-WEB").boots_whole();
    serve.interrupt().with(0);
    let serve = lab.serve(&[]);
    assert!(serve.machine(2).serial("SN-WEB").boot().is_local());
    lab.pxectl(&["rearm", "web-01"]).ends_with(0);
    assert!(serve.machine(2).serial("SN-WEB").boot().installs());
}

#[test]
fn an_entry_that_names_other_keys_arms_nobody() {
    const MAC: &str = "52:54:00:00:00:01";
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    serve.machine(2).serial("SN-WEB").mac(MAC).boots_whole();
    lab.edit(|text| text.replace("serial: SN-WEB, name", "name"));
    let script = serve.machine(2).mac(MAC).serial("SN-WEB").boot();
    assert!(script.is_local() && !script.installs(), "{}", script.text);
}

#[test]
fn a_machine_of_a_rule_that_gets_an_entry_is_not_installed_again() {
    let rule = "rules:\n  - {match: {product: \"R6*\"}, profile: debian-12}\n";
    let lab = Lab::new(&format!("{HEAD}{PROFILES}{rule}"));
    let serve = lab.serve(&["--yes"]);
    let machine = || serve.machine(2).serial("SN-RULE").mac("52:54:00:00:00:0a").product("R640");
    machine().boots_whole();
    assert!(machine().boot().is_local());
    let host = "hosts:\n  - {mac: \"52:54:00:00:00:0a\", name: now-01, profile: debian-12}\n";
    lab.edit(|text| format!("{text}{host}"));
    let script = machine().boot();
    assert!(script.is_local() && script.text.contains("now-01"), "{}", script.text);
    lab.pxectl(&["rearm", "now-01"]).ends_with(0).prints("now-01: armed again");
    assert!(machine().boot().installs());
}

#[test]
fn a_machine_of_a_rule_is_rearmed_by_what_the_journal_knows() {
    let rule = "rules:\n  - {match: {product: \"R6*\"}, profile: debian-12}\n";
    let lab = Lab::new(&format!("{HEAD}{PROFILES}{rule}"));
    let serve = lab.serve(&["--yes"]);
    let machine = || serve.machine(2).serial("SN-RULE").product("R640");
    machine().boots_whole();
    lab.pxectl(&["rearm", "SN-OTHER"]).ends_with(1).says("the journal knows no machine by that name");
    lab.pxectl(&["rearm", "sn-rule"]).ends_with(0).prints("sn-rule: armed again");
    assert!(machine().boot().installs());
}

#[test]
fn a_journal_that_is_taken_away_or_not_understood_installs_nobody() {
    let lab = Lab::new(&format!("{HEAD}{PROFILES}{HOSTS}"));
    let mut serve = lab.serve(&["--yes"]);
    let web = serve.machine(2).serial("SN-WEB");
    let script = web.boot();
    assert!(script.installs());
    std::fs::remove_file(lab.path(".pxectl/journal.ndjson")).unwrap();
    assert_eq!(web.beacon(&script).status, 503, "it could not be kept");
    let script = web.boot();
    assert!(script.is_local() && script.text.contains("nobody knows whether web-01 was installed"), "{}", script.text);
    assert!(serve.wait("warning")["text"].as_str().unwrap().contains("removed, replaced or shortened"));
    serve.interrupt().with(0);

    lab.write(".pxectl/journal.ndjson", "{\"schema\":\"pxectl.journal/2\",\"event\":\"booted\"}\n");
    lab.refused_serve(&["--yes"]).ends_with(2).says("line 1 of the journal").says("hint: ");
}
