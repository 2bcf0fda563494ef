//! Secrets: where their values come from, and values that nothing prints by accident.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the value of a secret comes from. The inventory holds this and never the value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretSource {
    /// An environment variable of the serving process.
    Env(String),
    /// A file on the serving host, joined with the inventory's folder already.
    File(PathBuf),
    /// What a program prints: the program and its arguments, as written; at least the program. No shell reads it.
    Command(Vec<String>),
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "the environment variable {name}"),
            Self::File(path) => write!(f, "the file `{}`", path.display()),
            // Arguments may be many, and may say more than a message should.
            Self::Command(words) => write!(f, "the command `{}`", words.first().map_or("", String::as_str)),
        }
    }
}

/// A secret's value. Neither `{}` nor `{:?}` shows it; [`Secret::reveal`] does, so that each place that uses it can be found.
#[derive(Clone)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Holds a value.
    pub fn new(value: impl Into<Arc<str>>) -> Self {
        Self(value.into())
    }

    /// The value: for what a booting machine gets, and for nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_prints_a_value() {
        let secret = Secret::new("hunter2");
        let shown = format!("{secret} {secret:?} {:?} {:#?}", Some(&secret), [&secret]);
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(secret.reveal(), "hunter2");
    }

    #[test]
    fn sources_say_where_and_not_all() {
        let command = SecretSource::Command(["vault", "read", "-field=password", "kv/web"].map(str::to_owned).to_vec());
        assert_eq!(command.to_string(), "the command `vault`");
        assert_eq!(SecretSource::Env("ROOT_PW".to_owned()).to_string(), "the environment variable ROOT_PW");
    }
}
