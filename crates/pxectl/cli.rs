//! What a person types: inert values, no behaviour.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// Look inside an install image, without root, mounting or unpacking
    #[command(subcommand)]
    Media(Media),
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
pub struct Fetch {
    /// Artifacts of the inventory [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Refuse whatever would change pxectl.lock
    #[arg(long)]
    pub locked: bool,
    /// Use only what is in the store
    #[arg(long)]
    pub offline: bool,
    /// How many to fetch at once
    #[arg(short, long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: u8,
}

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
pub struct Completions {
    /// For which shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// A shell that completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// source <(pxectl completions bash)
    Bash,
    /// source <(pxectl completions zsh), after compinit
    Zsh,
    /// pxectl completions fish | source
    Fish,
    /// eval (pxectl completions elvish | slurp)
    Elvish,
    /// pxectl completions powershell | Out-String | Invoke-Expression
    Powershell,
}

#[derive(Debug, Args)]
pub struct Complete {
    /// Whose script asks
    pub shell: Shell,
    /// What it hands over: words, the last at the cursor; bash hands over the line up to the cursor, and its word breaks
    #[arg(last = true)]
    pub words: Vec<String>,
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

#[derive(Debug, Subcommand)]
pub enum Render {
    /// The DHCP server's configuration
    Dhcp(RenderDhcp),
    /// The iPXE script that a machine would get
    Boot(RenderBoot),
    /// The answer files that a machine would get
    Answer(RenderBoot),
    /// A script to compile into iPXE
    Ipxe(RenderIpxe),
    /// A built-in template to start from; without a name, their list
    Template(RenderTemplate),
}

#[derive(Debug, Args)]
pub struct RenderDhcp {
    /// The DHCP server to write for
    #[arg(long, value_name = "KIND", default_value = "isc")]
    pub server: DhcpServer,
    /// The site, where the lab has several
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
    /// Write to a file, replaced whole, in place of the standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// A DHCP server that configurations are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DhcpServer {
    /// ISC dhcpd 4.4
    Isc,
}

#[derive(Debug, Args)]
pub struct RenderBoot {
    /// Which machine
    #[arg(value_name = "HOST")]
    pub host: String,
    /// Its firmware
    #[arg(long, value_name = "FIRMWARE", default_value = "bios", value_parser = firmware)]
    pub firmware: pxectl_model::arch::Firmware,
    /// The site, where the lab has several
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
}

#[derive(Debug, Args)]
pub struct RenderIpxe {
    /// The site, where the lab has several
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
}

#[derive(Debug, Args)]
pub struct RenderTemplate {
    /// Which template
    #[arg(value_name = "TEMPLATE")]
    pub name: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Media {
    /// List a folder of an image
    Ls(MediaLs),
    /// Print files of an image to the standard output
    Cat(MediaCat),
    /// Write files of an image into a folder, under the paths that they have in it
    Extract(MediaExtract),
    /// Tell what an image is: label, size, boot entries; exit 1 where its end is missing
    Info(MediaInfo),
}

#[derive(Debug, Args)]
pub struct MediaLs {
    /// The image
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Folders or files in it [default: its root]
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// Also what lies in folders below
    #[arg(short, long)]
    pub recursive: bool,
    /// For people, or as one JSON object
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: MediaFormat,
}

#[derive(Debug, Args)]
pub struct MediaCat {
    /// The image
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Files in it
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<String>,
}

#[derive(Debug, Args)]
pub struct MediaExtract {
    /// The image
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Files, and folders with all that they hold [default: everything]
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// The folder to write into
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub to: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct MediaInfo {
    /// The image
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// For people, or as one JSON object
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: MediaFormat,
}

/// A form of what is told of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MediaFormat {
    /// Lines, as `ls -l` has them
    Human,
    /// One JSON object, as docs/media.md tells
    Json,
}

/// What ends `serve`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Until {
    /// Every machine of the plan fetched the beacon of its script
    Booted,
}

#[derive(Debug, Args)]
pub struct Serve {
    /// Machines that may be installed [default: every one that is not done]
    #[arg(value_name = "HOST", conflicts_with_all = ["profile", "all"])]
    pub hosts: Vec<String>,
    /// Every machine of one profile
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    pub profile: Option<String>,
    /// Every machine, rules and `unknown` included; the same as to name none
    #[arg(long)]
    pub all: bool,
    /// The site, where the lab has several
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
    /// Install without asking
    #[arg(short, long)]
    pub yes: bool,
    /// The address to listen on [default: the site's server]
    #[arg(long, value_name = "ADDRESS")]
    pub bind: Option<Ipv4Addr>,
    /// Another HTTP port than the lab's; 0: any free one (for tests)
    #[arg(long, value_name = "PORT")]
    pub http_port: Option<u16>,
    /// Another TFTP port than 69; 0: any free one (for tests)
    #[arg(long, value_name = "PORT")]
    pub tftp_port: Option<u16>,
    /// End when this is reached
    #[arg(long, value_name = "GOAL")]
    pub until: Option<Until>,
    /// End after this long, as in 90s, 30m, 2h
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Write every event to the standard output
    #[arg(long, value_name = "FORMAT")]
    pub events: Option<EventFormat>,
}

/// A form of the event stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EventFormat {
    /// One JSON object a line
    Ndjson,
}

#[derive(Debug, Args)]
pub struct Rearm {
    /// Which machines
    #[arg(value_name = "HOST", required = true)]
    pub hosts: Vec<String>,
}

#[derive(Debug, Args)]
pub struct BootTest {
    /// Which machine
    #[arg(value_name = "HOST")]
    pub host: String,
    /// Its firmware
    #[arg(long, value_name = "FIRMWARE", default_value = "bios", value_parser = firmware)]
    pub firmware: pxectl_model::arch::Firmware,
    /// Ask by UEFI HTTP Boot and not by PXE
    #[arg(long)]
    pub http_boot: bool,
    /// The site, where the lab has several
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Write every event to the standard output
    #[arg(long, value_name = "FORMAT")]
    pub events: Option<EventFormat>,
}

fn typed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<Typed<T>, String> {
    let value = text.parse().map_err(|error: T::Err| error.to_string())?;
    Ok(Typed { written: text.to_owned(), value })
}

fn firmware(text: &str) -> Result<pxectl_model::arch::Firmware, String> {
    text.parse().map_err(|()| {
        let all: Vec<_> = pxectl_model::arch::Firmware::ALL.iter().map(|f| f.as_str()).collect();
        format!("one of {}", all.join(", "))
    })
}

fn duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (count, unit) = text.split_at(split);
    let seconds: u64 = match unit {
        "s" | "" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("a number with s, m or h, as in 90s, 30m, 2h".to_owned()),
    };
    let count: u64 = count.parse().map_err(|_| "a number with s, m or h, as in 90s, 30m, 2h".to_owned())?;
    count
        .checked_mul(seconds)
        .filter(|s| *s > 0 && *s < 1 << 32)
        .map(Duration::from_secs)
        .ok_or("too short or too long".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_tree_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7200)));
        assert!(duration("").is_err() && duration("2d").is_err() && duration("0s").is_err());
        assert!(duration("99999999999999999999h").is_err());
    }
}
