//! `lint --fix`: mends what is mechanical in all files of a lab, says so, and touches nothing else.

use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::lab::{HEAD, HOSTS, Lab, PROFILES};

/// Three findings in two files, with layout and comments of all kinds around them.
fn odd() -> Lab {
    let lab = Lab::new(&format!("# Ours.\r\ninclude: [racks/r1.yaml]   # more\n{HEAD}{PROFILES}{HOSTS}"));
    lab.edit(|text| {
        text.replace("serial: SN-WEB, ", "serial:   0123456 , # of old\n      ")
            .replace("\"52:54:00:00:00:02\"", "5254.0000.0002")
    });
    lab.write("racks/r1.yaml", "hosts:\n- serial: 1e55 # é\n  profile: rescue");
    lab
}

#[test]
fn everything_mechanical_and_nothing_else() {
    let lab = odd();
    let (main, rack) = (lab.read("inventory.yaml"), lab.read("racks/r1.yaml"));
    lab.pxectl(&["lint"]).ends_with(0).says("`pxectl lint --fix` mends 3");
    let ran = lab.pxectl(&["lint", "--fix"]).ends_with(0).says("inventory.yaml: 2 findings mended\n");
    let ran = ran.says("racks/r1.yaml: 1 finding mended\n").says("racks/r1.yaml:2:11: write \"1e55\" (unquoted-identity)\n");
    assert_eq!(ran.stdout, "", "nothing is left");
    let expected = main.replace("0123456 , #", "\"0123456\" , #").replace("5254.0000.0002", "\"52:54:00:00:00:02\"");
    assert_eq!(lab.read("inventory.yaml"), expected);
    assert_eq!(lab.read("racks/r1.yaml"), rack.replace("1e55", "\"1e55\""));
    let again = lab.pxectl(&["lint", "--fix"]).ends_with(0);
    assert!(!again.stderr.contains("mended"), "{}", again.stderr);
    assert_eq!(lab.read("inventory.yaml"), expected);
}

#[test]
fn machines_get_what_they_got() {
    let lab = odd();
    let booted = |lab: &Lab| ["web-01", "live-01", "1e55"].map(|host| lab.pxectl(&["render", "boot", host]).ends_with(0).stdout);
    let (before, dhcp) = (booted(&lab), lab.pxectl(&["render", "dhcp"]).ends_with(0).stdout);
    lab.pxectl(&["lint", "--fix"]).ends_with(0).says("mended");
    assert_eq!(booted(&lab), before);
    assert_eq!(lab.pxectl(&["render", "dhcp"]).ends_with(0).stdout, dhcp);
}

#[test]
fn modes_and_links_stay() {
    let lab = odd();
    let real = lab.path("real.yaml");
    std::fs::rename(lab.path("racks/r1.yaml"), &real).unwrap();
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink("../real.yaml", lab.path("racks/r1.yaml")).unwrap();
    lab.pxectl(&["lint", "--fix"]).ends_with(0);
    assert!(std::fs::symlink_metadata(lab.path("racks/r1.yaml")).unwrap().is_symlink());
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(lab.read("real.yaml").contains("\"1e55\""));
}

#[test]
fn what_is_left_is_reported_and_decides_the_exit_code() {
    let lab = odd();
    lab.edit(|text| text.replace("profile: local", "profile: lokal"));
    let ran = lab.pxectl(&["lint", "--fix", "--format", "json"]).ends_with(1).says("2 findings mended");
    assert!(ran.stdout.contains("unknown-profile") && !ran.stdout.contains("unquoted-identity"), "{}", ran.stdout);
}

#[test]
fn what_cannot_be_written_is_not_half_written() {
    let lab = odd();
    let main = lab.read("inventory.yaml");
    // A lone carriage return is a line's end to YAML and to no editor: whoever edits there by program may be wrong.
    lab.write("racks/r1.yaml", "hosts:\n- serial: 1e55\n  profile: rescue # a\r# b\n");
    let ran = lab.pxectl(&["lint", "--fix"]);
    assert!(ran.code == 1 && ran.stderr.contains("refused"), "{ran:?}");
    assert_eq!(lab.read("inventory.yaml"), main, "all or none");
    lab.pxectl(&["lint", "--fix", "no-such.yaml"]).ends_with(2).one_error();
}

#[test]
fn what_it_offers_to_mend_is_what_it_can_mend() {
    // An alias elsewhere stands for this value, so that it is left to a person.
    let shared = "  - {serial: SN-WEB, profile: local, vars: {a: &x NO, b: *x, c: 0644}}\n";
    let lab = Lab::new(&format!("{HEAD}hosts:\n{shared}"));
    lab.pxectl(&["lint"]).ends_with(0).says("1 warning, 1 note; `pxectl lint --fix` mends 1\n");
    let ran = lab.pxectl(&["lint", "--fix"]).ends_with(0).says("1 finding mended");
    assert!(ran.stderr.contains("0 errors, 1 warning\n"), "nothing more is offered: {}", ran.stderr);
}
