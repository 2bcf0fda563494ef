//! Findings about what a person wrote: data, collected, many; never an error type.

use crate::source::{FileId, Route, Span};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably not what was meant; boots all the same.
    Warning,
    /// Unsound: nothing is done until it is mended.
    Error,
}

/// The kebab-case name of a rule, with a section of its own in docs/rules.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub &'static str);

impl std::fmt::Display for RuleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// Where a finding points.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Bytes of a text.
    Span(Span),
    /// A node by its meaning; made a span when it is printed.
    Route(Route),
    /// A file as a whole.
    File(FileId),
}

/// Another place that belongs to a finding ("first claimed here").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub at: Place,
    /// What is there.
    pub text: String,
}

/// A change of a text that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in a few words: "quote it".
    pub title: String,
    /// What changes.
    pub change: Change,
    /// Whether it can change nothing that a machine gets, so that `lint --fix` makes it unasked.
    pub safe: bool,
}

/// One change of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The node's own text, quotes included, becomes this one.
    Replace {
        /// Which node.
        at: Place,
        /// YAML for it.
        text: String,
    },
    /// A mapping gets one more key.
    Add {
        /// The mapping.
        to: Route,
        /// The key.
        key: String,
        /// YAML for its value.
        text: String,
    },
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that found it.
    pub rule: RuleId,
    /// How bad it is.
    pub severity: Severity,
    /// One lower-case sentence with the offending value in backticks.
    pub message: String,
    /// What is underlined.
    pub at: Place,
    /// A few words beside the underline.
    pub label: Option<String>,
    /// Other places.
    pub related: Vec<Related>,
    /// What to do.
    pub help: Option<String>,
    /// The same as a change, where a program can make it.
    pub fix: Option<Fix>,
    /// What no output may show, also where a line is quoted for another finding: a secret that stands in a text.
    pub conceal: Option<Place>,
}

impl Diagnostic {
    /// A finding at error level.
    pub fn error(rule: RuleId, at: Place, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: Severity::Error,
            message: message.into(),
            at,
            label: None,
            related: Vec::new(),
            help: None,
            fix: None,
            conceal: None,
        }
    }

    /// The same at warning level.
    pub fn warning(rule: RuleId, at: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(rule, at, message) }
    }

    /// With words beside the underline.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = Some(text.into());
        self
    }

    /// With another place.
    #[must_use]
    pub fn related(mut self, at: Place, text: impl Into<String>) -> Self {
        self.related.push(Related { at, text: text.into() });
        self
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// With a value that no output may show.
    #[must_use]
    pub fn conceal(mut self, value: Place) -> Self {
        self.conceal = Some(value);
        self
    }

    /// With a change that mends it.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}
