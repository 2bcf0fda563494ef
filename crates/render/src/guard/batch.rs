//! Windows' cmd.exe: no reliable quoting exists, so only what it never acts on passes.

use super::Refused;

/// Letters, digits and a few signs; blanks inside, since `set NAME=…` takes them.
pub fn plain(value: &str) -> Result<&str, Refused> {
    if value.starts_with(' ') || value.ends_with(' ') {
        return Err(Refused("it begins or ends with a blank, which cmd.exe loses".to_owned()));
    }
    super::only(value, |c| c.is_ascii_alphanumeric() || " ._:/\\@-".contains(c), ", and cmd.exe has no safe way to quote it")
}
