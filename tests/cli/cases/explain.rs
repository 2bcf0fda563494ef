//! `explain`: what a machine would get, and why, before it boots.

use serde_json::Value;

use crate::support::lab::{HEAD, Lab, PROFILES};

/// Two rules after the hosts, of which the first also fits a host.
const RULES: &str = "\
rules:
  - {match: {product: \"PowerEdge*\", firmware: \"uefi-*\"}, profile: rescue, vars: {disk: /dev/sdb}}
  - {match: {serial: \"SN-W*\"}, profile: local}
";

const FLEET: &str = "\
hosts:
  - serial: \" sn-web \"
    name: web-01
    profile: debian-13
    mac: 52-54-00-00-00-01
    ip: 127.0.0.21
    args: [quiet]
    vars: {disk: /dev/nvme0n1}
  - {serial: SN-L1VE, name: live-01, profile: rescue, mac: \"52:54:00:00:00:02\"}
";

/// A profile of two layers with an answer file.
fn fleet() -> Lab {
    let profiles = PROFILES.replace(
        "  rescue:",
        "  debian-13: {extends: debian-12, answer: preseed.cfg.j2, args: [console=ttyS1], vars: {disk: /dev/sda, zone: UTC}}\n  rescue:",
    );
    let lab = Lab::new(&format!("{HEAD}{profiles}{FLEET}{RULES}"));
    lab.write("templates/preseed.cfg.j2", "d-i partman-auto/disk string {{ vars.disk }}\n");
    lab
}

fn json(lab: &Lab, args: &[&str], code: i32) -> Value {
    let ran = lab.pxectl(&[&["explain", "--format", "json"], args].concat()).ends_with(code);
    let value: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(value["schema"], "pxectl.explain/1");
    value
}

#[test]
fn a_host_says_why_and_from_where() {
    let lab = fleet();
    let ran = lab.pxectl(&["explain", "web-01"]).ends_with(0);
    let first: Vec<_> = ran.stdout.lines().take(2).collect();
    assert_eq!(first[0], "web-01 would be installed: debian-13. Its disk is overwritten.");
    assert_eq!(first[1], "  because its serial SN-WEB is that of host web-01  inventory.yaml:14");
    let ran = ran.prints("compared as SN-WEB").prints("compared as 52:54:00:00:00:01");
    let ran = ran.prints("127.0.0.21, reserved in 127.0.0.0/24").prints("next-server 127.0.0.1, filename undionly.kpxe");
    let ran = ran.prints("matches, but host web-01 beats every rule");
    ran.prints("in place of /dev/sda").prints("uefi-x64 gets the same.");
}

#[test]
fn the_script_is_the_one_that_render_prints() {
    let lab = fleet();
    for firmware in ["bios", "uefi-x64"] {
        let script = lab.pxectl(&["render", "boot", "web-01", "--firmware", firmware]).ends_with(0).stdout;
        let explained = json(&lab, &["web-01", "--firmware", firmware], 0);
        let case = &explained["firmware"][0];
        assert_eq!((case["firmware"].as_str(), case["script"]["text"].as_str()), (Some(firmware), Some(script.as_str())));
        assert_eq!(case["answers"][0]["text"], "d-i partman-auto/disk string /dev/nvme0n1\n");
        assert_eq!(case["answers"][0]["template_file"], "./templates/preseed.cfg.j2");
        assert_eq!(case["script"]["template_file"], "builtin/linux.ipxe.j2");
    }
}

#[test]
fn every_value_has_its_origin() {
    let lab = fleet();
    let explained = json(&lab, &["SN-WEB", "--firmware", "bios"], 0);
    let case = &explained["firmware"][0];
    let value = |key: &str, text: &str| {
        let values = case["values"].as_array().unwrap().iter();
        let found = values.clone().find(|value| value["key"] == key && value["value"] == text);
        found.unwrap_or_else(|| panic!("no {key} {text} in {values:?}")).clone()
    };
    for (key, text, layer, line) in [
        ("recipe", "debian", "profile debian-12", Some(10)),
        ("kernel", "linux", "profile debian-12", Some(10)),
        ("answer", "preseed.cfg.j2", "profile debian-13", Some(11)),
        ("vars.zone", "UTC", "profile debian-13", Some(11)),
        ("vars.disk", "/dev/nvme0n1", "host", Some(20)),
        ("args", "console=ttyS1", "profile debian-13", Some(11)),
        ("args", "quiet", "host", Some(19)),
        ("args", "hostname=web-01", "recipe debian", None),
        ("server", "127.0.0.1", "lab", Some(3)),
        ("http_port", "8080", "default", None),
    ] {
        let from = &value(key, text)["from"];
        let at = line.map_or(Value::Null, |line| format!("inventory.yaml:{line}").into());
        assert_eq!((&from["layer"], &from["at"]), (&layer.into(), &at), "{key} {text}");
    }
    let over = &value("vars.disk", "/dev/nvme0n1")["over"];
    assert_eq!((&over[0]["value"], &over[0]["from"]["layer"]), (&"/dev/sda".into(), &"profile debian-13".into()));
    assert_eq!(case["artifacts"][0]["file"]["size"], 50_000);
    assert_eq!(case["missing"], Value::Array(Vec::new()));
}

#[test]
fn a_rule_decides_where_no_host_does() {
    let lab = fleet();
    let explained = json(&lab, &["NEW-0001", "--product", "poweredge r640"], 1);
    let [bios, efi] = explained["firmware"].as_array().unwrap().as_slice() else { panic!("two: {explained}") };
    assert_eq!((&bios["decision"]["by"], &bios["rules"][0]["outcome"]), (&"unknown".into(), &"missed".into()));
    assert_eq!((&efi["decision"]["by"], &efi["decision"]["profile"]), (&"rule".into(), &"rescue".into()));
    assert_eq!(efi["rules"][1]["keys"][0]["says"], "NEW-0001");
    // Where the firmware is named there is one answer.
    json(&lab, &["NEW-0001", "--product", "PowerEdge R640", "--firmware", "uefi-x64"], 0);
    let untold = json(&lab, &["NEW-0001", "--firmware", "uefi-x64"], 1);
    assert_eq!(untold["firmware"][0]["rules"][0]["outcome"], "untold");
    lab.pxectl(&["explain", "NEW-0001", "--firmware", "uefi-x64"]).ends_with(1).prints("unless rule 1 matches");
    let won = json(&lab, &["SN-W77", "--product", "PowerEdge", "--firmware", "uefi-x64"], 0);
    assert_eq!(
        (&won["firmware"][0]["rules"][0]["outcome"], &won["firmware"][0]["rules"][1]["outcome"]),
        (&"won".into(), &"lost".into())
    );
}

#[test]
fn an_unknown_serial_is_told_whom_it_looks_like() {
    let lab = fleet();
    let ran = lab.pxectl(&["explain", "SN-LIVE"]).ends_with(1);
    let ran =
        ran.prints("SN-LIVE is in no inventory: it would wait and ask again.").prints("the default of `lab.unknown` is hold");
    let ran = ran.prints("Did you mean").prints("live-01  serial SN-L1VE");
    ran.prints("no host and no rule knows the serial number SN-LIVE");
    let ran = lab.pxectl(&["explain", "To be filled by O.E.M."]).ends_with(1);
    ran.prints("useless: board makers leave it");
}

#[test]
fn keys_of_two_hosts_are_refused_with_both_lines() {
    let lab = fleet();
    let ran = lab.pxectl(&["explain", "web-01", "--mac", "52:54:00:00:00:02"]).ends_with(1);
    let ran = ran.prints("its serial is that of web-01, but its mac 52:54:00:00:00:02 is that of live-01");
    ran.prints("that of live-01  inventory.yaml:21").prints("matches, but the machine is refused");
    let other = json(&lab, &["web-01", "--mac", "52:54:00:00:00:99"], 0);
    assert!(other["firmware"][0]["decision"]["notes"][0].as_str().unwrap().contains("is not in that entry"));
}

#[test]
fn what_is_missing_here_is_said_first() {
    let lab = fleet();
    std::fs::remove_file(lab.path("files/initrd")).unwrap();
    std::fs::remove_file(lab.path("ipxe/snponly.efi")).unwrap();
    let ran = lab.pxectl(&["explain", "web-01"]).ends_with(0).prints("Missing").prints("files/initrd").prints("snponly.efi");
    let (missing, known) = (ran.stdout.find("\nMissing").unwrap(), ran.stdout.find("\nKnown by").unwrap());
    assert!(missing < known);
    let arm = json(&lab, &["web-01", "--firmware", "uefi-arm64"], 0);
    assert_eq!((&arm["firmware"][0]["served"], &arm["firmware"][0]["dhcp"]["pxe"]), (&false.into(), &Value::Null));
}

#[test]
fn nothing_is_made_and_broken_inventories_explain_nothing() {
    let lab = fleet();
    lab.pxectl(&["explain", "web-01"]).ends_with(0);
    assert!(!lab.path(".pxectl").exists(), "looking into the journal makes none");
    lab.pxectl(&["explain", "web-01", "--mac", "5"]).ends_with(2).says("six bytes");
    lab.edit(|text| text.replace("profile: rescue, mac", "profile: rescu, mac"));
    let ran = lab.pxectl(&["explain", "web-01"]).ends_with(2).says("unknown-profile");
    assert_eq!(ran.stdout, "");
}

#[cfg(not(pxectl_no_unix))]
#[test]
fn what_the_journal_says_is_said() {
    let lab = fleet();
    let serve = lab.serve(&["--yes"]);
    serve.machine(2).serial("SN-WEB").boots_whole();
    serve.interrupt().with(0);
    let before = lab.read(".pxectl/journal.ndjson");
    lab.pxectl(&["explain", "web-01"]).ends_with(0).prints("Not now: its installer ran (debian-13, just now)");
    let done = json(&lab, &["web-01"], 0);
    assert_eq!((&done["standing"]["state"], &done["standing"]["profile"]), (&"done".into(), &"debian-13".into()));
    assert_eq!(lab.read(".pxectl/journal.ndjson"), before);
    lab.pxectl(&["rearm", "web-01"]).ends_with(0);
    assert_eq!(json(&lab, &["web-01"], 0)["standing"]["state"], "armed");
    lab.write(".pxectl/journal.ndjson", "nonsense\n");
    lab.pxectl(&["explain", "web-01"]).ends_with(0).prints("nobody knows");
}

#[test]
fn secrets_are_named_and_never_shown() {
    let lab = fleet();
    lab.write("templates/preseed.cfg.j2", "d-i passwd/root-password password {{ secrets.root }}\n");
    lab.edit(|text| text.replace("answer: preseed.cfg.j2,", "answer: preseed.cfg.j2, secrets: {root: {file: root.txt}},"));
    lab.write("root.txt", "hunter2-the-value\n");
    for format in ["human", "json"] {
        let ran =
            lab.pxectl(&["explain", "web-01", "-v", "--format", format]).ends_with(0).prints("secrets.root").prints("root.txt");
        assert!(!format!("{ran:?}").contains("hunter2"), "{ran:?}");
    }
    lab.write("old.yaml", lab.read("inventory.yaml").replace("root.txt", "other.txt"));
    let ran = lab.pxectl(&["explain", "--diff", "old.yaml"]).ends_with(0).prints("secret root: ").prints("other.txt");
    assert!(!format!("{ran:?}").contains("hunter2"), "{ran:?}");
}

#[test]
fn of_several_sites_it_is_the_one_that_the_machine_stands_in() {
    let sites = "pxectl: 1\nlab:\n  ipxe: {dir: ipxe}\n  sites:\n    ams: {server: 10.1.0.1, networks: [{subnet: 10.1.0.0/24}]}\n\
        \x20   fra: {server: 10.2.0.1, networks: [{subnet: 10.2.0.0/24}]}\n";
    let hosts = "hosts:\n  - {serial: SN-FRA, name: fra-01, profile: rescue, mac: \"52:54:00:00:00:02\", ip: 10.2.0.21}\n\
        \x20 - {serial: SN-SOME, name: some-01, profile: rescue}\n";
    let lab = Lab::new(&format!("{sites}{PROFILES}{hosts}"));
    lab.pxectl(&["explain", "SN-FRA"]).ends_with(0).prints("http://10.2.0.1:8080/").prints("10.2.0.21, reserved in 10.2.0.0/24");
    lab.pxectl(&["explain", "fra-01", "--site", "ams"]).ends_with(0).prints("http://10.1.0.1:8080/");
    assert!(
        lab.pxectl(&["render", "boot", "fra-01", "--firmware", "bios"]).ends_with(0).stdout.contains("http://10.2.0.1:8080/")
    );
    lab.pxectl(&["explain", "some-01"]).ends_with(2).says("hint: name one with --site: ams, fra");
}
