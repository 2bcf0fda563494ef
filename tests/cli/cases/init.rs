//! `init`: a lab that lints clean and boots as it is, and nothing overwritten.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::files;
use crate::support::lab::Lab;
use crate::support::run::{Ran, to_the_end, wait};
use crate::support::schema;

/// The boot programs of Debian's package `ipxe` need not be on this host.
fn with_programs(folder: &Path) {
    std::fs::create_dir(folder.join("ipxe")).unwrap();
    std::fs::write(folder.join("ipxe/undionly.kpxe"), files::bios_nbp()).unwrap();
    std::fs::write(folder.join("ipxe/snponly.efi"), files::efi_nbp()).unwrap();
    let inventory = folder.join("inventory.yaml");
    let text = std::fs::read_to_string(&inventory).unwrap();
    std::fs::write(inventory, text.replacen("lab:\n", "lab:\n  ipxe: {dir: ipxe}\n", 1)).unwrap();
}

/// Types a line into a shell, as a person does, with this pxectl before every other.
fn typed(folder: &Path, line: &str) -> Ran {
    let program = Path::new(env!("CARGO_BIN_EXE_pxectl"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(folder).env("PATH", path).env_remove("PXECTL_INVENTORY").env_remove("PXECTL_STATE");
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    wait(shell, line)
}

#[test]
fn a_new_lab_lints_clean_and_each_of_its_hosts_boots() {
    let folder = tempfile::tempdir().unwrap();
    to_the_end(folder.path(), &["init"]).ends_with(0).prints("  inventory.yaml").prints("\n  pxectl boot-test hello-01");
    to_the_end(folder.path(), &["lint", "--deny", "warnings"]).ends_with(0).says("no findings");
    with_programs(folder.path());
    for firmware in ["bios", "uefi-x64"] {
        for host in ["hello-01", "disk-01"] {
            to_the_end(folder.path(), &["boot-test", host, "--firmware", firmware]).ends_with(0).prints("would boot");
        }
    }
    to_the_end(folder.path(), &["render", "dhcp"]).ends_with(0);
    assert!(std::fs::read_to_string(folder.path().join(".gitignore")).unwrap().contains("/.pxectl/\n"));
}

#[test]
fn the_lines_for_debian_lint_clean_once_their_hash_is_off() {
    let folder = tempfile::tempdir().unwrap();
    to_the_end(folder.path(), &["init"]).ends_with(0);
    let inventory = folder.path().join("inventory.yaml");
    let text = std::fs::read_to_string(&inventory).unwrap();
    std::fs::write(&inventory, text.replace("\n#  ", "\n  ")).unwrap();
    let ran = to_the_end(folder.path(), &["lint", "--deny", "warnings"]).ends_with(0).says("3 hosts, 2 profiles, 3 artifacts");
    ran.prints("note[no-lock-file]").prints("run `pxectl fetch`");
    // Both files have somebody who signs for them.
    to_the_end(folder.path(), &["fetch", "--offline"]).ends_with(2).says("debian-12-linux: ").says("debian-12-initrd: ");
}

#[test]
fn what_it_says_to_type_works_in_every_folder() {
    let top = tempfile::tempdir().unwrap();
    for name in ["lab", "my lab", "it's $(touch pwned) \"x\"", "-i", "機房", "a/b", "new\nline"] {
        // As a person would quote it; `--` before what looks like an option.
        let ran = to_the_end(top.path(), &["init", "--", name]).ends_with(0);
        let next = ran.stdout[ran.stdout.find("next:\n").unwrap() + 6..].split("  # ").next().unwrap().trim();
        assert!(next.starts_with("cd ") && next.ends_with("&& pxectl lint"), "{ran:?}");
        typed(top.path(), next).ends_with(0).says("no findings");
    }
    assert!(!top.path().join("pwned").exists());
}

#[test]
fn nothing_that_is_there_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    std::fs::write(folder.path().join(".gitignore"), "target/\n").unwrap();
    std::fs::write(folder.path().join("hello.ipxe"), "#!ipxe\n# mine\n").unwrap();
    let ran = to_the_end(folder.path(), &["init", "lab"]).ends_with(0).prints("lab && pxectl lint");
    assert!(ran.stdout.contains("  ../.github/workflows/pxectl.yml  "), "{}", ran.stdout);
    let step = std::fs::read_to_string(folder.path().join(".github/workflows/pxectl.yml")).unwrap();
    assert!(step.contains("run: pxectl lint --deny warnings -i lab/inventory.yaml --format github\n"), "{step}");
    let ran = to_the_end(folder.path(), &["init"]).ends_with(0).prints("these lines are worth adding: /.pxectl/ *.part /images/");
    assert_eq!(ran.stdout.matches("was there, and is as it was").count(), 3, "{}", ran.stdout);
    assert_eq!(std::fs::read_to_string(folder.path().join(".gitignore")).unwrap(), "target/\n");
    assert_eq!(std::fs::read_to_string(folder.path().join("hello.ipxe")).unwrap(), "#!ipxe\n# mine\n");
    let before = std::fs::read(folder.path().join("inventory.yaml")).unwrap();
    to_the_end(folder.path(), &["init"]).ends_with(2).one_error().says("this is a lab");
    assert_eq!(std::fs::read(folder.path().join("inventory.yaml")).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("elsewhere", folder.path().join("inventory.yaml")).unwrap();
    to_the_end(folder.path(), &["init"]).ends_with(2).one_error();
    assert!(!folder.path().join("elsewhere").exists());
}

#[test]
fn ci_of_the_repository_that_it_lies_in() {
    let folder = tempfile::tempdir().unwrap();
    to_the_end(folder.path(), &["init", "a", "--ci", "gitlab"]).ends_with(0).prints(".gitlab-ci.yml");
    to_the_end(folder.path(), &["init", "b", "--ci", "none"]).ends_with(0);
    assert!(!folder.path().join("b/.github").exists());
    std::fs::create_dir_all(folder.path().join("c/.git")).unwrap();
    std::fs::write(folder.path().join("c/.gitlab-ci.yml"), "x: {script: [y]}\n").unwrap();
    let ran = to_the_end(folder.path(), &["init", "c/lab"]).ends_with(0);
    let ran = ran.says(".gitlab-ci.yml that runs `pxectl lint --deny warnings -i lab/inventory.yaml`");
    assert!(!ran.stdout.contains("github"), "{ran:?}");
    to_the_end(folder.path(), &["init", "c/two words"]).ends_with(0).says("in CI: not set up");
}

/// By the schemas that these CIs publish, in PyPI's check-jsonschema.
#[test]
fn its_files_for_ci_are_what_their_readers_take() {
    let top = tempfile::tempdir().unwrap();
    for (lab, ci, file, kind) in [
        ("a", "github", "a/.github/workflows/pxectl.yml", "vendor.github-workflows"),
        ("b", "gitlab", "b/.gitlab-ci.yml", "vendor.gitlab-ci"),
    ] {
        to_the_end(top.path(), &["init", lab, "--ci", ci]).ends_with(0);
        schema::check(["--builtin-schema", kind], &[top.path().join(file)]);
    }
    // And for a lab below the top of a repository.
    std::fs::create_dir_all(top.path().join("c/.git")).unwrap();
    to_the_end(top.path(), &["init", "c/labs/köln-1"]).ends_with(0);
    schema::check(["--builtin-schema", "vendor.github-workflows"], &[top.path().join("c/.github/workflows/pxectl.yml")]);
    let inventory = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/inventory.json");
    schema::check(["--schemafile", inventory], &[top.path().join("a/inventory.yaml")]);
}

#[test]
fn where_nothing_can_be_written_it_says_so() {
    let lab = Lab::usual();
    lab.write("file", "");
    lab.pxectl(&["init", "file"]).ends_with(2).one_error().says("making the folder `file`");
    lab.pxectl(&["init", "file/lab"]).ends_with(2).one_error().says("hint: name a folder that you may write to");
    lab.pxectl(&["init"]).ends_with(2).one_error().says("`./inventory.yaml` is there already");
    if cfg!(target_os = "linux") {
        lab.pxectl(&["init", "/proc/lab"]).ends_with(2).one_error();
        lab.pxectl(&["init", "/sys"]).ends_with(2).one_error().says("writing `");
    }
}
