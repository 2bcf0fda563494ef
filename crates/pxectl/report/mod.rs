//! The outcome of `lint` as plain values, and one printer a format. People's format draws from the texts themselves and is in
//! `show::diagnostic`.

mod build;
pub mod github;
pub mod json;
mod lines;
mod path;
pub mod sarif;
mod sections;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use pxectl_model::diag::Severity;

pub use lines::Lines;

/// What one run of `lint` came to.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Every finding, also those that are allowed; lab by lab, sorted by file and place.
    pub findings: Vec<Finding>,
    /// Why labs could not be read at all.
    pub failures: Vec<String>,
    /// The folder that the command ran in, which file names are relative to.
    pub folder: PathBuf,
}

/// One finding.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where; none where no text is to blame.
    pub at: Option<At>,
    /// A few words about that place.
    pub label: Option<String>,
    /// Other places, and what is there.
    pub related: Vec<(At, String)>,
    /// What to do.
    pub help: Option<String>,
    /// The same as a change.
    pub fix: Option<Suggestion>,
    /// The comment that allows it.
    pub allowed: Option<Permission>,
}

/// A place, in every way of counting that readers want. Lines and columns begin at 1, columns count characters, bytes begin at 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The file, as the person named it.
    pub file: String,
    /// Its first line.
    pub line: usize,
    /// Its first column.
    pub column: usize,
    /// The line of its end.
    pub end_line: usize,
    /// The column behind its last character.
    pub end_column: usize,
    /// Its first byte, not counting a byte order mark.
    pub start: usize,
    /// The byte behind its last one.
    pub end: usize,
}

/// A change of texts that mends a finding.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// What it does.
    pub title: String,
    /// Whether `lint --fix` makes it.
    pub safe: bool,
    /// What becomes what.
    pub edits: Vec<(At, String)>,
}

/// Why a finding does not count.
#[derive(Debug, Clone)]
pub struct Permission {
    /// In the words of whoever allowed it.
    pub reason: Option<String>,
    /// The comment.
    pub at: Option<At>,
}

impl Report {
    /// How many findings count at this level.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity && finding.allowed.is_none()).count()
    }

    /// How many findings are allowed.
    pub fn allowed(&self) -> usize {
        self.findings.iter().filter(|finding| finding.allowed.is_some()).count()
    }
}

/// The name of a level.
pub fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Where a rule's section is: below the project's own address, where the manifest knows one, else from its top.
pub fn link(id: &str) -> String {
    match env!("CARGO_PKG_REPOSITORY") {
        "" => format!("docs/rules.md#{id}"),
        at => format!("{}/blob/v{}/docs/rules.md#{id}", at.trim_end_matches('/'), env!("CARGO_PKG_VERSION")),
    }
}
