//! How a command ends: yes, no, or trouble.

use std::fmt::Write as _;

/// The documented exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// 0: it worked, and the answer is yes.
    Yes,
    /// 1: it worked, and the answer is no: findings, a mismatch, an unknown machine, a goal missed.
    No,
}

/// 2: it could not be done. One error with its chain of causes, and what to do.
#[derive(Debug)]
pub struct Failure {
    message: String,
    hint: Option<String>,
}

/// How every command ends.
pub type Outcome = Result<Answer, Failure>;

impl Failure {
    /// An error whose causes are appended, each once.
    pub fn of(error: &dyn std::error::Error) -> Self {
        Self { message: chain(error), hint: None }
    }

    /// A plain sentence.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// With what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The text for people; empty where everything was printed already.
    pub fn text(&self) -> String {
        match &self.hint {
            _ if self.message.is_empty() => String::new(),
            Some(hint) => format!("error: {}\nhint: {hint}\n", self.message),
            None => format!("error: {}\n", self.message),
        }
    }

    /// What was wrong has been printed already, as diagnostics.
    pub fn printed() -> Self {
        Self::new("")
    }
}

/// An error's text with all its causes.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let _ = write!(text, ": {next}");
        cause = next.source();
    }
    text
}
