//! Commands that write the inventory.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub struct Assign {
    /// Which machine: its serial number, or name, MAC or UUID; one that is in no entry gets one
    #[arg(value_name = "SERIAL", required_unless_present = "from", conflicts_with = "from")]
    pub serial: Option<String>,
    /// What it becomes
    #[arg(value_name = "PROFILE", required_unless_present = "from", conflicts_with = "from")]
    pub profile: Option<String>,
    /// What people call it
    #[arg(long, value_name = "NAME", conflicts_with = "from")]
    pub name: Option<String>,
    /// The MAC address of its card
    #[arg(long, value_name = "MAC", conflicts_with = "from")]
    pub mac: Option<String>,
    /// The address that is reserved for its card
    #[arg(long, value_name = "ADDRESS", conflicts_with = "from")]
    pub ip: Option<String>,
    /// A value for its templates: `vars.KEY`
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting, conflicts_with = "from")]
    pub set: Vec<(String, String)>,
    /// A new machine, though its serial number looks like a host's name
    #[arg(long)]
    pub new: bool,
    /// Many at once, all or none: a CSV file with the columns serial, profile, name, mac, ip, vars.KEY; `-` for the standard input
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Show the change and make none
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Unassign {
    /// Which machines
    #[arg(value_name = "HOST", required = true)]
    pub hosts: Vec<String>,
    /// Show the change and make none
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("KEY=VALUE, as in disk=/dev/sda")?;
    if key.is_empty() { Err("KEY=VALUE, as in disk=/dev/sda".to_owned()) } else { Ok((key.to_owned(), value.to_owned())) }
}

#[derive(Debug, Args)]
pub struct Init {
    /// The folder to make it in; nothing that is there is changed
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Whose CI is to check it [default: what the repository has, else github]
    #[arg(long, value_name = "KIND")]
    pub ci: Option<CiKind>,
}

/// Whose CI checks a lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CiKind {
    /// GitHub: .github/workflows/pxectl.yml at the top of the repository
    Github,
    /// GitLab: .gitlab-ci.yml at the top of the repository; the job to add, where there is one
    Gitlab,
    /// No file for CI
    None,
}
