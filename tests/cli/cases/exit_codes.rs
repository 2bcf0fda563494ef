//! 0 yes, 1 the answer is no, 2 trouble: for every command.

use crate::support::lab::Lab;

/// Every command that needs an inventory, for a host of the usual lab.
const COMMANDS: &[&[&str]] = &[
    &["lint"],
    &["render", "dhcp"],
    &["render", "boot", "web-01"],
    &["render", "answer", "web-01"],
    &["render", "ipxe"],
    &["serve", "--bind", "127.0.0.1", "--http-port", "0", "--tftp-port", "0", "--yes"],
    &["rearm", "web-01"],
    &["boot-test", "web-01"],
];

#[test]
fn yes_is_0() {
    let lab = Lab::usual();
    let yes: &[&[&str]] = &[
        &["lint"],
        &["render", "dhcp"],
        &["render", "boot", "web-01"],
        &["render", "ipxe"],
        &["render", "template"],
        &["rearm", "web-01"],
        &["boot-test", "web-01"],
        &["--help"],
        &["serve", "--help"],
        &["--version"],
    ];
    for args in yes {
        lab.pxectl(args).ends_with(0);
    }
}

#[test]
fn a_host_that_is_not_there_is_1() {
    let lab = Lab::usual();
    let asks: &[&[&str]] = &[
        &["render", "boot", "web-02"],
        &["render", "answer", "web-02"],
        &["serve", "web-01", "web-02"],
        &["rearm", "web-02"],
        &["boot-test", "web-02"],
    ];
    for args in asks {
        lab.pxectl(args).ends_with(1).says("there is no host `web-02` in the inventory");
    }
    assert!(!lab.path(".pxectl/journal.ndjson").exists(), "and nobody was rearmed or served");
}

#[test]
fn no_inventory_is_2_and_says_what_to_do() {
    let lab = Lab::usual();
    std::fs::remove_file(lab.path("inventory.yaml")).unwrap();
    for args in COMMANDS {
        let ran = lab.pxectl(args).ends_with(2).one_error().says("reading the inventory `inventory.yaml`: ");
        assert!(ran.stderr.contains("hint: "), "{}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn an_unsound_inventory_is_2_with_its_findings_and_nothing_is_done() {
    let lab = Lab::usual();
    lab.edit(|text| text.replace("name: live-01, profile: rescue", "name: live-01, profile: resuce"));
    for args in COMMANDS.iter().filter(|args| args[0] != "lint") {
        let ran = lab.pxectl(args).ends_with(2).one_error().says("error[unknown-profile]: there is no profile `resuce`");
        let ran = ran.says("inventory.yaml:14:47").says("did you mean `rescue`?").says("nothing was done");
        assert_eq!(ran.stdout, "", "{args:?}");
    }
    let ran = lab.pxectl(&["lint"]).ends_with(1).prints("error[unknown-profile]").prints("inventory.yaml:14:47");
    ran.says("1 error, 0 warnings");
    assert!(!lab.path(".pxectl").exists(), "no journal was begun");
}

#[test]
fn nonsense_on_the_command_line_is_2() {
    let lab = Lab::usual();
    let nonsense: &[&[&str]] = &[
        &[],
        &["frobnicate"],
        &["serve", "--until", "tomorrow"],
        &["serve", "--timeout", "soon"],
        &["serve", "web-01", "--all"],
        &["serve", "--bind", "here"],
        &["boot-test"],
        &["boot-test", "web-01", "--firmware", "coreboot"],
        &["boot-test", "web-01", "--http-boot"],
        &["rearm"],
        &["render"],
        &["render", "dhcp", "--server", "magic"],
        &["render", "dhcp", "--site", "nowhere"],
        &["serve", "--profile", "nothing"],
    ];
    for args in nonsense {
        let ran = lab.pxectl(args).ends_with(2);
        assert!(ran.stdout.is_empty() && !ran.stderr.is_empty(), "{args:?}: {ran:?}");
    }
}

#[test]
fn the_inventory_may_be_named_by_option_or_environment() {
    let (lab, elsewhere) = (Lab::usual(), tempfile::tempdir().unwrap());
    let path = lab.path("inventory.yaml");
    let args = ["-i", path.to_str().unwrap(), "boot-test", "live-01"];
    crate::support::run::to_the_end(elsewhere.path(), &args).ends_with(0);
    let mut command = crate::support::run::command(elsewhere.path(), &["rearm", "live-01"]);
    command.env("PXECTL_INVENTORY", &path);
    crate::support::run::wait(command, "rearm").ends_with(0);
    assert!(lab.path(".pxectl").exists(), "the journal lies beside the inventory, wherever the command runs");
}
