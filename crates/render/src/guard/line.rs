//! Formats that are lines: preseed, and plain text.

use super::Refused;

/// The value of a preseed line: everything to its end (debconf-set-selections(1)), so neither blanks at its ends nor a `\` there.
/// Of shell's signs those are refused that would run something where a template puts a value into a command.
pub fn preseed(value: &str) -> Result<&str, Refused> {
    super::one_line(value)?;
    if value.trim() != value {
        return Err(Refused("it begins or ends with a blank, which the installer loses".to_owned()));
    }
    if value.ends_with('\\') {
        return Err(Refused("it ends in a backslash, which joins the next line".to_owned()));
    }
    if value.contains('`') || value.contains("$(") || value.contains("${") {
        return Err(Refused("it holds a shell substitution; in a command quote it with `|shq`".to_owned()));
    }
    Ok(value)
}

/// Any text that stays on its line.
pub fn text(value: &str) -> Result<&str, Refused> {
    super::one_line(value)
}
