//! Secrets: the machine that boots gets them, and nothing else ever holds one.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::support::lab::{HEAD, HOSTS, Lab, PROFILES};
use crate::support::run::{self, Ran};
use crate::support::serve::{ON_LOOPBACK, Serve};

/// What every value begins with, and nothing else.
const MARK: &str = "zq81mark";

const PRESEED: &str = "\
d-i passwd/root-password password {{ secrets.from_env }}
d-i passwd/user-password password {{ secrets.from_file }}
d-i passwd/token string {{ secrets.from_command }}
";

/// A lab whose installer gets three secrets: of a variable, of a file, of a command that counts how often it is asked.
fn lab() -> Lab {
    let lab = Lab::new(&format!("{HEAD}{PROFILES}{HOSTS}"));
    lab.edit(|text| {
        text.replace(
            "recipe: debian,",
            "recipe: debian, answer: preseed.cfg.j2, secrets: {from_env: {env: SECRET_OF_TEST}, from_file: {file: keys/a}, \
             from_command: {command: [./tool, x y]}},",
        )
    });
    lab.write("templates/preseed.cfg.j2", PRESEED);
    lab.write("keys/a", format!("{MARK}-file\n"));
    mode(&lab.path("keys/a"), 0o600);
    tool(&lab, &format!("echo asked >> asked; echo careful >&2; echo {MARK}-command"));
    lab
}

fn tool(lab: &Lab, script: &str) {
    lab.write("tool", format!("#!/bin/sh\n{script}\n"));
    mode(&lab.path("tool"), 0o700);
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

/// With the variable.
fn command(lab: &Lab, args: &[&str]) -> Command {
    let mut command = run::command(lab.folder(), args);
    command.env("SECRET_OF_TEST", format!("{MARK}-env"));
    command
}

fn pxectl(lab: &Lab, args: &[&str]) -> Ran {
    run::wait(command(lab, args), &args.join(" "))
}

fn serve(lab: &Lab, args: &[&str]) -> Serve {
    Serve::spawn(command(lab, &[&["serve"], ON_LOOPBACK, args].concat()))
}

/// The files of a lab that hold a value: only those where the test itself put it.
fn holders(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holders(&path));
        } else if std::fs::read(&path).unwrap().windows(MARK.len()).any(|bytes| bytes == MARK.as_bytes()) {
            found.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}

#[track_caller]
fn silent(ran: &Ran) {
    assert!(!ran.stdout.contains(MARK) && !ran.stderr.contains(MARK), "{ran:?}");
}

#[test]
fn a_machine_that_boots_gets_them_and_nothing_else_holds_one() {
    let lab = lab();
    let mut serve = serve(&lab, &["--yes", "-vv"]);
    let web = serve.machine(2).serial("SN-WEB");
    let script = web.boots_whole();
    let url = script.text.split_ascii_whitespace().find_map(|word| word.strip_prefix("url=")).unwrap().to_owned();
    let answer = web.get(&url).text();
    for value in ["env", "file", "command"] {
        assert!(answer.contains(&format!(" {MARK}-{value}\n")), "{answer}");
    }
    assert!(!script.text.contains(MARK), "{}", script.text);
    // Only under this boot's id, and only for this machine's address.
    let path = url.split_once("/answer/").unwrap().1.to_owned();
    for (from, asked) in
        [(9, url.clone()), (2, format!("/answer/{path}")), (2, format!("/artifacts/{path}")), (9, "/boot.ipxe".to_owned())]
    {
        assert!(!serve.machine(from).get(&asked).text().contains(MARK), "{asked}");
    }
    assert!(web.boot().is_local(), "it is done");
    // A broken edit and a good one are told, too.
    lab.write("templates/preseed.cfg.j2", "{{ secrets.nobody }}\n");
    web.boot();
    serve.wait("reload-refused");
    lab.write("templates/preseed.cfg.j2", PRESEED);
    web.boot();
    let ended = serve.interrupt().with(0);
    assert!(
        !format!("{:?}", ended.events).contains(MARK) && !ended.stderr.contains(MARK),
        "{}\n{:#?}",
        ended.stderr,
        ended.events
    );
    assert!(ended.stderr.contains("the command `./tool` said: careful"), "{}", ended.stderr);
    assert_eq!(holders(lab.folder()), ["a", "tool"], "neither the journal nor any other file");
    assert_eq!(lab.read("asked"), "asked\n", "a vault is asked once, however often the table is built");
}

#[test]
fn whoever_looks_sees_placeholders_and_nothing_is_asked() {
    let lab = lab();
    let answer = pxectl(&lab, &["render", "answer", "web-01"]).ends_with(0);
    assert_eq!(answer.stdout.matches("SECRET-from_").count(), 3, "{}", answer.stdout);
    for args in
        [&["lint"][..], &["lint", "--here"], &["render", "boot", "web-01"], &["render", "dhcp"], &["render", "answer", "web-01"]]
    {
        silent(&pxectl(&lab, args).ends_with(0));
        assert!(!lab.path("asked").exists(), "{args:?}");
    }
    let ran = pxectl(&lab, &["boot-test", "web-01", "-vv"]).ends_with(0);
    silent(&ran);
    assert_eq!(lab.read("asked"), "asked\n", "that they can be had is part of a boot");
    silent(&pxectl(&lab, &["rearm", "web-01"]));
    assert_eq!(holders(lab.folder()), ["a", "tool"]);
}

#[test]
fn without_a_value_nothing_starts_and_the_message_says_which() {
    let lab = lab();
    let refused = |lab: &Lab, env: bool| {
        let args = [&["serve"], ON_LOOPBACK, &["--yes"]].concat();
        let mut command = command(lab, &args);
        if !env {
            command.env_remove("SECRET_OF_TEST");
        }
        let ran = run::wait(command, "serve").ends_with(2).says("error[missing-secret]: the secret `from_");
        silent(&ran);
        ran.says("of the profile `debian-12`").says("inventory.yaml:10:")
    };
    refused(&lab, false).says("`from_env`").says("the environment variable SECRET_OF_TEST: it is not set");
    lab.write("keys/a", "\n");
    refused(&lab, true).says("`from_file`").says("keys/a`: it is empty");
    std::fs::remove_file(lab.path("keys/a")).unwrap();
    refused(&lab, true).says("No such file");
    lab.write("keys/a", "x\n");
    // What it says is shown, but for what it repeats of its output.
    tool(&lab, &format!("echo {MARK}; echo 'token {MARK} has expired' >&2; exit 3"));
    refused(&lab, true).says("the command `./tool`: it ended with exit status: 3: token … has expired");
    tool(&lab, "printf '\\377'");
    refused(&lab, true).says("it is not UTF-8");
    tool(&lab, "while :; do echo 0123456789012345678901234567890; done");
    refused(&lab, true).says("it prints more than 65536 bytes");
    mode(&lab.path("tool"), 0o600);
    refused(&lab, true).says("there is no program `./tool` that could be run");
    // Whoever is not in the plan needs nothing.
    run::wait(command(&lab, &["boot-test", "live-01"]), "boot-test").ends_with(0);
    run::wait(command(&lab, &["boot-test", "web-01"]), "boot-test").ends_with(1).prints("web-01 would not boot");
}

#[test]
fn a_value_that_fits_nowhere_is_not_shown() {
    let lab = lab();
    lab.write("templates/preseed.cfg.j2", "d-i preseed/late_command string x {{ secrets.from_file }}{{ secrets.from_env }}\n");
    lab.write("keys/a", format!("{MARK} $(reboot)\n"));
    pxectl(&lab, &["lint"]).ends_with(0);
    for args in [&[&["serve"], ON_LOOPBACK, &["--yes"]].concat()[..], &["boot-test", "web-01"]] {
        let ran = pxectl(&lab, args);
        silent(&ran);
        assert!(ran.code != 0);
        ran.says("error[value-refused]: the value of the secret `from_file` cannot stand in a command of a preseed file");
    }
}

#[test]
fn a_changed_file_is_read_again_for_the_next_machine() {
    let lab = lab();
    let mut serve = serve(&lab, &["--yes"]);
    let web = serve.machine(2).serial("SN-WEB");
    let answer = |web: &crate::support::machine::Machine| {
        let text = web.boot().text;
        web.get(text.split_ascii_whitespace().find_map(|word| word.strip_prefix("url=")).unwrap()).text()
    };
    assert!(answer(&web).contains(&format!("{MARK}-file\n")));
    lab.write("keys/a", format!("{MARK}-next"));
    assert!(answer(&web).contains(&format!("{MARK}-next\n")));
    serve.wait("reloaded");
    lab.write("keys/a", "");
    assert!(answer(&web).contains(&format!("{MARK}-next\n")), "what cannot be read changes nothing");
    let refused = serve.wait("reload-refused");
    assert!(refused["text"].as_str().unwrap().contains("missing-secret"), "{refused}");
    let ended = serve.interrupt().with(0);
    assert!(!format!("{:?}{}", ended.events, ended.stderr).contains(MARK));
}

#[test]
fn a_secret_in_a_boot_script_is_a_warning_and_boots() {
    let lab = lab();
    lab.write(
        "templates/linux.ipxe.j2",
        "{% extends \"builtin/linux.ipxe.j2\" %}{% block load %}echo {{ secrets.from_env|default('none') }}\n{{ super() }}{% endblock %}",
    );
    let ran = pxectl(&lab, &["lint"]).ends_with(0).prints("warning[secret-in-script]: the secret `from_env`");
    silent(&ran);
    let ran = pxectl(&lab, &["boot-test", "web-01", "-vv"]).ends_with(0);
    silent(&ran);
    let serve = serve(&lab, &["--yes", "-vv"]);
    assert!(serve.machine(2).serial("SN-WEB").boots_whole().text.contains(&format!("echo {MARK}-env\n")));
    let ended = serve.interrupt().with(0);
    assert!(!format!("{:?}{}", ended.events, ended.stderr).contains(MARK));
}

#[test]
fn here_looks_for_the_sources_and_runs_nothing() {
    let lab = lab();
    pxectl(&lab, &["lint", "--here"]).ends_with(0);
    mode(&lab.path("keys/a"), 0o644);
    pxectl(&lab, &["lint"]).ends_with(0);
    pxectl(&lab, &["lint", "--here"]).ends_with(0).prints("warning[readable-secret]").prints("keys/a");
    std::fs::remove_file(lab.path("keys/a")).unwrap();
    mode(&lab.path("tool"), 0o600);
    let ran = lab.pxectl(&["lint", "--here"]).ends_with(1);
    assert_eq!(ran.stdout.matches("error[missing-secret]").count(), 3, "{}", ran.stdout);
    lab.edit(|text| text.replace("server: 127.0.0.1", "server: 192.0.2.1").replace("127.0.0.0/24", "192.0.2.0/24"));
    pxectl(&lab, &["lint", "--here"]).ends_with(1).prints("error[server-not-here]").prints("192.0.2.1");
}

#[test]
fn a_value_in_plain_sight_is_found_and_shown_nowhere() {
    let lab = Lab::usual();
    lab.edit(|text| {
        text.replace("args: [quiet]", &format!("args: [quiet, inst.rootpw={MARK}-arg, \"passwd/root-password={MARK}-blank b\"]"))
            .replace(
                "profile: local,",
                &format!("profile: locall, vars: {{password: {MARK}-var, api: {{api_key: \"{MARK}-é\"}}}},"),
            )
    });
    for format in ["human", "json", "sarif", "github"] {
        let ran = lab.pxectl(&["lint", "--format", format]).ends_with(1);
        assert!(ran.stdout.contains("secret-in-plain-sight") && ran.stdout.contains("unknown-profile"), "{}", ran.stdout);
        let lines = ran.stdout.lines().filter(|line| line.contains(MARK));
        assert_eq!(lines.collect::<Vec<_>>(), Vec::<&str>::new(), "{format}");
    }
    let human = lab.pxectl(&["lint"]).ends_with(1);
    assert!(human.stdout.contains("password: ************"), "{}", human.stdout);
    silent(&lab.refused_serve(&["--yes"]).ends_with(2));
}
