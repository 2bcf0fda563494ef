//! POSIX shell: what is the same bare, within `"…"` and within `'…'`; or, asked for by `|shq`, a word with its quotes.

use super::Refused;

/// A value that no shell acts on, wherever it stands. Nobody can tell from here whether the template has put quotes around it.
pub fn plain(value: &str) -> Result<&str, Refused> {
    word(value).map_err(|Refused(why)| Refused(format!("{why}; put it between quotes with `|shq`, and write none yourself")))
}

/// The same, for `|word`.
pub fn word(value: &str) -> Result<&str, Refused> {
    if value.is_empty() {
        return Err(Refused("it is empty".to_owned()));
    }
    super::only(value, |c| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c), ", which is more than a plain word")
}

/// A word between single quotes.
pub fn quoted(value: &str) -> Result<String, Refused> {
    super::one_line(value)?;
    Ok(format!("'{}'", value.replace('\'', "'\\''")))
}
