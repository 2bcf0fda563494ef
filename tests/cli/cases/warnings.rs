//! Warnings: `lint` tells them, nothing else is kept from its work by them or buries its own words under them.

use crate::support::lab::Lab;

/// A lab with two warnings.
fn odd() -> Lab {
    let lab = Lab::live();
    lab.edit(|text| text.replace("hosts:\n", "hosts:\n  # pxectl: allow(no-such) because it is a test\n  # pxectl: allow it\n"));
    lab
}

#[test]
fn lint_tells_them_and_says_yes() {
    let ran = odd().pxectl(&["lint"]).ends_with(0).prints("warning[allow-unknown]").prints("inventory.yaml:13:19");
    ran.prints("warning[allow-syntax]").says("; 0 errors, 2 warnings\n");
}

#[test]
fn other_commands_count_them() {
    let lab = odd();
    let ran = lab.pxectl(&["render", "boot", "web-01"]).ends_with(0);
    assert_eq!(ran.stderr, "inventory.yaml: 2 warnings; `pxectl lint` shows them\n");
    lab.edit(|text| text.replace("  # pxectl: allow it\n", ""));
    let ran = lab.pxectl(&["render", "boot", "web-01"]).ends_with(0);
    assert_eq!(ran.stderr, "inventory.yaml: 1 warning; `pxectl lint` shows it\n");
}

#[test]
fn an_unsound_lab_is_told_by_its_errors() {
    let lab = odd();
    lab.edit(|text| text.replace("profile: local", "profile: lokal"));
    let ran = lab.pxectl(&["render", "dhcp"]).ends_with(2).says("error[unknown-profile]").says("(1 error, 2 warnings)");
    assert!(!ran.stderr.contains("warning["), "{}", ran.stderr);
}

#[test]
fn a_comment_with_its_reason_silences_one() {
    let lab = Lab::live();
    lab.edit(|text| text.replace("serial: SN-WEB", "serial: 0123456"));
    lab.pxectl(&["lint"]).ends_with(0).prints("warning[unquoted-identity]");
    lab.edit(|text| text.replace("hosts:\n", "hosts:\n  # pxectl: allow(unquoted-identity) because only pxectl reads it\n"));
    let ran = lab.pxectl(&["lint"]).ends_with(0);
    assert_eq!(ran.stdout, "");
    assert_eq!(lab.pxectl(&["render", "boot", "web-01"]).ends_with(0).stderr, "");
    lab.edit(|text| text.replace("0123456", "\"0123456\""));
    lab.pxectl(&["lint"]).ends_with(0).prints("warning[allow-unused]");
}
