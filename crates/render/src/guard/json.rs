//! JSON (RFC 8259), and YAML, of which it is a part: a double-quoted string.

use std::fmt::Write as _;

use super::Refused;

/// Whether a text can stand in JSON and in YAML alike. Tabs and line ends are written as escapes.
pub fn check(value: &str) -> Result<(), Refused> {
    let bad = value.chars().find(|c| super::breaks_lines(*c) && !matches!(c, '\n' | '\r' | '\t'));
    bad.map_or(Ok(()), |c| Err(Refused(format!("it holds the control character U+{:04X}", u32::from(c)))))
}

/// A string with its quotes, on one line.
pub fn quoted(value: &str) -> Result<String, Refused> {
    check(value)?;
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // As minijinja writes them: safe within HTML as well.
            '<' | '>' | '&' | '\'' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    Ok(out)
}
