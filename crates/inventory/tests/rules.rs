//! Each rule has a fixture and a section of the documentation, and nothing has one without being a rule.
// A test may read its fixtures and stop at what it did not expect.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use common::{input, lines, recipes};
use pxectl_inventory::{
    Absent, File, Here, ImageAt, Included, LockInput, Reading, SourceState, here, images, includes, keys, read, rules,
    signing_keys,
};
use pxectl_model::diag::Severity;
use pxectl_model::digest::Sha256;
use pxectl_model::fingerprint::Fingerprint;
use pxectl_model::image::ImagePath;
use pxectl_model::secret::SecretSource;

/// No text can lead there: it is the model's own last check.
const WITHOUT_FIXTURE: [&str; 1] = ["unsound"];

/// A host that has what is called so.
struct Somewhere;

impl Here for Somewhere {
    fn exists(&self, path: &Path) -> bool {
        path.ends_with("there")
            || path.ends_with("ipxe")
            || (path.starts_with("/usr/lib/ipxe") && !path.starts_with("/usr/lib/ipxe/arm32"))
            || path.starts_with("/lab/release/")
    }

    fn signed(&self, path: &Path) -> Option<bool> {
        (!path.starts_with("/lab/release/ipxeboot/arm64-sb")).then_some(false)
    }

    fn stored(&self, digest: &Sha256) -> bool {
        digest.0 == [0; 32]
    }

    fn inside(&self, image: ImageAt<'_>, paths: &BTreeSet<ImagePath>) -> Vec<(ImagePath, Absent)> {
        assert!(matches!(image, ImageAt::File(path) if path.ends_with("there")));
        let absent = |path: &ImagePath| Absent {
            why: "there is no such file".to_owned(),
            near: path.as_str().contains("vmlinux").then(|| "/casper/vmlinuz".to_owned()),
        };
        paths.iter().filter(|path| !path.as_str().contains("initrd")).map(|path| (path.clone(), absent(path))).collect()
    }

    fn source(&self, source: &SecretSource) -> SourceState {
        let text = source.to_string();
        match text.to_lowercase() {
            text if text.contains("open") => SourceState::Open,
            text if text.contains("there") => SourceState::There,
            _ => SourceState::Missing("it is not there".to_owned()),
        }
    }

    fn has_address(&self, address: Ipv4Addr) -> bool {
        address == Ipv4Addr::new(10, 1, 0, 1)
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules")
}

fn docs(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)).unwrap()
}

fn fixture(folder: &Path) -> Reading {
    let main = std::fs::read(folder.join("bad.yaml")).unwrap();
    let mut input = input(main.clone());
    for include in includes(&main) {
        let name = include.pattern.clone();
        let found = std::fs::read(folder.join(&name)).map(|bytes| vec![File { name, bytes }]);
        input.included.push(Included { route: include.route, found: found.map_err(|_| "there is no such file".to_owned()) });
    }
    let name = pxectl_model::lock::FILE_NAME.to_owned();
    let path = folder.join(&name);
    input.lock = match std::fs::read(&path) {
        Ok(bytes) => LockInput::Found(File { name, bytes }),
        Err(_) if path.exists() => LockInput::Unreadable(name, "it is a folder".to_owned()),
        Err(_) => LockInput::Missing,
    };
    read(&input, &recipes())
}

/// Of key files, only the one that is called so is the right one.
fn wrong_key(path: &Path, pinned: &Fingerprint) -> Option<String> {
    match path.file_stem().unwrap().to_str().unwrap() {
        "there" => None,
        "other" => Some(format!("it does not hold {pinned}")),
        _ => Some("it is not there".to_owned()),
    }
}

/// To write the expected texts anew: `BLESS=1 cargo test -p pxectl-inventory --test rules`, and read the difference.
#[test]
fn each_fixture_finds_what_it_is_for() {
    let bless = std::env::var("BLESS").is_ok();
    let mut wrong = Vec::new();
    for rule in rules::catalogue() {
        let id = rule.id.0;
        if WITHOUT_FIXTURE.contains(&id) {
            continue;
        }
        let folder = fixtures().join(id);
        let mut reading = fixture(&folder);
        if rules::needs_host(rule.id) || id == "wrong-key" {
            assert!(reading.inventory.is_some(), "{}", lines(&reading));
            let size = |path: &Path| path.to_string_lossy().contains("large").then_some(5 << 30);
            let mut more = match id {
                "image-too-large" => images(&reading.draft, &size),
                "wrong-key" => signing_keys(&reading.draft, &wrong_key),
                _ => here(&reading.draft, &Somewhere),
            };
            reading.sort(&mut more);
            reading.diagnostics = more;
        } else {
            let passes = rule.severity != Severity::Error && id != "allow-error";
            assert_eq!(reading.inventory.is_some(), passes, "{id}: {}", lines(&reading));
        }
        let found = std::mem::take(&mut reading.diagnostics);
        reading.diagnostics = reading.judge(found, &rules::catalogue(), &|id| !rules::needs_host(id)).findings;
        let helpless: Vec<_> = reading.diagnostics.iter().filter(|finding| finding.help.is_none()).collect();
        assert!(helpless.is_empty(), "every finding says what to do: {helpless:#?}");
        let found = lines(&reading);
        assert!(reading.diagnostics.iter().any(|finding| finding.rule.0 == id), "{id} is not found:\n{found}");
        let expected = folder.join("expected.txt");
        if bless {
            std::fs::write(&expected, &found).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != found {
            wrong.push(format!("== {id}\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn ids() -> BTreeSet<String> {
    rules::catalogue().iter().map(|rule| rule.id.0.to_owned()).collect()
}

#[test]
fn each_id_is_given_once() {
    assert_eq!(ids().len(), rules::catalogue().len());
}

#[test]
fn each_fixture_belongs_to_a_rule() {
    let folders = std::fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut known = ids();
    known.retain(|id| !WITHOUT_FIXTURE.contains(&id.as_str()));
    assert_eq!(folders.collect::<BTreeSet<_>>(), known);
}

#[test]
fn each_rule_has_its_section_and_each_section_its_rule() {
    let text = docs("rules.md");
    let sections: BTreeSet<String> = text.lines().filter_map(|line| line.strip_prefix("## ")).map(str::to_owned).collect();
    assert_eq!(sections, ids());
    for rule in rules::catalogue() {
        let section = text.split("\n## ").find(|section| section.lines().next() == Some(rule.id.0)).unwrap();
        for part in ["**What.**", "**Why.**", "**Mend.**", "```yaml"] {
            assert!(section.contains(part), "{} has no {part}", rule.id);
        }
    }
}

#[test]
fn each_key_is_documented_where_it_stands() {
    let text = docs("inventory.md");
    for section in keys::ALL {
        let heading = format!("## {}", section.name);
        let part = text.split("\n## ").find(|part| format!("## {}", part.lines().next().unwrap_or("")) == heading);
        let part = part.unwrap_or_else(|| panic!("no section `{heading}`"));
        let rows: BTreeSet<&str> = part.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
        let names: BTreeSet<&str> = section.keys.iter().map(|key| key.name).collect();
        assert_eq!(rows, names, "the keys of {}", section.name);
        for key in section.keys.iter().filter(|key| !key.acted_on) {
            let row = part.lines().find(|line| line.starts_with(&format!("| `{}`", key.name))).unwrap();
            assert!(row.contains("not yet"), "{row}");
        }
    }
}
