//! TOML 1.0: a basic string.

use super::Refused;

/// A string with its quotes, on one line.
pub fn quoted(value: &str) -> Result<String, Refused> {
    super::json::check(value)?;
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ => out.push(c),
        }
    }
    out.push('"');
    Ok(out)
}
