//! A text as a YAML scalar on one line.

use std::fmt::Write;

use crate::guess::guess;

/// How a scalar stands, or should stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quote {
    /// Without quotes, where that is safe.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
}

/// The quotes of the scalar that begins with this text; a block scalar counts as double quoted.
pub(crate) fn quote_of(text: &str) -> Quote {
    match text.as_bytes().first() {
        Some(b'\'') => Quote::Single,
        Some(b'"' | b'|' | b'>') => Quote::Double,
        _ => Quote::Plain,
    }
}

/// YAML for a text, for block and flow context alike. Quotes are added where a plain scalar would not be kept as this very text.
pub(crate) fn scalar(text: &str, quote: Quote) -> String {
    let printable = !text.chars().any(needs_escape);
    match quote {
        Quote::Plain if stays_plain(text) => text.to_owned(),
        Quote::Single if printable => format!("'{}'", text.replace('\'', "''")),
        _ => double(text),
    }
}

/// Few characters on purpose: what is not among them gets quotes, which are never wrong.
fn stays_plain(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_alphanumeric() || c == '/' || c == '_');
    let inside = |c: char| c.is_alphanumeric() || "/_.-+=@% ".contains(c);
    let null = text.eq_ignore_ascii_case("null");
    begins && !null && text.chars().all(inside) && !text.ends_with(' ') && guess(text).is_none()
}

/// What a single-quoted scalar cannot hold, or nobody should meet unseen.
fn needs_escape(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// YAML 1.2.2, 5.7.
fn double(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ if needs_escape(c) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_where_they_are_needed() {
        for (text, quote, yaml) in [
            ("7CX1234", Quote::Plain, "7CX1234"),
            ("10.1.0.21", Quote::Plain, "10.1.0.21"),
            ("/dev/nvme0n1", Quote::Plain, "/dev/nvme0n1"),
            ("two words", Quote::Plain, "two words"),
            ("0123", Quote::Plain, "\"0123\""),
            ("no", Quote::Plain, "\"no\""),
            ("52:54:00:12:34:56", Quote::Plain, "\"52:54:00:12:34:56\""),
            ("a, b", Quote::Plain, "\"a, b\""),
            ("a #b", Quote::Plain, "\"a #b\""),
            ("", Quote::Plain, "\"\""),
            ("-x", Quote::Plain, "\"-x\""),
            ("7CX1234", Quote::Double, "\"7CX1234\""),
            ("it's", Quote::Single, "'it''s'"),
            ("a\nb", Quote::Single, "\"a\\nb\""),
            ("q\"\\\u{1}", Quote::Plain, "\"q\\\"\\\\\\U00000001\""),
        ] {
            assert_eq!(scalar(text, quote), yaml);
        }
    }
}
