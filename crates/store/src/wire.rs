//! The journal's lines: `"schema": "pxectl.journal/1"`, one JSON object a line.

use serde::{Deserialize, Serialize};

pub(crate) const SCHEMA: &str = "pxectl.journal/1";

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub schema: String,
    /// Milliseconds since the Unix epoch.
    pub at: u64,
    pub event: What,
    /// What the machine is looked up by, the strongest first, as in `serial:7CX1234`.
    pub keys: Vec<String>,
    /// What else it said of itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub profile: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub boot: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum What {
    /// It booted an installing profile: this arming is used up.
    Booted,
    /// A person armed it again: every key of the entries that this ends.
    Rearmed,
}
