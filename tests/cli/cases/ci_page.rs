//! docs/ci.md: its files are what the programs that read them take, its commands do what the page says.

use std::process::{Command, Stdio};

use crate::support::lab::Lab;
use crate::support::run::{Ran, wait};
use crate::support::{ci_page, schema};

/// A command of the page, by the shell that a runner would use.
fn run(lab: &Lab, command: &str) -> Ran {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_pxectl")).parent().unwrap();
    let path =
        std::env::join_paths([program.to_owned()].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())));
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", command]).current_dir(lab.path("")).env("PATH", path.unwrap()).env_remove("PXECTL_INVENTORY");
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    wait(shell, command)
}

#[test]
fn its_files_are_what_their_readers_take() {
    let lab = Lab::usual();
    for (name, kind) in [(".github/workflows/lab.yml", "vendor.github-workflows"), (".gitlab-ci.yml", "vendor.gitlab-ci")] {
        lab.write(name, ci_page::file(name));
        schema::check(["--builtin-schema", kind], &[lab.path(name)]);
    }
}

#[test]
fn its_commands_pass_a_clean_lab() {
    let commands = ci_page::commands();
    assert!(commands.len() >= 7, "{commands:?}");
    for command in commands {
        run(&Lab::usual(), command).ends_with(0);
    }
}

#[test]
fn its_commands_stop_what_they_are_to_stop() {
    for command in ci_page::commands() {
        let lab = Lab::usual();
        lab.edit(|text| text.replace("SN-WEB", "0123456"));
        let denied = command.contains("--deny");
        run(&lab, command).ends_with(if denied { 1 } else { 0 });
        lab.edit(|text| text.replace("profile: local", "profile: lokal"));
        let reports = command.contains('>');
        run(&lab, command).ends_with(if reports { 0 } else { 1 });
        std::fs::remove_file(lab.path("inventory.yaml")).unwrap();
        run(&lab, command).ends_with(if reports { 1 } else { 2 });
    }
}

#[test]
fn what_is_uploaded_is_valid() {
    let lab = Lab::usual();
    lab.edit(|text| text.replace("profile: local", "profile: lokal"));
    for command in ci_page::commands().into_iter().filter(|command| command.contains('>')) {
        run(&lab, command).ends_with(0);
    }
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/lint.json");
    schema::check(["--schemafile", committed], &[lab.path("pxectl-lint.json")]);
    if let Some(sarif) = schema::sarif() {
        schema::check(["--schemafile", sarif.to_str().unwrap()], &[lab.path("pxectl.sarif")]);
    }
}

/// By pre-commit itself, in a repository of git.
#[test]
fn its_hook_lets_pass_and_stops() {
    let Some(hook) = schema::program("pre-commit") else { return };
    let lab = Lab::usual();
    lab.write(".pre-commit-config.yaml", ci_page::file(".pre-commit-config.yaml"));
    run(&lab, "git init -q . && git add -A").ends_with(0);
    let hook = format!("PRE_COMMIT_HOME='{}' '{}' run --all-files", lab.path(".cache").display(), hook.display());
    run(&lab, &hook).ends_with(0).prints("Passed");
    lab.edit(|text| text.replace("SN-WEB", "0123456"));
    run(&lab, &format!("git add -A; {hook}")).ends_with(1).prints("warning[unquoted-identity]");
}
