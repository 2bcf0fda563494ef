//! `list`: tables for people, JSON for programs.

use serde_json::{Value, json};

use crate::support::lab::{HEAD, HOSTS, Lab, PROFILES};
use crate::support::run::{command, wait};
use crate::support::terminal::Terminal;

fn listed(lab: &Lab, what: &str) -> Value {
    let ran = lab.pxectl(&["list", what, "--format", "json"]).ends_with(0);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&json["schema"], &json["list"]), (&json!("pxectl.list/1"), &json!(what)));
    json[what].clone()
}

#[test]
fn hosts_with_their_lines() {
    let lab = Lab::usual();
    let table = "\
host     serial   mac                profile    line
web-01   SN-WEB   52:54:00:00:00:01  debian-12  inventory.yaml:13
live-01  SN-LIVE  52:54:00:00:00:02  rescue     inventory.yaml:14
disk-01  SN-DISK  52:54:00:00:00:03  local      inventory.yaml:15
";
    let ran = lab.pxectl(&["list"]).ends_with(0).says("3 hosts; unknown machines: hold");
    assert_eq!(ran.stdout, table);
    assert_eq!(
        listed(&lab, "hosts")[0],
        json!({"label": "web-01", "name": "web-01", "keys": {"serial": "SN-WEB"}, "profile": "debian-12",
            "cards": [{"mac": "52:54:00:00:00:01", "ip": null}], "at": "inventory.yaml:13"})
    );
}

#[test]
fn profiles_and_artifacts_with_who_uses_them() {
    let lab = Lab::usual();
    let profiles = listed(&lab, "profiles");
    let names: Vec<_> = profiles.as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["debian-12", "rescue", "local", "hold"]);
    assert_eq!((&profiles[0]["kind"], &profiles[0]["used_by"]["hosts"]), (&json!("install"), &json!(1)));
    assert_eq!(profiles[3]["used_by"]["lab"], json!(true), "`unknown: hold` is the default");
    let artifacts = listed(&lab, "artifacts");
    assert_eq!((&artifacts[0]["name"], &artifacts[0]["size"]), (&json!("initrd"), &json!(90_000)));
    assert_eq!(artifacts[0]["used_by"], json!({"hosts": 0, "rules": 0, "profiles": 2, "lab": false}));
    lab.pxectl(&["list", "artifacts"]).ends_with(0).prints("files/linux").says("2 artifacts, 0 not on this host");
}

#[test]
fn recipes_need_no_inventory() {
    let lab = Lab::new("hosts: 5\n");
    lab.pxectl(&["list", "recipes"]).ends_with(0).prints("script|url");
    lab.pxectl(&["list"]).ends_with(2).says("the inventory is unsound");
}

#[test]
fn a_table_fits_its_terminal_and_no_pipe_is_cut() {
    let hosts = HOSTS.replace("web-01", "a-name-that-no-narrow-terminal-has-room-for");
    let lab = Lab::new(&format!("{HEAD}{PROFILES}{hosts}"));
    lab.write("ラック/七.yaml", "hosts: [{serial: SN-WIDE, profile: local}]\n");
    lab.edit(|text| text.replace("lab:", "include: [ラック/*.yaml]\nlab:"));
    for width in [30, 45, 60, 80] {
        let (code, screen) = Terminal::sized(lab.path("").as_path(), &["list"], width).end();
        assert_eq!(code, 0, "{screen}");
        let plain: String = screen.split('\x1b').map(|p| p.split_once('m').map_or(p, |(_, rest)| rest)).collect();
        let table = plain.lines().take_while(|line| !line.contains("4 hosts"));
        // Each of those characters takes two columns.
        let wide = |line: &str| line.chars().count() + line.chars().filter(|c| "ラック七".contains(*c)).count();
        table.for_each(|line| assert!(wide(line.trim_end()) <= width, "{width}: {line}"));
        assert!(plain.contains('…') && plain.contains("SN-WIDE"), "{plain}");
        assert_eq!(plain.contains("no room on this screen for: mac"), width < 80, "{width}: {plain}");
    }
    let mut piped = command(lab.path("").as_path(), &["list"]);
    piped.env("COLUMNS", "30");
    wait(piped, "list").ends_with(0).prints("a-name-that-no-narrow-terminal-has-room-for").prints("ラック/七.yaml:1");
}
