//! Machines that nobody wrote down, and machines that contradict what was written.

use crate::support::lab::Lab;

#[test]
fn an_unknown_machine_sees_its_serial_waits_and_boots_when_it_is_written_down() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes"]);
    let new = serve.machine(5).serial("SN-NEW-7");
    let script = new.boot();
    assert!(script.waits() && script.text.contains("SN-NEW-7"), "{}", script.text);
    assert!(script.text.contains("chain --replace --autofree"), "it asks again without nesting: {}", script.text);
    let event = serve.wait("script");
    assert_eq!((&event["action"], &event["serial"]), (&"hold".into(), &"SN-NEW-7".into()));
    lab.edit(|text| format!("{text}  - {{serial: SN-NEW-7, name: new-07, profile: rescue}}\n"));
    let script = new.boots_whole();
    assert!(!script.waits(), "{}", script.text);
    assert_eq!(serve.wait("booted")["label"], "new-07");
}

#[test]
fn what_its_screen_advises_can_be_typed() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    for serial in ["SN-NEW-7", "--SN9"] {
        let new = serve.machine(5).serial(serial);
        let screen = new.boot().text;
        let typed = screen.lines().find_map(|line| line.split_once("pxectl assign ")).unwrap_or_else(|| panic!("{screen}")).1;
        let typed: Vec<&str> = typed
            .split(' ')
            .map(|word| word.trim_matches('"'))
            .map(|word| if word == "PROFILE" { "rescue" } else { word })
            .collect();
        lab.pxectl(&[&["assign"], &typed[..]].concat()).ends_with(0).prints(" new: rescue");
        assert!(!new.boots_whole().waits(), "{serial}: the very next request");
    }
}

#[test]
fn a_serial_of_another_world_breaks_no_script() {
    let serve = Lab::usual().serve(&["--yes"]);
    for serial in ["${serial}", "a\nboot", "x || shell", "日本", "--x", "\x1b[31m", &"9".repeat(255)] {
        let script = serve.machine(5).serial(serial).boot();
        assert!(script.waits(), "{}", script.text);
        assert!(!script.text.contains("${serial}") && !script.text.contains('\x1b'), "{}", script.text);
        assert!(script.text.lines().all(|line| line != "boot"), "{}", script.text);
    }
}

#[test]
fn a_machine_without_a_name_waits_too() {
    let serve = Lab::usual().serve(&["--yes"]);
    assert!(serve.machine(5).boot().waits());
    assert!(serve.machine(5).serial("To Be Filled By O.E.M.").boot().waits());
}

#[test]
fn a_serial_with_another_host_s_card_is_refused() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes"]);
    let script = serve.machine(2).serial("SN-WEB").mac("52:54:00:00:00:02").boot();
    assert!(script.waits() && !script.installs(), "{}", script.text);
    assert!(script.text.contains("is not booted"), "its screen says so: {}", script.text);
    for name in ["web-01", "live-01"] {
        assert!(script.text.contains(name), "and names both: {}", script.text);
    }
    let event = serve.wait("script");
    assert_eq!(event["action"], "refuse");
    assert!(event["why"].as_str().unwrap().contains("live-01"), "{event}");
    assert!(serve.interrupt().with(0).stderr.contains("refused: "));
}

#[test]
fn an_unlisted_card_is_a_warning_or_where_it_is_strict_a_refusal() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes"]);
    let web = serve.machine(2).serial("SN-WEB").mac("52:54:00:00:00:99");
    assert!(web.boot().installs());
    let warning = serve.wait("warning");
    assert!(warning["text"].as_str().unwrap().contains("52:54:00:00:00:99"), "{warning}");
    lab.edit(|text| text.replace("lab:\n", "lab:\n  strict: true\n"));
    assert!(web.boot().waits());
    assert_eq!(serve.wait_for("script", |script| script["action"] == "refuse")["machine"], serde_json::Value::Null);
    assert!(serve.machine(2).serial("SN-WEB").mac("52:54:00:00:00:01").boot().installs(), "its own card is welcome");
}

#[test]
fn unknown_may_mean_the_disk_or_a_profile() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    let new = serve.machine(5).serial("SN-NEW");
    lab.edit(|text| text.replace("lab:\n", "lab:\n  unknown: local\n"));
    assert!(new.boot().is_local());
    lab.edit(|text| text.replace("unknown: local", "unknown: rescue"));
    assert!(new.boot().text.contains("kernel "));
}
