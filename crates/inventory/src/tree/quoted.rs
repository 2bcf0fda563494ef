//! Where a quoted scalar ends: the parser's place of it goes on to the next token, over blanks and comments.

use super::Bytes;

/// The place without what follows the closing quote; unchanged where it does not begin with a quote, or with an anchor and one.
pub(super) fn trimmed(text: &str, at: Bytes) -> Bytes {
    let own = text.as_bytes().get(at.start..at.end).unwrap_or_default();
    let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    let mut n = 0;
    if own.first() == Some(&b'&') {
        n = own.iter().position(blank).unwrap_or(own.len());
        n += own.get(n..).unwrap_or_default().iter().position(|b| !blank(b)).unwrap_or(0);
    }
    let Some(&quote @ (b'"' | b'\'')) = own.get(n) else { return at };
    n += 1;
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
            ("&k\"1 \"x\" # c\"", "&k\"1 \"x\""),
            ("&k x", "&k x"),
            ("&k", "&k"),
            ("\"open", "\"open"),
            ("", ""),
        ] {
            let at = trimmed(text, Bytes { start: 0, end: text.len() });
            assert_eq!(&text[at.start..at.end], own);
        }
    }
}
