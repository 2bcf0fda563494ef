//! Where a quoted scalar ends: the parser's place of it goes on to the next token, over blanks and comments.

use super::Bytes;

/// The place without what follows the closing quote; unchanged where it does not begin with a quote.
pub(super) fn trimmed(text: &str, at: Bytes) -> Bytes {
    let own = text.as_bytes().get(at.start..at.end).unwrap_or_default();
    let Some(&quote @ (b'"' | b'\'')) = own.first() else { return at };
    let mut n = 1;
    while let Some(&byte) = own.get(n) {
        // What is escaped, as `\"` or `''`, is two bytes at least, and its second ends nothing.
        let escaped = match quote {
            b'"' => byte == b'\\',
            _ => byte == quote && own.get(n + 1) == Some(&quote),
        };
        if byte == quote && !escaped {
            return Bytes { end: at.start + n + 1, ..at };
        }
        n += if escaped { 2 } else { 1 };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{Bytes, trimmed};

    #[test]
    fn ends_at_the_closing_quote() {
        for (text, own) in [
            ("\"a\" # \"b\"", "\"a\""),
            ("'a''b' # c'", "'a''b'"),
            ("\"a\\\"b\\\\\"  ", "\"a\\\"b\\\\\""),
            ("'' # it's", "''"),
            ("\"é # é\" # c", "\"é # é\""),
            ("plain 'x' y", "plain 'x' y"),
            ("\"open", "\"open"),
            ("", ""),
        ] {
            let at = trimmed(text, Bytes { start: 0, end: text.len() });
            assert_eq!(&text[at.start..at.end], own);
        }
    }
}
