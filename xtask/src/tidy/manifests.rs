//! Which crate may depend on which, and through which crate a package enters.

use std::collections::BTreeSet;
use std::process::Command;

use serde::Deserialize;

use super::sources::has_word;
use crate::tree::{Blank, File, blanked};
use crate::{Result, tree};

/// A member of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Names of what it depends on, in whichever way: normal, dev, build.
    pub(crate) needs: BTreeSet<String>,
    /// What code calls each of them: `serde_yaml` for yaml_serde.
    pub(crate) called: BTreeSet<String>,
}

const GROUND: &str = "pxectl-model";
const FLOOR: [&str; 5] = ["pxectl-inventory", "pxectl-render", "pxectl-store", "pxectl-media", "pxectl-netboot"];
const ROOF: &str = "pxectl";

/// A package, and the one crate that it enters through. serde_yaml is the maintained fork's name here.
const DOORS: [(&str, &str); 10] = [
    ("yaml_serde", "pxectl-inventory"),
    ("saphyr-parser", "pxectl-inventory"),
    ("minijinja", "pxectl-render"),
    ("reqwest", "pxectl-store"),
    ("pgp", "pxectl-store"),
    ("hyper", "pxectl-netboot"),
    ("tftpd", "pxectl-netboot"),
    ("clap", ROOF),
    ("indicatif", ROOF),
    ("sha2", GROUND),
];

/// What `cargo metadata` says, as far as it is needed.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<WirePackage>,
}

#[derive(Deserialize)]
struct WirePackage {
    name: String,
    dependencies: Vec<WireDependency>,
}

#[derive(Deserialize)]
struct WireDependency {
    name: String,
    rename: Option<String>,
}

/// Reads the manifests of the workspace.
pub(crate) fn read() -> Result<Vec<Package>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let output = Command::new(cargo).args(arguments).current_dir(tree::root()).output();
    let output = output.map_err(|error| format!("starting cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("reading cargo metadata: {error}"))?;
    let needs = |package: &WirePackage| package.dependencies.iter().map(|need| need.name.clone()).collect();
    let call = |need: &WireDependency| need.rename.as_ref().unwrap_or(&need.name).replace('-', "_");
    let called = |package: &WirePackage| package.dependencies.iter().map(call).collect();
    Ok(metadata.packages.iter().map(|p| Package { name: p.name.clone(), needs: needs(p), called: called(p) }).collect())
}

/// Arrows go down, never sideways; each package of the list enters through its one crate.
pub(crate) fn check(packages: &[Package]) -> Vec<String> {
    let mut findings = Vec::new();
    for package in packages {
        let name = package.name.as_str();
        let allowed: Vec<&str> = match name {
            GROUND | "xtask" => Vec::new(),
            ROOF => FLOOR.into_iter().chain([GROUND]).collect(),
            _ if FLOOR.contains(&name) => vec![GROUND],
            _ => {
                findings
                    .push(format!("{name}: it stands on no floor that tidy knows; add it to docs/architecture.md and to tidy"));
                continue;
            }
        };
        for need in &package.needs {
            if (need == ROOF || need.starts_with("pxectl-")) && !allowed.contains(&need.as_str()) {
                findings.push(format!("{name}: depends on {need}; arrows go down, never sideways (dev-dependencies too)"));
            }
            if let Some((_, door)) = DOORS.iter().find(|(package, door)| package == need && *door != name) {
                findings.push(format!("{name}: depends on {need}, which enters through {door} alone"));
            }
        }
    }
    findings
}

/// Each direct dependency has its reason in the architecture document's table, and each row there is still needed.
pub(crate) fn check_reasons(packages: &[Package], document: &str) -> Vec<String> {
    let used: BTreeSet<&str> = packages
        .iter()
        .flat_map(|package| &package.needs)
        .map(String::as_str)
        .filter(|need| !need.starts_with("pxectl-"))
        .collect();
    let table = document.split("\n## ").find(|part| part.starts_with("Dependencies")).unwrap_or_default();
    let rows: BTreeSet<&str> = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let missing =
        used.difference(&rows).map(|name| format!("docs/architecture.md: the dependency {name} has no row with its reason"));
    let stale =
        rows.difference(&used).map(|name| format!("docs/architecture.md: {name} has a row and is no dependency any more"));
    missing.chain(stale).collect()
}

/// What a manifest asks for and no code of the package uses.
pub(crate) fn check_unused(packages: &[Package], files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for Package { name, called, .. } in packages {
        let folders = match name.as_str() {
            ROOF => vec!["crates/pxectl/".to_owned(), "tests/".to_owned()],
            "xtask" => vec!["xtask/".to_owned()],
            _ => vec![format!("crates/{}/", name.trim_start_matches("pxectl-"))],
        };
        let own =
            files.iter().filter(|file| file.path.ends_with(".rs") && folders.iter().any(|folder| file.path.starts_with(folder)));
        let code: Vec<String> = own.map(|file| blanked(&file.text, Blank::LiteralsAndComments)).collect();
        let unused = called.iter().filter(|called| !code.iter().any(|code| has_word(code, called)));
        findings.extend(unused.map(|called| format!("{name}: no code uses the dependency {called}")));
    }
    findings
}
