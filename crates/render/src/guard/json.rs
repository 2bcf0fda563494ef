//! JSON (RFC 8259), and YAML, of which it is a part: a double-quoted string.

use std::fmt::Write as _;

use super::Refused;

/// Whether a text can stand in JSON and in YAML alike. Tabs and line ends are written as escapes.
pub fn check(value: &str) -> Result<(), Refused> {
    let bad = value.chars().find(|c| super::breaks_lines(*c) && !matches!(c, '\n' | '\r' | '\t'));
    bad.map_or(Ok(()), |c| Err(Refused(format!("it holds the control character U+{:04X}", u32::from(c)))))
}

/// A string with its quotes, on one line. As minijinja writes it: safe within HTML as well.
pub fn quoted(value: &str) -> Result<String, Refused> {
    double_quoted(value, &['<', '>', '&', '\''])
}

/// The same, with `by_number` alone written as `\uXXXX`; what JSON, YAML and TOML have in common.
pub(super) fn double_quoted(value: &str, by_number: &[char]) -> Result<String, Refused> {
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
            c if by_number.contains(&c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    Ok(out)
}
