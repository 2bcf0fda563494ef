//! Benchmarks: pxectl beside its peers in the same run, on the same files; medians of interleaved rounds.
//!
//! A part is a function from a [`Place`] to [`Section`]s. What it starts it also ends; it uses free ports of
//! loopback, or network namespaces of its own.

mod fetch;
mod hash;
mod http;
mod lint;
mod measure;
mod page;
mod scripts;
pub(crate) mod tftp;
mod web;

use std::path::PathBuf;
use std::process::Command;

use crate::{Result, tree};
pub(crate) use measure::{Usage, interleave, median, usage};
pub(crate) use page::Section;

/// What a part works with.
pub(crate) struct Place {
    /// The release build of pxectl.
    pub(crate) pxectl: PathBuf,
    /// For files of a part, in a folder of its own; what lies there may stay.
    pub(crate) folder: PathBuf,
    /// How many rounds; the median counts.
    pub(crate) rounds: usize,
}

/// A part by name.
type Part = (&'static str, fn(&Place) -> Result<Vec<Section>>);

const PARTS: [Part; 6] = [
    ("lint", lint::part),
    ("tftp", tftp::part),
    ("http", http::part),
    ("scripts", scripts::part),
    ("hash", hash::part),
    ("fetch", fetch::part),
];

/// Runs the parts named, or all, and writes their tables; those of other parts stay.
pub(crate) fn run(names: &[&str]) -> Result {
    let known: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
    if let Some(stranger) = names.iter().find(|name| !known.contains(name)) {
        return Err(format!("there is no benchmark `{stranger}`; there are: {}", known.join(", ")));
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built =
        Command::new(cargo).args(["build", "--release", "--locked", "--bin", "pxectl"]).current_dir(tree::root()).status();
    if !built.is_ok_and(|status| status.success()) {
        return Err("building pxectl failed".to_owned());
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| tree::root().join("target"), PathBuf::from);
    let folder = target.join("bench");
    std::fs::create_dir_all(&folder).map_err(|error| format!("making {}: {error}", folder.display()))?;
    let place = Place { pxectl: target.join("release/pxectl"), folder, rounds: 5 };
    for (name, part) in PARTS.iter().filter(|(name, _)| names.is_empty() || names.contains(name)) {
        eprintln!("\n==> bench {name}");
        let sections = part(&place)?;
        sections.iter().for_each(|section| println!("{}", section.text()));
        page::write(name, &sections)?;
    }
    Ok(())
}
