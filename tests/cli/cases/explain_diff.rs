//! `explain --diff`: what changes for machines between two versions, by what they would get.

use std::process::Command;

use serde_json::Value;

use crate::support::lab::{HEAD, HOSTS, Lab, PROFILES};
use crate::support::run;

/// Runs git in the lab's folder.
fn git(lab: &Lab, args: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "init.defaultBranch=main"]);
    // Whatever runs these tests may be a hook of another repository.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    command.args(args).current_dir(lab.path("."));
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    run::wait(command, &args.join(" ")).ends_with(0);
}

/// The usual lab, committed.
fn committed() -> Lab {
    let lab = Lab::usual();
    commit(&lab);
    lab
}

fn commit(lab: &Lab) {
    git(lab, &["init", "-q"]);
    git(lab, &["add", "-A"]);
    git(lab, &["commit", "-qm", "one"]);
}

fn json(lab: &Lab, args: &[&str]) -> Value {
    let ran = lab.pxectl(&[&["explain", "--format", "json", "--diff"], args].concat()).ends_with(0);
    let value: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(value["schema"], "pxectl.explain-diff/1");
    value
}

/// The labels of a group.
fn labels(group: &Value) -> Vec<&str> {
    group["machines"].as_array().unwrap().iter().map(|machine| machine["label"].as_str().unwrap()).collect()
}

#[test]
fn nothing_changes_where_only_the_yaml_does() {
    let lab = committed();
    lab.edit(|text| text.replace("args: [quiet]", "args: [ \"quiet\" ]").replace("SN-WEB", "\"sn-web \"") + "# the end\n");
    lab.pxectl(&["explain", "--diff", "HEAD"]).ends_with(0).prints("nothing changes for any machine (3 hosts)");
}

#[test]
fn an_edit_of_a_profile_is_told_once_for_all_its_machines() {
    let hosts: String = (0..40).map(|n| format!("  - {{serial: SN-{n:04}, name: node-{n:04}, profile: rescue}}\n")).collect();
    let lab = Lab::new(&format!("{HEAD}{PROFILES}{HOSTS}{hosts}"));
    commit(&lab);
    lab.edit(|text| text.replace("args: [quiet]", "args: [console=ttyS1]"));
    let difference = json(&lab, &["HEAD"]);
    let groups = difference["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 1, "{difference:#}");
    assert_eq!((labels(&groups[0]).len(), &groups[0]["fate"]), (41, &"changed".into()));
    let script = &groups[0]["changes"][0];
    assert_eq!((&script["what"], &script["firmware"]), (&"script".into(), &serde_json::json!(["bios", "uefi-x64"])));
    let hunk = serde_json::json!([{"line": "kernel", "removed": ["quiet"], "added": ["console=ttyS1"]}]);
    assert_eq!(script["hunks"], hunk);
    let ran = lab.pxectl(&["explain", "--diff", "HEAD"]).ends_with(0).prints("41 machines change alike");
    ran.prints("- kernel: quiet\n").prints("+ kernel: console=ttyS1\n").prints("… and 33 more");
}

#[test]
fn machines_that_would_now_be_installed_come_first() {
    let lab = committed();
    lab.edit(|text| {
        let text = text.replace("name: disk-01, profile: local", "name: disk-01, profile: debian-12");
        let text = text.replace("serial: SN-LIVE", "serial: SN-LIVE-2, ip: 127.0.0.30");
        text + "  - {serial: SN-NEW, name: new-01, profile: rescue}\n"
    });
    let ran = lab.pxectl(&["explain", "--diff", "HEAD"]).ends_with(0);
    let ran = ran.prints("3 machines change (4 hosts)").prints("1 machine would now be installed and would not be before");
    let ran = ran.prints("boots its disk -> installs debian-12").prints("now boots rescue, live; before: waits (lab.unknown)");
    // It is the same machine by its card.
    let ran = ran.prints("serial: SN-LIVE -> SN-LIVE-2").prints("card 52:54:00:00:00:02: no reservation -> 127.0.0.30");
    let (warning, added) = (ran.stdout.find("would now be installed").unwrap(), ran.stdout.find("machine added").unwrap());
    assert!(warning < added, "{}", ran.stdout);
    let difference = json(&lab, &["HEAD"]);
    assert_eq!(difference["groups"][0]["newly_installs"], true);
    assert_eq!(difference["groups"][0]["machines"][0]["at"], "inventory.yaml:15");
}

#[test]
fn what_is_gone_becomes_what_rules_make_of_it() {
    let rules = "rules:\n  - {match: {serial: \"SN-D*\"}, profile: rescue}\n";
    let lab = Lab::new(&format!("{HEAD}{PROFILES}{HOSTS}{rules}"));
    commit(&lab);
    lab.edit(|text| text.lines().filter(|line| !line.contains("SN-DISK")).map(|line| format!("{line}\n")).collect());
    let ran = lab.pxectl(&["explain", "--diff", "HEAD"]).ends_with(0).prints("1 machine removed");
    let ran = ran.prints("before boots its disk; now: boots rescue, live (rule 1)");
    ran.prints("HEAD:inventory.yaml:15");
}

#[test]
fn answers_digests_rules_unknown_and_the_lab_count_too() {
    let rules = "rules:\n  - {match: {product: \"R6*\"}, profile: rescue}\n  - {match: {product: \"R7*\"}, profile: rescue}\n";
    let profiles = PROFILES.replace("{recipe: debian,", "{recipe: debian, answer: web.cfg.j2,");
    let lab = Lab::new(&format!("{HEAD}{profiles}{HOSTS}{rules}"));
    lab.write("templates/web.cfg.j2", "d-i one string a\n");
    commit(&lab);
    lab.write("templates/web.cfg.j2", "d-i one string b\n");
    let digest = "ab".repeat(32);
    lab.edit(|text| {
        let text = text.replace("files/initrd}", &format!("files/initrd, sha256: {digest}}}"));
        let text = text.replace("\"R6*\"}, profile: rescue", "\"R6*\"}, profile: local");
        let text = text.replace("\"R7*\"", "\"R8*\"");
        text.replace("  ipxe:", "  http_port: 8081\n  unknown: local\n  ipxe:")
    });
    let difference = json(&lab, &["HEAD"]);
    let text = difference.to_string();
    let lab_wide: Vec<_> = difference["lab"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
    assert_eq!(lab_wide, ["http_port", "unknown", "stage 1", "dhcpd.conf"]);
    assert!(text.contains("\"answer web.cfg\"") && text.contains("artifact initrd: sha256") && text.contains(&digest), "{text}");
    let of = |label: &str| {
        let groups = difference["groups"].as_array().unwrap();
        groups.iter().find(|group| labels(group).contains(&label)).unwrap_or_else(|| panic!("no {label} in {difference:#}"))
    };
    assert_eq!(of("any machine of the rule product R6*")["after"]["what"], "boots its disk");
    assert_eq!(of("any machine of the rule product R7*")["fate"], "removed");
    assert_eq!(of("any machine of the rule product R8*")["fate"], "added");
    assert_eq!(of("any machine in no inventory")["before"]["what"], "waits");
}

#[test]
fn one_machine_is_told_in_full() {
    let lab = committed();
    lab.edit(|text| text.replace("args: [quiet]", "args: [console=ttyS1]"));
    let ran = lab.pxectl(&["explain", "live-01", "--diff", "HEAD", "--firmware", "bios"]).ends_with(0);
    let ran = ran.prints("- kernel --timeout 60000 http://127.0.0.1:8080/b/BOOT-ID/artifacts/linux initrd=initrd quiet");
    ran.prints("+ kernel --timeout 60000 http://127.0.0.1:8080/b/BOOT-ID/artifacts/linux initrd=initrd console=ttyS1");
    lab.pxectl(&["explain", "web-01", "--diff", "HEAD"]).ends_with(0).prints("nothing changes");
    lab.pxectl(&["explain", "nobody", "--diff", "HEAD"]).ends_with(1).says("no host `nobody` in either version");
}

#[test]
fn a_second_file_is_another_version() {
    let lab = Lab::usual();
    lab.write("old/inventory.yaml", lab.read("inventory.yaml").replace("[quiet]", "[loud]"));
    lab.pxectl(&["explain", "--diff", "old/inventory.yaml"]).ends_with(0).prints("- kernel: loud").prints("1 machine changes");
}

#[test]
fn a_lab_that_was_not_there_is_all_new() {
    let lab = Lab::usual();
    lab.write("README", "nothing yet\n");
    git(&lab, &["init", "-q"]);
    git(&lab, &["add", "README"]);
    git(&lab, &["commit", "-qm", "one"]);
    let ran = lab.pxectl(&["explain", "--diff", "HEAD"]).ends_with(0).prints("3 machines change");
    ran.prints("now installs debian-12; before: nothing");
}

#[test]
fn markdown_is_for_comments_and_nothing_in_it_is_the_branchs_own() {
    let lab = committed();
    lab.edit(|text| text.replace("args: [quiet]", "args: [\"x=`@team`<b>\"]"));
    let ran = lab.pxectl(&["explain", "--diff", "HEAD", "--format", "markdown"]).ends_with(0);
    let ran =
        ran.prints("### pxectl: 1 machine changes (3 hosts)").prints("```diff\n- kernel: quiet\n+ kernel: x=`@team`<b>\n```");
    ran.prints("`live-01`");
    lab.pxectl(&["explain", "web-01", "--format", "markdown"]).ends_with(2).says("Markdown is for `--diff`");
}

#[test]
fn a_version_that_is_not_sound_is_told_with_its_findings() {
    let lab = committed();
    lab.edit(|text| text.replace("profile: local", "profile: lokal"));
    for (args, name) in [(["--diff", "HEAD"], "inventory.yaml as it is here"), (["--diff", "inventory.yaml"], "inventory.yaml")] {
        let ran = lab.pxectl(&[&["explain", "--format", "markdown"][..], &args].concat()).ends_with(2);
        let ran = ran
            .says("error[unknown-profile]")
            .says(&format!("nothing can be compared: {name}"))
            .prints("nothing can be compared");
        ran.prints("`inventory.yaml:15:");
    }
    git(&lab, &["commit", "-qam", "two"]);
    lab.edit(|text| text.replace("profile: lokal", "profile: local"));
    let ran = lab.pxectl(&["explain", "--format", "json", "--diff", "HEAD"]).ends_with(2).says("HEAD:inventory.yaml:15:");
    let value: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(value["broken"]["findings"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_no_revision_is_said() {
    let lab = committed();
    for name in ["--output=x", "-h", "", "HEAD~7", "main:inventory.yaml", "main..main", "a\nb"] {
        let ran = lab.pxectl(&["explain", &format!("--diff={name}")]).ends_with(2).one_error();
        assert!(ran.stderr.contains("revision"), "{name:?}: {}", ran.stderr);
    }
    assert!(!lab.path("x").exists());
    let outside = Lab::usual();
    outside.pxectl(&["explain", "--diff", "HEAD"]).ends_with(2).one_error().says("has to lie in a git repository");
}

#[cfg(unix)]
#[test]
fn a_revision_knows_only_its_own_files() {
    use std::os::unix::fs::symlink;

    let lab = committed();
    let usual = lab.read("inventory.yaml");
    let include = |pattern: &str| usual.replace("pxectl: 1\n", &format!("pxectl: 1\ninclude: [\"{pattern}\"]\n"));
    lab.write("racks/real.yaml", "hosts: [{serial: SN-RACK, name: rack-01, profile: rescue}]\n");
    symlink("real.yaml", lab.path("racks/link.yaml")).unwrap();
    symlink("/etc/passwd", lab.path("racks/passwd.yaml")).unwrap();
    symlink("loop.yaml", lab.path("racks/loop.yaml")).unwrap();
    let refused = [
        ("racks/passwd.yaml", "outside of the repository"),
        ("racks/loop.yaml", "outside of the repository"),
        ("/etc/*.conf", "absolute path"),
        ("../../../../../../etc/*.conf", "out of the repository"),
    ];
    for (pattern, why) in refused {
        lab.write("inventory.yaml", include(pattern));
        git(&lab, &["add", "-A"]);
        git(&lab, &["commit", "-qm", pattern]);
        lab.write("inventory.yaml", &usual);
        let ran = lab.pxectl(&["explain", "--diff", "HEAD"]).ends_with(2).says("error[include]").says(why);
        assert!(!ran.stderr.contains("root:"), "{}", ran.stderr);
    }
    // A link to a file of the repository is one of its files.
    lab.write("inventory.yaml", include("racks/l[i]nk.yaml"));
    git(&lab, &["commit", "-qam", "link"]);
    lab.write("inventory.yaml", &usual);
    lab.pxectl(&["explain", "--diff", "HEAD"]).ends_with(0).prints("1 machine removed").prints("rack-01");
    // Whatever surrounds a hook of another repository does not lead there.
    let mut command = run::command(&lab.path("."), &["explain", "--diff", "HEAD"]);
    command.env("GIT_DIR", "/nonexistent");
    run::wait(command, "explain within a hook").ends_with(0).prints("rack-01");
}

#[test]
fn the_example_differs_in_nothing_from_itself() {
    let lab = Lab::usual();
    let example = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/inventory.example.yaml")).unwrap();
    lab.write("inventory.yaml", &example);
    lab.write("other.yaml", &example);
    lab.pxectl(&["explain", "--diff", "other.yaml"]).ends_with(0).prints("nothing changes for any machine (5 hosts)");
}
