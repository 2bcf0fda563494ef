//! What a person types: inert values, no behaviour.

mod boot;
mod check;
mod edit;
mod images;
mod ipxe;
mod shell;
mod write;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use boot::*;
pub use check::*;
pub use edit::*;
pub use images::*;
pub use ipxe::*;
pub use shell::*;
pub use write::*;

/// From a serial number to an installed operating system: network boot from one YAML file.
///
/// HOST is a serial number, name, MAC address or UUID of the inventory.
/// Exit codes: 0 yes; 1 the answer is no; 2 trouble (usage, files, network, an unsound inventory).
#[derive(Debug, Parser)]
#[command(name = "pxectl", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// The inventory file
    #[arg(short, long, global = true, value_name = "FILE", default_value = crate::session::INVENTORY, env = "PXECTL_INVENTORY")]
    pub inventory: PathBuf,
    /// The folder of the journal [default: .pxectl beside the inventory]
    #[arg(long, global = true, value_name = "DIR", env = "PXECTL_STATE")]
    pub state: Option<PathBuf>,
    /// The folder of fetched images [default: /var/lib/pxectl as root, else $XDG_DATA_HOME/pxectl]
    #[arg(long, global = true, value_name = "DIR", env = "PXECTL_STORE")]
    pub store: Option<PathBuf>,
    /// Say less: problems only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: -v every request and refusal, -vv also when each begins
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorWhen,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// At a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a lab to begin with: it lints clean and boots without a download
    Init(Init),
    /// Check an inventory: every problem with file:line:column and what to do
    Lint(Lint),
    /// Write into the inventory what a machine becomes
    Assign(Assign),
    /// Take a machine out of the inventory
    Unassign(Unassign),
    /// Show what the inventory holds: hosts, profiles, artifacts; or the recipes there are
    List(List),
    /// Tell what one machine would get, and why
    Explain(Explain),
    /// Print the JSON Schema of an inventory, for editors
    Schema(Schema),
    /// Print what machines and DHCP servers would get
    #[command(subcommand)]
    Render(Render),
    /// Fetch images into the store, verified, and pin them in pxectl.lock
    Fetch(Fetch),
    /// Hash what was fetched again, and hold it against lock file and inventory
    Verify(Verify),
    /// Ask servers whether they have something else now than pxectl.lock; loads and writes nothing
    Outdated(Outdated),
    /// Look into the store of images, and remove from it what no lab refers to
    #[command(subcommand)]
    Store(StoreCommand),
    /// Carry a lab with its images to a host without internet, in one file
    #[command(subcommand)]
    Bundle(Bundle),
    /// Look inside an install image, without root, mounting or unpacking
    #[command(subcommand)]
    Media(Media),
    /// iPXE and what else machines start first
    #[command(subcommand)]
    Ipxe(Ipxe),
    /// Boot machines: TFTP and HTTP for as long as the batch takes
    Serve(Serve),
    /// Let a machine be installed once more
    Rearm(Rearm),
    /// Walk the whole boot of one machine against the real servers, on loopback
    BootTest(BootTest),
    /// Boot three pretend machines from the example lab: no file, no download, no root
    Demo(Demo),
    /// Print what makes a shell complete commands, options, machines, profiles and more
    Completions(Completions),
    /// What those scripts ask
    #[command(name = "__complete", hide = true)]
    Complete(Complete),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_tree_is_sound() {
        Cli::command().debug_assert();
    }
}
