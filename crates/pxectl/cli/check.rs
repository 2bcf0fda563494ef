//! Commands that check and tell.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::boot::firmware;

/// In the first line of an inventory, `# yaml-language-server: $schema=FILE` lets an editor complete keys and check them while
/// one types. FILE is what this prints.
#[derive(Debug, Args)]
pub struct Schema {
    /// Of which file
    #[arg(value_name = "FILE", default_value = "inventory")]
    pub of: SchemaOf,
}

/// The files that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The inventory itself
    Inventory,
    /// A file that it includes
    Included,
}

#[derive(Debug, Args)]
pub struct Lint {
    /// Inventories to check in place of --inventory
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How to tell the findings
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: LintFormat,
    /// What fails besides errors
    #[arg(long, value_name = "LEVEL")]
    pub deny: Option<Deny>,
    /// Also check what only the serving host knows: missing files, sources of secrets, its address
    #[arg(long)]
    pub here: bool,
    /// First mend what can be mended without changing what machines get, in the files
    #[arg(long)]
    pub fix: bool,
}

#[derive(Debug, Args)]
pub struct List {
    /// What to show
    #[arg(value_name = "WHAT", default_value = "hosts")]
    pub what: Listed,
    /// For people, or as one JSON object
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: ListFormat,
}

/// What `list` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Listed {
    /// Machines with an entry of their own
    Hosts,
    /// What machines may become
    Profiles,
    /// Files that machines fetch
    Artifacts,
    /// How operating systems boot; built in, so that no inventory is read
    Recipes,
}

/// A form of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// A table; at a terminal as wide as that
    Human,
    /// One JSON object, as docs/list.md tells
    Json,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// Which machine; also a serial number that is in no inventory. With --diff: every machine where none is named
    #[arg(value_name = "HOST", required_unless_present = "diff")]
    pub host: Option<String>,
    /// Tell what changes for machines since a git revision, or from another inventory file to this one
    #[arg(long, value_name = "REV|FILE", allow_hyphen_values = true)]
    pub diff: Option<String>,
    /// Its firmware [default: each that the lab boots]
    #[arg(long, value_name = "FIRMWARE", value_parser = firmware)]
    pub firmware: Option<pxectl_model::arch::Firmware>,
    /// The site, where the lab has several
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
    #[command(flatten)]
    pub says: Says,
    /// For people, as one JSON object, or (with --diff) for the comment of a pull request
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: ExplainFormat,
}

/// What a machine would say of itself, in place of what its entry lists.
#[derive(Debug, Args)]
#[command(next_help_heading = "What the machine would say")]
pub struct Says {
    /// Its product name, which rules match
    #[arg(long, value_name = "TEXT", conflicts_with = "diff")]
    pub product: Option<String>,
    /// Its manufacturer, which rules match
    #[arg(long, value_name = "TEXT", conflicts_with = "diff")]
    pub manufacturer: Option<String>,
    /// The MAC address that it boots from
    #[arg(long, value_name = "MAC", conflicts_with = "diff", value_parser = typed::<pxectl_model::mac::Mac>)]
    pub mac: Option<Typed<pxectl_model::mac::Mac>>,
    /// Its UUID
    #[arg(long, value_name = "UUID", conflicts_with = "diff", value_parser = typed::<pxectl_model::uuid::Uuid>)]
    pub uuid: Option<Typed<pxectl_model::uuid::Uuid>>,
    /// The asset tag of its chassis
    #[arg(long, value_name = "TEXT", conflicts_with = "diff")]
    pub asset: Option<String>,
    /// The serial number of its board
    #[arg(long, value_name = "TEXT", conflicts_with = "diff")]
    pub board_serial: Option<String>,
}

/// A value with the text that it was typed as.
#[derive(Debug, Clone)]
pub struct Typed<T> {
    /// To the letter.
    pub written: String,
    /// What it means.
    pub value: T,
}

/// A form of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// For people
    Human,
    /// One JSON object, as docs/explain.md tells
    Json,
    /// For the comment of a pull request
    Markdown,
}

/// A form of the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LintFormat {
    /// With the lines that they are about, for people
    Human,
    /// One object, as docs/schema/lint.json describes it
    Json,
    /// SARIF 2.1.0, for code scanning and viewers
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
}

/// What fails besides errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings
    Warnings,
}

fn typed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<Typed<T>, String> {
    let value = text.parse().map_err(|error: T::Err| error.to_string())?;
    Ok(Typed { written: text.to_owned(), value })
}
