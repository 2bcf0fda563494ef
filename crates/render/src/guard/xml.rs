//! XML 1.0: text between tags, and attributes within quotes of either sort.

use std::borrow::Cow;

use super::Refused;

/// The value with XML's five entities.
pub fn escaped(value: &str) -> Result<Cow<'_, str>, Refused> {
    super::one_line(value)?;
    if !value.contains(['&', '<', '>', '"', '\'']) {
        return Ok(Cow::Borrowed(value));
    }
    let mut out = String::with_capacity(value.len() + 16);
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            _ => out.push(c),
        }
    }
    Ok(Cow::Owned(out))
}
