//! What is fixed about a rule.

use crate::diag::{Diagnostic, Place, RuleId, Severity};

/// A rule's card. Its section in docs/rules.md bears the id as its heading.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Its name, for ever.
    pub id: RuleId,
    /// How bad its findings are.
    pub severity: Severity,
    /// One line: what it finds.
    pub summary: &'static str,
}

impl Meta {
    /// A rule whose findings are errors.
    pub const fn error(id: &'static str, summary: &'static str) -> Self {
        Self { id: RuleId(id), severity: Severity::Error, summary }
    }

    /// A rule whose findings boot all the same, but are probably not what was meant.
    pub const fn warning(id: &'static str, summary: &'static str) -> Self {
        Self { severity: Severity::Warning, ..Self::error(id, summary) }
    }

    /// A rule whose findings are worth knowing.
    pub const fn note(id: &'static str, summary: &'static str) -> Self {
        Self { severity: Severity::Note, ..Self::error(id, summary) }
    }

    /// A finding of this rule.
    pub fn at(&self, place: Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: self.severity, ..Diagnostic::error(self.id, place, message) }
    }

    /// Where its section is, from the top of the project.
    pub fn doc(&self) -> String {
        format!("docs/rules.md#{}", self.id)
    }
}
