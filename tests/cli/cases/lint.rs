//! `lint`: every problem at its place; the findings are the result, so they are on the standard output.

use crate::support::lab::{HEAD, HOSTS, Lab, PROFILES};

#[test]
fn a_clean_lab_says_so() {
    let ran = Lab::usual().pxectl(&["lint"]).ends_with(0);
    assert_eq!(ran.stdout, "", "there are no findings to print");
    assert_eq!(ran.stderr, "inventory.yaml: 3 hosts, 2 profiles, 2 artifacts, 0 rules; no findings\n");
    assert_eq!(Lab::usual().pxectl(&["lint", "--quiet"]).ends_with(0).stderr, "");
}

#[test]
fn all_problems_are_told_and_not_only_the_first() {
    let lab = Lab::usual();
    lab.edit(|text| {
        text.replace("SN-LIVE", "sn-web ").replace("profile: local", "profile: lokal").replace("00:00:03", "00:00:01")
    });
    let ran = lab.pxectl(&["lint"]).ends_with(1);
    for finding in ["error[duplicate-serial]", "error[unknown-profile]", "error[duplicate-mac]"] {
        assert!(ran.stdout.contains(finding), "{finding}: {}", ran.stdout);
    }
    // Every finding with file, line and column.
    for place in ["inventory.yaml:14:", "inventory.yaml:15:"] {
        assert!(ran.stdout.contains(place), "{place}: {}", ran.stdout);
    }
    assert_eq!(ran.stdout.matches("\nerror[").count() + 1, ran.stdout.matches("--> inventory.yaml:").count(), "{}", ran.stdout);
}

#[test]
fn several_files_are_several_labs() {
    let lab = Lab::usual();
    lab.write("bad.yaml", "pxectl: 1\nhosts: 5\n");
    let ran = lab.pxectl(&["lint", "inventory.yaml", "bad.yaml"]).ends_with(1).prints("bad.yaml:2:8");
    ran.says("inventory.yaml: 3 hosts").says("bad.yaml: 0 hosts");
}

#[test]
fn files_are_only_looked_for_where_they_are_to_be_served() {
    let lab = Lab::usual();
    std::fs::remove_file(lab.path("files/initrd")).unwrap();
    std::fs::remove_file(lab.path("ipxe/undionly.kpxe")).unwrap();
    lab.pxectl(&["lint"]).ends_with(0);
    let ran = lab.pxectl(&["lint", "--here"]).ends_with(1).prints("error[missing-file]").prints("files/initrd");
    ran.prints("inventory.yaml:8:18").prints("undionly.kpxe");
}

#[test]
#[cfg_attr(pxectl_no_unix, ignore = "it serves")]
fn here_takes_an_nbp_by_any_name_that_serve_takes() {
    let lab = Lab::usual();
    std::fs::rename(lab.path("ipxe/snponly.efi"), lab.path("ipxe/ipxe.efi")).unwrap();
    lab.pxectl(&["boot-test", "web-01", "--firmware", "uefi-x64"]).ends_with(0);
    lab.pxectl(&["lint", "--here"]).ends_with(0);
}

#[test]
fn templates_and_the_values_in_them_are_checked_too() {
    let lab = Lab::usual();
    lab.write("templates/linux.ipxe.j2", "#!ipxe\n# {{ host.srial }}\nboot\n");
    lab.pxectl(&["lint"]).ends_with(1).prints("templates/linux.ipxe.j2:2:");
}

#[test]
#[cfg_attr(pxectl_no_unix, ignore = "it serves")]
fn an_installer_that_starts_without_the_servers_leave_is_found() {
    let lab = Lab::usual();
    lab.write("templates/linux.ipxe.j2", "{% extends \"builtin/linux.ipxe.j2\" %}{% block beacon %}{% endblock %}");
    let ran = lab.pxectl(&["lint"]).ends_with(1).prints("error[script-invalid]: the profile `debian-12` installs");
    ran.prints("templates/linux.ipxe.j2").prints("`booted_url`");
    lab.refused_serve(&["--yes"]).ends_with(2).says("error[script-invalid]");
    lab.edit(|text| text.replace("profile: debian-12", "profile: rescue"));
    lab.pxectl(&["lint"]).ends_with(0);
}

#[test]
fn of_script_and_url_there_is_one() {
    for keys in ["", ", script: linux, url: \"http://boot.example.org/x\""] {
        let lab = Lab::usual();
        lab.edit(|text| text.replace("hosts:\n", &format!("  other: {{recipe: chain{keys}}}\nhosts:\n")));
        lab.pxectl(&["lint"]).ends_with(1).prints("error[recipe-key]").prints("`script`").prints("`url`");
    }
}

#[test]
fn colour_is_for_terminals_and_for_who_asks() {
    let lab = Lab::usual();
    lab.edit(|text| text.replace("profile: local", "profile: lokal"));
    let plain = lab.pxectl(&["lint"]).ends_with(1);
    assert!(!plain.stdout.contains('\x1b') && !plain.stderr.contains('\x1b'), "{plain:?}");
    let coloured = lab.pxectl(&["lint", "--color", "always"]).ends_with(1);
    assert!(coloured.stdout.contains("\x1b["), "{coloured:?}");
}

#[test]
fn an_include_that_cannot_be_read_is_a_finding_at_its_line() {
    let lab = Lab::new(&format!("{HEAD}include: [racks/r1.yaml]\n{PROFILES}{HOSTS}"));
    lab.write("racks/r1.yaml", b"hosts: [{serial: \xff}]\n");
    lab.pxectl(&["lint"]).ends_with(1).prints("r1.yaml");
    lab.write("racks/r1.yaml", "hosts:\n  - {serial: sn-web, profile: rescue}\n");
    let ran = lab.pxectl(&["lint"]).ends_with(1).prints("error[duplicate-serial]");
    ran.prints("racks/r1.yaml:2:").prints("inventory.yaml:1");
}

#[test]
fn a_finding_in_a_very_long_line_is_named_and_not_quoted() {
    let lab = Lab::usual();
    let filler = "x".repeat(100_000);
    lab.edit(|text| text.replace("profile: local", &format!("vars: {{a: {filler}}}, profile: lokal")));
    let ran = lab.pxectl(&["lint"]).ends_with(1).prints("error[unknown-profile]").prints("--> inventory.yaml:");
    assert!(ran.stdout.len() < 5_000 && !ran.stdout.contains("xxx"), "{} bytes", ran.stdout.len());
}

#[test]
fn the_schema_for_editors_is_the_one_of_the_repository() {
    let ran = Lab::usual().pxectl(&["schema"]).ends_with(0);
    assert_eq!(ran.stdout, include_str!("../../../docs/schema/inventory.json"));
    Lab::usual().pxectl(&["schema", "included"]).ends_with(0).prints("\"title\": \"included file\"");
}

#[test]
fn templates_are_looked_through_for_secrets_and_have_comments_of_their_own() {
    let lab = Lab::usual();
    // Put together here, so that no scanner takes this file for what it is about.
    let key = ["-----BEGIN OPENSSH ", "PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n"].concat();
    lab.write("templates/preseed.cfg.j2", format!("d-i x string y\n{key}"));
    let ran =
        lab.pxectl(&["lint"]).ends_with(1).prints("error[secret-in-plain-sight]: a private key").prints("preseed.cfg.j2:2:1");
    assert!(!ran.stdout.contains("b3Blb"), "{}", ran.stdout);
    lab.pxectl(&["explain", "web-01"]).ends_with(2).says("a private key");
    let allowed = "{# pxectl: allow(unused-template) because it comes next week #}\n\
        d-i passwd/root-password password r00tme {# pxectl: allow(secret-in-plain-sight) because it is changed at once #}\n";
    lab.write("templates/preseed.cfg.j2", allowed);
    let ran = lab.pxectl(&["lint", "--deny", "warnings"]).ends_with(0).says("no findings; 2 allowed");
    assert_eq!(ran.stdout, "");
    lab.write("templates/preseed.cfg.j2", allowed.replace(" because it comes next week", ""));
    lab.edit(|text| text.replace("recipe: debian,", "recipe: debian, answer: preseed.cfg.j2,"));
    let ran = lab.pxectl(&["lint", "--deny", "warnings"]).ends_with(1).prints("warning[allow-without-reason]");
    ran.prints("write `{# pxectl: allow(unused-template) because … #}`");
    lab.write("templates/preseed.cfg.j2", allowed);
    lab.pxectl(&["lint", "--deny", "warnings"]).ends_with(1).prints("warning[allow-unused]").prints("preseed.cfg.j2:1:1");
}
