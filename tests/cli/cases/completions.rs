//! Completion, as real shells do it with the scripts that `completions` prints.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::lab::{HEAD, Lab, PROFILES};
use crate::support::run::{Ran, wait};

/// A serial that would make a file, were it ever run.
const HOSTILE: &str = "SN A'B\"$(touch pwned)`touch pwned`;touch pwned*";

fn lab() -> Lab {
    let hosts = format!(
        "hosts:\n  - {{serial: SN-WEB, name: web-01, profile: debian-12, mac: \"52:54:00:00:00:01\"}}\n  - serial: |-\n      {HOSTILE}\n    profile: rescue\n"
    );
    Lab::new(&format!("{HEAD}{PROFILES}{hosts}"))
}

/// Runs a script in a shell, with this pxectl before every other; none where the shell is not there.
#[allow(clippy::print_stderr, reason = "what was not tried is said")]
fn shell(name: &str, args: &[&str], lab: &Lab) -> Option<Ran> {
    let program = Path::new(env!("CARGO_BIN_EXE_pxectl"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap_or_default());
    if Command::new(name).arg("--version").stdout(Stdio::null()).status().is_err() {
        assert!(
            std::env::var_os("PXECTL_REQUIRE").is_none() && std::env::var_os("CI").is_none(),
            "{name} is required, and missing"
        );
        eprintln!("SKIPPED: {name} is not installed, its completion is untried");
        return None;
    }
    let mut shell = Command::new(name);
    shell.args(args).current_dir(lab.path("")).env("PATH", path).env("HOME", lab.path("")).env_remove("PXECTL_INVENTORY");
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Some(wait(shell, name))
}

/// What bash would offer at the end of this line.
fn bash(lab: &Lab, line: &str) -> Vec<String> {
    let script = r#"source <(pxectl completions bash)
        COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=($1) COMP_CWORD=${#COMP_WORDS[@]}
        _pxectl_complete pxectl
        (( ${#COMPREPLY[@]} )) && printf '%s\n' "${COMPREPLY[@]}"
        exit 0"#;
    let ran = shell("bash", &["--norc", "-c", script, "bash", line], lab).expect("bash is everywhere").ends_with(0);
    assert_eq!(ran.stderr, "", "{line}");
    assert!(!lab.path("pwned").exists(), "{line}");
    ran.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_names_of_the_inventory() {
    let lab = lab();
    assert_eq!(bash(&lab, "pxectl explain we"), ["web-01"]);
    assert_eq!(bash(&lab, "pxectl explain sn-w"), ["SN-WEB"]);
    assert_eq!(bash(&lab, "pxectl rearm 52:54:0"), ["00:00:00:01"], "bash breaks words at colons");
    assert_eq!(bash(&lab, "pxectl assign X re"), ["rescue"]);
    assert_eq!(bash(&lab, "pxectl serve --profile=d"), ["debian-12"]);
    assert_eq!(bash(&lab, "pxectl render template lin"), ["linux.ipxe.j2"]);
    assert_eq!(bash(&lab, "pxectl rear"), ["rearm"]);
    lab.write("other/lab.yaml", "pxectl: 1\nhosts: [{serial: SN-OTHER, profile: local}]\n");
    assert_eq!(bash(&lab, "pxectl -i other/lab.yaml explain SN"), ["SN-OTHER"], "unsound, and read as far as it goes");
    assert_eq!(bash(&lab, "pxectl -i nothing.yaml explain SN"), [""; 0]);
    lab.write("inventory.yaml", "hosts: [{serial: \"\\");
    assert_eq!(bash(&lab, "pxectl explain SN"), [""; 0]);
}

#[test]
fn nothing_that_an_inventory_says_is_run_by_bash() {
    let lab = lab();
    // Whatever is offered, bash reads it back as the serial itself.
    for (open, close) in [("SN\\ ", ""), ("'SN ", "'"), ("\"SN ", "\"")] {
        let offered = bash(&lab, &format!("pxectl explain {open}"));
        assert_eq!(offered.len(), 1, "{open}: {offered:?}");
        let quote = open.trim_end_matches("SN ").trim_end_matches("SN\\ ");
        let line = format!("printf %s {quote}{}{close}", offered[0]);
        let ran = shell("bash", &["--norc", "-c", &line], &lab).unwrap().ends_with(0);
        assert_eq!(ran.stdout, HOSTILE, "{line}");
    }
    assert!(!lab.path("pwned").exists());
}

#[test]
fn fish_completes_and_quotes_by_itself() {
    let lab = lab();
    let ask = |line: &str| {
        let script = format!("pxectl completions fish | source; complete --do-complete {line}");
        shell("fish", &["--no-config", "-c", &script], &lab).map(|ran| ran.ends_with(0).stdout)
    };
    let Some(hosts) = ask("'pxectl explain w'") else { return };
    assert_eq!(hosts, "web-01\tdebian-12\n");
    assert_eq!(ask("'pxectl assign X res'").unwrap(), "rescue\trecipe linux\n");
    assert!(ask("'pxectl explain SN\\\\ '").unwrap().contains("pwned"));
    assert!(!lab.path("pwned").exists());
}

#[test]
fn zsh_hands_over_its_words_and_takes_the_candidates() {
    let lab = lab();
    // `compadd` works inside its line editor alone: here it tells what it is given.
    let script = r#"compdef() { :; }; compadd() { while [[ $1 != -- ]]; do shift; done; print -rl -- ${(P)2} }
        source <(pxectl completions zsh)
        words=(pxectl explain "$1") CURRENT=3 PREFIX=$1; _pxectl"#;
    let ask = |prefix: &str| shell("zsh", &["-f", "-c", script, "zsh", prefix], &lab).map(|ran| ran.ends_with(0).stdout);
    let Some(hosts) = ask("w") else { return };
    assert_eq!(hosts, "web-01\n");
    assert_eq!(ask("SN\\ ").unwrap(), format!("{HOSTILE}\n"));
    assert!(!lab.path("pwned").exists());
}

#[test]
fn scripts_exist_for_every_shell_and_are_read_by_those_that_are_here() {
    let lab = lab();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        lab.pxectl(&["completions", shell]).ends_with(0).prints(&format!("__complete {shell} --"));
    }
    let ran = lab.pxectl(&["__complete", "elvish", "--", "pxectl", "explain", "web"]).ends_with(0);
    assert_eq!(ran.stdout, "web-01\n");
    let ran = lab.pxectl(&["__complete", "powershell", "--", "pxectl", "explain", "=SN "]).ends_with(0);
    assert_eq!(ran.stdout, format!("'{}'\trescue\n", HOSTILE.replace('\'', "''")));
}
