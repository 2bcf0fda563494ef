//! An edit takes effect for the very next request, however it was saved; a broken one changes nothing.

use std::os::unix::fs::symlink;

use crate::support::files;
use crate::support::lab::{HEAD, HOSTS, Lab, PROFILES};
use crate::support::serve::Serve;

/// Whether the kernel's arguments of the live machine hold this.
fn live_gets(serve: &Serve, argument: &str) -> bool {
    serve.machine(3).serial("SN-LIVE").boot().text.contains(&format!(" {argument} "))
}

/// Starts a server, saves an edit in some way, and looks at the next request.
fn takes_effect(lab: &Lab, save: impl FnOnce(&str)) {
    let mut serve = lab.serve(&["--yes"]);
    assert!(live_gets(&serve, "quiet"));
    save(&lab.read("inventory.yaml").replace("args: [quiet]", "args: [loud]"));
    assert!(live_gets(&serve, "loud"), "the very next request");
    assert_eq!(serve.wait("reloaded")["hosts"], 3);
    serve.interrupt().with(0);
}

#[test]
fn written_in_place() {
    let lab = Lab::usual();
    takes_effect(&lab, |text| lab.write("inventory.yaml", text));
}

#[test]
fn renamed_over() {
    let lab = Lab::usual();
    takes_effect(&lab, |text| lab.rename_over("inventory.yaml", text));
}

#[test]
fn truncated_and_then_written() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes"]);
    let text = lab.read("inventory.yaml").replace("args: [quiet]", "args: [loud]");
    lab.write("inventory.yaml", "");
    assert!(live_gets(&serve, "quiet"), "an empty file changes nothing");
    serve.wait("reload-refused");
    lab.write("inventory.yaml", text);
    assert!(live_gets(&serve, "loud"));
    serve.wait("reloaded");
}

#[test]
fn removed_and_written_anew() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes"]);
    let text = lab.read("inventory.yaml").replace("args: [quiet]", "args: [loud]");
    std::fs::remove_file(lab.path("inventory.yaml")).unwrap();
    assert!(live_gets(&serve, "quiet"));
    serve.wait("reload-refused");
    lab.write("inventory.yaml", text);
    assert!(live_gets(&serve, "loud"));
}

#[test]
fn behind_a_symlink_that_is_swapped() {
    let lab = Lab::usual();
    let path = |name: &str| lab.path(name);
    std::fs::rename(path("inventory.yaml"), path("one.yaml")).unwrap();
    symlink("one.yaml", path("inventory.yaml")).unwrap();
    takes_effect(&lab, |text| {
        lab.write("two.yaml", text);
        symlink("two.yaml", path("link")).unwrap();
        std::fs::rename(path("link"), path("inventory.yaml")).unwrap();
    });
}

#[test]
fn many_edits_one_after_the_other() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    let text = lab.read("inventory.yaml");
    for round in 10..20 {
        lab.write("inventory.yaml", text.replace("args: [quiet]", &format!("args: [round{round}]")));
        assert!(live_gets(&serve, &format!("round{round}")), "same length, same inode, written at once after the last");
    }
}

#[test]
fn a_file_that_is_added_to_the_includes() {
    for (include, file) in [("racks/*.yaml", "racks/r2.yaml"), ("racks/*/hosts.yaml", "racks/r2/hosts.yaml")] {
        let lab = Lab::new(&format!("{HEAD}include: [\"{include}\"]\n{PROFILES}{HOSTS}"));
        lab.write(&file.replace("r2", "r1"), "hosts:\n  - {serial: SN-R1, profile: rescue}\n");
        let mut serve = lab.serve(&["--yes"]);
        let new = serve.machine(5).serial("SN-R2");
        assert!(new.boot().waits());
        lab.write(file, "hosts:\n  - {serial: SN-R2, profile: rescue}\n");
        assert!(!new.boot().waits(), "{file}");
        assert_eq!(serve.wait("reloaded")["hosts"], 5);
        lab.write(file, "hosts: []\n");
        assert!(new.boot().waits(), "{file} edited");
        std::fs::remove_file(lab.path(file.replace("r2", "r1"))).unwrap();
        assert!(serve.machine(6).serial("SN-R1").boot().waits(), "and one taken away");
    }
}

#[test]
fn a_template_that_is_added_and_edited() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    let live = serve.machine(3).serial("SN-LIVE");
    let mine =
        |line: &str| format!("{{% extends \"builtin/linux.ipxe.j2\" %}}{{% block start %}}\n{line}\nboot\n{{% endblock %}}\n");
    assert!(!live.boot().text.contains("echo mine"));
    lab.write("templates/linux.ipxe.j2", mine("echo mine"));
    assert!(live.boot().text.contains("echo mine"));
    lab.write("templates/linux.ipxe.j2", mine("echo ours"));
    assert!(live.boot().text.contains("echo ours"));
    std::fs::remove_dir_all(lab.path("templates")).unwrap();
    assert!(!live.boot().text.contains("echo ours"));
}

#[test]
fn a_broken_edit_changes_nothing_and_is_told_once() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes"]);
    let text = lab.read("inventory.yaml");
    lab.write("inventory.yaml", text.replace("name: web-01, profile: debian-12", "name: web-01, profile: debain-12"));
    for _ in 0..5 {
        assert!(live_gets(&serve, "quiet"));
        assert!(serve.machine(2).serial("SN-WEB").boot().installs());
    }
    let refused = serve.wait("reload-refused");
    let told = refused["text"].as_str().unwrap();
    assert!(told.contains("unknown-profile") && told.contains("inventory.yaml:13:45"), "{told}");
    lab.write("inventory.yaml", text.replace("args: [quiet]", "args: [loud]"));
    assert!(live_gets(&serve, "loud"));
    let ended = serve.interrupt().with(0);
    assert_eq!((ended.all("reload-refused").len(), ended.all("reloaded").len()), (1, 1));
    assert!(
        ended.stderr.contains("`inventory.yaml` is changed and unsound; what was in force before stays:"),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains("`inventory.yaml` is changed and in force from the next boot on: 3 hosts"), "{}", ended.stderr);
}

#[test]
fn events_are_plain_whatever_the_terminal_likes() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes", "--color", "always"]);
    lab.edit(|text| text.replace("profile: local", "profile: lokal"));
    assert!(live_gets(&serve, "quiet"));
    let text = serve.wait("reload-refused")["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("error[unknown-profile]: ") && !text.contains('\x1b'), "{text}");
}

#[test]
fn a_broken_edit_of_another_kind_is_refused_too() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes"]);
    lab.edit(|text| text.replace("files/initrd", "files/initrd-2"));
    assert!(live_gets(&serve, "quiet"));
    let refused = serve.wait("reload-refused");
    assert!(refused["text"].as_str().unwrap().contains("files/initrd-2"), "a missing file: {refused}");
    lab.write("files/initrd-2", files::noise(9, 1000));
    assert_eq!(serve.machine(3).serial("SN-LIVE").boots_whole().urls().len(), 3);
    serve.wait("reloaded");
}

#[test]
fn an_edit_that_a_running_server_cannot_follow_is_warned_of() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes"]);
    lab.edit(|text| text.replace("lab:\n", "lab:\n  http_port: 8088\n"));
    assert!(live_gets(&serve, "quiet"));
    let warning = serve.wait("warning")["text"].as_str().unwrap().to_owned();
    let keeps = format!("http://127.0.0.1:8088; this serve keeps http://{}: restart it", serve.http);
    assert!(warning.contains("another server address or port") && warning.contains(&keeps), "{warning}");
    lab.edit(|text| text.replace("http_port: 8088", "http_port: 8080").replace("127.0.0.0/24", "127.0.0.0/16"));
    assert!(live_gets(&serve, "quiet"));
    let warning = serve.wait("warning")["text"].as_str().unwrap().to_owned();
    assert!(warning.contains("other networks: render the DHCP configuration anew"), "{warning}");
    lab.edit(|text| text.replace("127.0.0.0/16", "127.0.0.0/24").replace("args: [quiet]", "args: [loud]"));
    assert!(live_gets(&serve, "loud"));
    assert_eq!(serve.interrupt().with(0).all("warning").len(), 2);
}

#[test]
fn an_edit_that_takes_the_beacon_away_changes_nothing() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes"]);
    lab.write("templates/linux.ipxe.j2", "{% extends \"builtin/linux.ipxe.j2\" %}{% block beacon %}{% endblock %}");
    assert!(serve.machine(2).serial("SN-WEB").boot().installs());
    let refused = serve.wait("reload-refused");
    assert!(refused["text"].as_str().unwrap().contains("the profile `debian-12` installs"), "{refused}");
}

#[test]
fn a_machine_past_its_script_is_not_disturbed() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes"]);
    let (web, live) = (serve.machine(2).serial("SN-WEB"), serve.machine(3).serial("SN-LIVE"));
    let script = web.boot();
    let (old, new) = (std::fs::read(lab.path("files/linux")).unwrap(), files::kernel(77));
    lab.rename_over("files/linux", &new);
    lab.edit(|text| text.replace("serial: SN-WEB", "serial: SN-GONE"));
    let other = live.boot();
    serve.wait("reloaded");
    assert_eq!(web.get(&script.url("/artifacts/linux")).body, old, "its table is the one of its script");
    assert_eq!(live.get(&other.url("/artifacts/linux")).body, new);
    assert_eq!(web.beacon(&script).status, 200);
    assert!(web.boot().waits(), "its next boot is another matter");
}
