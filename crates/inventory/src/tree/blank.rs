//! What stands between tokens.

use super::Bytes;

/// Past blanks, line breaks and comments: where the next token begins.
pub(crate) fn next_token(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        let apart = at == 0 || matches!(bytes[at - 1], b' ' | b'\t' | b'\r' | b'\n');
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'#' if apart => at += bytes[at..].iter().position(|b| *b == b'\n').unwrap_or(bytes.len() - at),
            _ => break,
        }
    }
    at
}

/// The closing bracket. The parser's place of it goes on over blanks and a comment; before `}` it may be that of a last comma.
pub(super) fn bracket(text: &str, at: Bytes) -> Bytes {
    if at.start == at.end {
        return at;
    }
    let comma = text.as_bytes().get(at.start) == Some(&b',');
    let start = if comma { next_token(text, at.start + 1) } else { at.start };
    if text.is_char_boundary(start + 1) { Bytes { start, end: start + 1 } } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_no_tokens() {
        assert_eq!(next_token("a # é\n  #\r\n b", 1), 13);
        assert_eq!(next_token("b#c", 1), 1, "no comment");
        assert_eq!(next_token("a # b", 1), 5);
    }

    #[test]
    fn brackets_behind_commas() {
        let place = |text: &str, start, end| bracket(text, Bytes { start, end });
        assert_eq!(place("{a,} # x", 3, 8), Bytes { start: 3, end: 4 });
        assert_eq!(place("{a , # }\n}", 3, 4), Bytes { start: 9, end: 10 });
        assert_eq!(place("a", 1, 1), Bytes { start: 1, end: 1 });
    }
}
