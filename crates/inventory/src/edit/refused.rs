//! Why nothing was changed.

use std::fmt::Display;

use pxectl_model::diag::Diagnostic;

use crate::findings::shown;
use crate::read::Reading;

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No host is known by this.
    #[error("no host of the inventory is called `{}`", shown(.text))]
    Nobody {
        /// As it was typed.
        text: String,
        /// The host that was probably meant.
        close: Option<String>,
    },
    /// No host is known by this, and it looks more like a host's name, mistyped, than like a new machine.
    #[error("no host of the inventory is called `{}`, but one is called nearly so", shown(.text))]
    LikeAName {
        /// As it was typed.
        text: String,
        /// The host's name.
        close: String,
    },
    /// A value that cannot stand where it belongs.
    #[error("`{}` is no `{key}`: {why}", shown(.value))]
    Value {
        /// The key of the inventory.
        key: String,
        /// As it was typed.
        value: String,
        /// What is wrong with it.
        why: String,
    },
    /// Named more than once in one go.
    #[error("the {what} `{}` is given twice", shown(.text))]
    Twice {
        /// A machine, or a variable.
        what: &'static str,
        /// As it was typed.
        text: String,
    },
    /// It is not sure how to change the text.
    #[error("{file}:{line}: {why}")]
    Unsure {
        /// The file, as messages call it.
        file: String,
        /// The line, from 1.
        line: usize,
        /// Why not.
        why: String,
        /// What to type there instead, in words and YAML.
        by_hand: String,
    },
    /// The changed inventory would have errors that this one has not.
    #[error("the inventory would have {} new {}", .errors.len(), if .errors.len() == 1 { "error" } else { "errors" })]
    Errors {
        /// The new errors.
        errors: Vec<Diagnostic>,
        /// The reading whose texts they point into: that of the inventory as it would be.
        reading: Box<Reading>,
    },
}

impl Refused {
    pub(super) fn nobody(text: &str, close: Option<String>) -> Self {
        Self::Nobody { text: text.to_owned(), close }
    }

    pub(super) fn value(key: &str, value: &str, why: &dyn Display) -> Self {
        Self::Value { key: key.to_owned(), value: value.to_owned(), why: why.to_string() }
    }

    /// What to do next, where there is something better than the message.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Nobody { close, .. } => close.as_ref().map(|close| format!("did you mean `{}`?", shown(close))),
            Self::LikeAName { close, .. } => Some(format!("did you mean `{}`?", shown(close))),
            Self::Unsure { by_hand, .. } => Some(by_hand.clone()),
            Self::Value { .. } | Self::Twice { .. } | Self::Errors { .. } => None,
        }
    }
}
