//! INI files as Windows reads them (winpeshl.ini, unattended .inf): the rest of a line.

use super::Refused;

/// A value: no comment, no list, no section, no variable.
pub fn value(value: &str) -> Result<&str, Refused> {
    if value.trim() != value {
        return Err(Refused("it begins or ends with a blank, which is lost".to_owned()));
    }
    let acted_on = |c: char| matches!(c, ';' | '#' | '"' | '\'' | ',' | '%' | '[' | ']' | '=');
    super::only(value, |c| !acted_on(c), ", which an INI file acts on")
}
