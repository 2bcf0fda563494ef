//! A check that cannot fail is no check: each one here is shown what it must find, and what it must leave alone.

use std::collections::BTreeSet;

use super::manifests::{Package, check, check_reasons, check_unused};
use super::sources::{self, PURE_BANS, check_bans, check_file};
use crate::tree::File;

fn package(name: &str, needs: &[&str]) -> Package {
    let needs: BTreeSet<String> = needs.iter().map(|need| (*need).to_owned()).collect();
    let called = needs.iter().map(|need| need.replace('-', "_")).collect();
    Package { name: name.to_owned(), needs, called }
}

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

fn found(path: &str, text: &str) -> usize {
    check_file(&file(path, text)).len()
}

#[test]
fn arrows_go_down() {
    let sound = [
        package("pxectl", &["pxectl-render", "pxectl-model", "clap"]),
        package("pxectl-render", &["pxectl-model", "minijinja"]),
        package("pxectl-model", &["sha2"]),
    ];
    assert_eq!(check(&sound), Vec::<String>::new());
    for (name, need) in [
        ("pxectl-render", "pxectl-inventory"),
        ("pxectl-model", "pxectl-store"),
        ("pxectl-store", "pxectl"),
        ("xtask", "pxectl-model"),
    ] {
        assert_eq!(check(&[package(name, &[need])]).len(), 1, "{name} -> {need}");
    }
    assert_eq!(check(&[package("pxectl-attic", &[])]).len(), 1, "a crate on no floor");
}

#[test]
fn a_package_has_one_door() {
    for (name, need) in [("pxectl-store", "hyper"), ("pxectl", "yaml_serde"), ("pxectl-netboot", "clap"), ("pxectl", "sha2")] {
        assert_eq!(check(&[package(name, &[need])]).len(), 1, "{name} -> {need}");
    }
}

#[test]
fn every_dependency_has_a_reason() {
    let packages = [package("pxectl-model", &["sha2", "thiserror"])];
    let document = "# x\n\n## Dependencies\n\n| `sha2` | digests |\n| `nom` | gone |\n\n## Next\n\n| `thiserror` | elsewhere |\n";
    let findings = check_reasons(&packages, document);
    assert!(findings.len() == 2 && findings[0].contains("thiserror") && findings[1].contains("nom"), "{findings:?}");
}

#[test]
fn every_dependency_is_used() {
    let packages = [package("pxectl-store", &["serde-json", "rustix"]), package("pxectl", &["clap"])];
    let files =
        [file("crates/store/src/a.rs", "use serde_json::Value; // rustix\n"), file("crates/pxectl/cli.rs", "use clap::Args;\n")];
    assert_eq!(check_unused(&packages, &files), ["pxectl-store: no code uses the dependency rustix"]);
}

#[test]
fn libraries_do_not_print() {
    let print = "//! A library.\nfn f() { println!(\"x\"); }\n";
    assert_eq!(found("crates/model/src/lib.rs", print), 1);
    assert_eq!(found("crates/pxectl/main.rs", print), 0);
    assert_eq!(found("crates/model/tests/x.rs", print), 0);
    assert_eq!(found("crates/model/src/a.rs", "// println!(1)\nconst A: &str = \"println!\";\n"), 0);
    assert_eq!(found("crates/model/src/a.rs", "#[cfg(test)]\nmod tests;\nfn f() { eprint!(\"\") }\n"), 1);
    assert_eq!(found("crates/model/src/a.rs", "#[cfg(test)]\nmod tests {\nfn f() { eprint!(\"\") }\n}\n"), 0);
}

#[test]
fn tests_do_not_sleep() {
    let sleep = "fn f() { std::thread::sleep(d); tokio::time::sleep(d); }\n";
    assert_eq!(found("crates/netboot/src/a.rs", sleep), 0);
    assert_eq!(found("tests/firmware/a.rs", sleep), 1);
    assert_eq!(found("crates/netboot/src/a.rs", &format!("#[cfg(test)]\nmod tests {{\n{sleep}}}\n")), 1);
}

#[test]
fn nothing_is_left_unfinished() {
    let mark = concat!("TO", "DO");
    assert_eq!(found("crates/model/src/a.rs", &format!("// {mark}: later\n")), 1);
    assert_eq!(found("docs/a.md", &format!("{mark}\n")), 1);
    assert_eq!(found("docs/a.md", &format!("{mark}S MAS{mark}N\n")), 0);
    assert_eq!(found("crates/pxectl/a.rs", "fn f() { dbg!(1); todo!() }\n"), 2);
}

#[test]
fn paths_of_one_machine_are_found() {
    assert_eq!(found("docs/a.md", concat!("cd /ho", "me/ana\n")), 1);
    assert_eq!(found("crates/model/src/a.rs", concat!("const A: &str = \"/wo", "rk/x\";\n")), 1);
}

#[test]
fn unsafe_has_its_room() {
    assert_eq!(found("crates/store/src/a.rs", "fn f() { unsafe { g() } }\n"), 1);
    assert_eq!(found("crates/store/src/a.rs", "// unsafe is not here\n#![deny(unsafe_code)]\n"), 0);
}

#[test]
fn a_crate_says_why_it_is() {
    assert_eq!(found("crates/store/src/lib.rs", "pub mod a;\n"), 1);
    assert_eq!(found("crates/store/src/lib.rs", "//! Files.\npub mod a;\n"), 0);
}

#[test]
fn long_files_are_found() {
    let files = [file("a.rs", &"\n".repeat(801)), file("b.rs", &"\n".repeat(501)), file("c.md", &"\n".repeat(900))];
    assert_eq!(sources::long(&files, 500).len(), 2);
    assert_eq!(sources::check(&files).iter().filter(|finding| finding.contains("801 lines")).count(), 1);
}

#[test]
fn pure_crates_repeat_the_bans() {
    let line = |ban: &&str| format!("    {{ path = \"{ban}\", reason = \"pure\" }},\n");
    let all: String = PURE_BANS.iter().map(line).collect();
    assert!(check_bans("model", &[file("crates/model/clippy.toml", &all)]).is_empty());
    let most: String = PURE_BANS.iter().skip(1).map(line).collect();
    assert_eq!(check_bans("model", &[file("crates/model/clippy.toml", &most)]).len(), 1);
    assert_eq!(check_bans("model", &[]).len(), 1);
    let silent = all.replace("reason = \"pure\"", "");
    assert_eq!(check_bans("model", &[file("crates/model/clippy.toml", &silent)]).len(), PURE_BANS.len());
}
