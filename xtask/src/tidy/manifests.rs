//! Which crate may depend on which, and through which crate a package enters.

use std::collections::BTreeSet;
use std::process::Command;

use serde::Deserialize;

use crate::{Result, tree};

/// A member of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Names of what it depends on, in whichever way: normal, dev, build.
    pub(crate) needs: BTreeSet<String>,
}

const GROUND: &str = "pxectl-model";
const FLOOR: [&str; 4] = ["pxectl-inventory", "pxectl-render", "pxectl-store", "pxectl-netboot"];
const ROOF: &str = "pxectl";

/// A package, and the one crate that it enters through. serde_yaml is the maintained fork's name here.
const DOORS: [(&str, &str); 9] = [
    ("yaml_serde", "pxectl-inventory"),
    ("saphyr-parser", "pxectl-inventory"),
    ("minijinja", "pxectl-render"),
    ("reqwest", "pxectl-store"),
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
    Ok(metadata.packages.iter().map(|p| Package { name: p.name.clone(), needs: needs(p) }).collect())
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
