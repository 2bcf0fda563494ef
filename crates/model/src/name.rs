//! Names that people give to hosts, profiles, artifacts, recipes and sites.

use std::sync::Arc;

/// 1 to 63 of `a-z A-Z 0-9 . _ -`, the first a letter or digit: fits a URL, a dhcpd identifier and a kernel argument as it is.
/// Copies share the text: the hosts of a fleet name the same few profiles.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

/// What is wrong with a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Nothing there.
    #[error("a name cannot be empty")]
    Empty,
    /// Too long.
    #[error("a name has at most 63 characters, this has {0}")]
    Long(usize),
    /// A character that does not fit everywhere a name goes.
    #[error("a name holds letters, digits, `.`, `_` and `-`, and begins with a letter or digit; `{0}` does not fit there")]
    Character(char),
}

impl std::str::FromStr for Name {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let first = text.chars().next().ok_or(BadName::Empty)?;
        if !first.is_ascii_alphanumeric() {
            return Err(BadName::Character(first));
        }
        if let Some(bad) = text.chars().find(|c| !c.is_ascii_alphanumeric() && !"._-".contains(*c)) {
            return Err(BadName::Character(bad));
        }
        if text.len() > 63 {
            return Err(BadName::Long(text.len()));
        }
        Ok(Self(text.into()))
    }
}

impl Name {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}
