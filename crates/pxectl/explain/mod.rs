//! What a machine would get, and why: gathered here as plain data; `human` and `json` write it down.

mod case;
mod decision;
mod gather;
pub mod human;
mod json;
mod nearest;
pub mod places;
pub mod standing;
mod values;
mod who;

use std::path::PathBuf;

use pxectl_inventory::Absent;
use pxectl_model::arch::Firmware;
use pxectl_model::boot::Action;

pub use case::kind_word;
pub use decision::{Decision, Outcome, RuleLine, wanted};
pub use gather::{Asked, With, explain};
pub use json::json;
pub use nearest::Near;
pub use places::From;
pub use standing::Standing;
pub use values::ValueLine;
pub use who::Stated;

/// Everything that is known of one machine.
#[derive(Debug)]
pub struct Explanation {
    /// As the person named it.
    pub asked: String,
    /// How people call the machine.
    pub label: String,
    /// Where its entry stands; none where it is no host of the inventory.
    pub entry: Option<String>,
    /// Each key that it is known by, or says.
    pub stated: Vec<Stated>,
    /// Hosts that were probably meant, where it is none itself.
    pub nearest: Vec<Near>,
    /// What the journal says; none where this build keeps none.
    pub standing: Option<Standing>,
    /// Its cards with their reservations.
    pub cards: Vec<Card>,
    /// Addresses for machines without one of their own.
    pub dynamic: Vec<Dynamic>,
    /// One for each firmware that was asked about.
    pub cases: Vec<Case>,
}

/// A range of dynamic addresses, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dynamic {
    /// The range.
    pub range: String,
    /// Where.
    pub at: Option<String>,
}

/// A network card of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its address.
    pub mac: String,
    /// The address that DHCP reserves for it.
    pub ip: Option<String>,
    /// The subnet that this is in; none: the site has no such network, so its DHCP server reserves nothing.
    pub subnet: Option<String>,
    /// Where it stands.
    pub at: Option<String>,
}

/// What it would get on one firmware.
#[derive(Debug)]
pub struct Case {
    /// Which.
    pub firmware: Firmware,
    /// Whether the lab's DHCP configuration has a branch for it.
    pub served: bool,
    /// What decided.
    pub decision: Decision,
    /// Every rule, and how it fared.
    pub rules: Vec<RuleLine>,
    /// The DHCP answer.
    pub dhcp: Dhcp,
    /// Where its bootstrap program lies; or why there is none.
    pub nbp: Result<FileLine, String>,
    /// The same for what it loads, where it is a shim.
    pub loads: Option<Result<FileLine, String>>,
    /// The script.
    pub script: Script,
    /// Every value that went into it, with its origin.
    pub values: Vec<ValueLine>,
    /// Rendered files.
    pub answers: Vec<AnswerLine>,
    /// Files that it loads.
    pub artifacts: Vec<ArtifactLine>,
    /// What keeps it from booting here.
    pub missing: Vec<String>,
}

/// What DHCP tells a firmware to load; nothing where the lab has no branch for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dhcp {
    /// `next-server`.
    pub next_server: String,
    /// `filename`, for firmware that asks by PXE.
    pub pxe: Option<String>,
    /// The boot URL, for firmware that asks by HTTP Boot.
    pub http: Option<String>,
    /// `filename` for iPXE, which asks next.
    pub ipxe: String,
}

/// A file on this host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// Where it lies.
    pub path: PathBuf,
    /// Bytes; none where it is not there.
    pub size: Option<u64>,
}

/// A stage-2 script.
#[derive(Debug, Clone)]
pub struct Script {
    /// What it does.
    pub action: Action,
    /// Its text, as `render boot` prints it.
    pub text: String,
    /// Its template.
    pub template: String,
    /// The file of the template.
    pub template_file: String,
    /// Why it does not boot the profile, where it does not.
    pub why: Option<String>,
}

/// A rendered file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerLine {
    /// Its name, as the machine asks for it.
    pub name: String,
    /// Its template.
    pub template: String,
    /// The file of the template.
    pub template_file: String,
    /// Who named the template.
    pub from: From,
    /// Its text.
    pub text: String,
}

/// A file that the machine loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactLine {
    /// What it is to the machine: `kernel`, `initrds`, `inject.winpeshl.ini` …
    pub role: String,
    /// Its name.
    pub name: String,
    /// Where it lies; none for one that is to be fetched and whose digest nobody knows yet.
    pub file: Option<FileLine>,
    /// Where it is fetched from; none for a file of the lab's own.
    pub url: Option<String>,
    /// What its content must hash to; none: whatever lies there is booted.
    pub sha256: Option<String>,
    /// Where it stands.
    pub at: Option<String>,
    /// Which file of it, where the artifact is an image that a file is taken from.
    pub inside: Option<InsideLine>,
}

/// A file inside an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsideLine {
    /// Its path there.
    pub path: String,
    /// Bytes; none where it, or the image, is not there.
    pub size: Option<u64>,
    /// In how many pieces its bytes lie in the image; the same.
    pub extents: Option<usize>,
    /// Why it cannot be had although the image is there.
    pub absent: Option<Absent>,
}
