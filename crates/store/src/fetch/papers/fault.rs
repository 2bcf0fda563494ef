//! Why nobody can say what an artifact must hash to.

/// Why a publisher's word could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct PaperFault {
    /// For people: each place with what was wrong there.
    pub text: String,
    /// Whether something came, and is not to be believed; else nothing came.
    pub refused: bool,
}

impl PaperFault {
    pub(super) fn refused(text: impl Into<String>) -> Self {
        Self { text: text.into(), refused: true }
    }
}

/// What went wrong with each mirror.
pub(super) struct Trouble {
    what: &'static str,
    lines: Vec<String>,
    refused: bool,
}

impl Trouble {
    pub fn new(what: &'static str) -> Self {
        Self { what, lines: Vec::new(), refused: false }
    }

    /// It could not be had there.
    pub fn absent(&mut self, why: String) {
        self.lines.push(why);
    }

    /// It was there, and proves nothing.
    pub fn refused(&mut self, source: &impl std::fmt::Display, why: &str) {
        self.refused = true;
        self.lines.push(format!("{source}: {why}"));
    }
}

impl From<Trouble> for PaperFault {
    fn from(trouble: Trouble) -> Self {
        let text = match &trouble.lines[..] {
            [one] => format!("the {}: {one}", trouble.what),
            lines => format!("the {}:\n  {}", trouble.what, lines.join("\n  ")),
        };
        Self { text, refused: trouble.refused }
    }
}
