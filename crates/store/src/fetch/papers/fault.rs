//! Why nobody can say what an artifact must hash to.

use super::super::refusal::Refusal;
use super::Source;
use crate::evidence::Fault;
use crate::evidence::openpgp::{KeyFault, SignatureFault};

/// Why a publisher's word could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct PaperFault {
    /// For people: each place with what was wrong there.
    pub text: String,
    /// Whether something came, and is not to be believed; else nothing came.
    pub refused: bool,
    /// Where to begin.
    pub remedy: Remedy,
    /// What to do about the server that could not be had, where that is known.
    pub advice: Option<&'static str>,
}

/// Where to begin with what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// With the server.
    Server,
    /// With a file of the lab.
    Own,
    /// With the key.
    Key,
    /// The text says it.
    Told,
}

impl PaperFault {
    pub(super) fn refused(text: impl Into<String>) -> Self {
        Self { text: text.into(), refused: true, remedy: Remedy::Server, advice: None }
    }
}

/// Why one file is not to be believed.
#[derive(Debug)]
pub(super) struct Why {
    text: String,
    told: bool,
}

impl Why {
    /// It lies with whoever gave the file.
    pub fn wrong(text: &str) -> Self {
        Self { text: text.to_owned(), told: false }
    }

    /// And the text says what to do.
    pub fn told(text: &str) -> Self {
        Self { text: text.to_owned(), told: true }
    }
}

impl From<Fault> for Why {
    fn from(fault: Fault) -> Self {
        Self { text: fault.to_string(), told: fault.is_told() }
    }
}

impl From<SignatureFault> for Why {
    fn from(fault: SignatureFault) -> Self {
        Self { text: fault.to_string(), told: fault.is_told() }
    }
}

impl From<KeyFault> for Why {
    fn from(fault: KeyFault) -> Self {
        Self { text: fault.to_string(), told: fault.is_told() }
    }
}

/// What went wrong with each mirror.
pub(super) struct Trouble {
    what: &'static str,
    lines: Vec<String>,
    refused: bool,
    remedy: Option<Remedy>,
    advice: Option<&'static str>,
}

impl Trouble {
    pub fn new(what: &'static str) -> Self {
        Self { what, lines: Vec::new(), refused: false, remedy: None, advice: None }
    }

    /// It could not be had there.
    pub fn absent(&mut self, source: &Source<'_>, refusal: Refusal) {
        self.lines.push(refusal.why);
        self.advice = self.advice.or(refusal.advice);
        self.remedy.get_or_insert(remedy(source));
    }

    /// It was there, and proves nothing.
    pub fn refused(&mut self, source: &Source<'_>, why: Why) {
        let remedy = match (why.told, self.what) {
            (true, _) => Remedy::Told,
            (false, KEY) => Remedy::Key,
            (false, _) => remedy(source),
        };
        if !self.refused {
            self.remedy = Some(remedy);
        }
        self.refused = true;
        self.lines.push(format!("{source}: {}", why.text));
    }
}

fn remedy(source: &Source<'_>) -> Remedy {
    match source {
        Source::Path(_) => Remedy::Own,
        Source::Url(_) => Remedy::Server,
    }
}

/// What a file of keys is called.
pub(super) const KEY: &str = "key";

impl From<Trouble> for PaperFault {
    fn from(trouble: Trouble) -> Self {
        let text = match &trouble.lines[..] {
            [one] => format!("the {}: {one}", trouble.what),
            lines => format!("the {}:\n  {}", trouble.what, lines.join("\n  ")),
        };
        Self { text, refused: trouble.refused, remedy: trouble.remedy.unwrap_or(Remedy::Server), advice: trouble.advice }
    }
}
