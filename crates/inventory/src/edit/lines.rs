//! What stands between nodes: lines, blanks, comments.

pub(super) use crate::tree::next_token;

/// Where the line begins that holds this byte.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |n| n + 1)
}

/// Where the line ends that holds this byte, before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
    if end > at && text[..end].ends_with('\r') && end < text.len() { end - 1 } else { end }
}

/// Where the next line begins; the text's end on the last one.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |n| at + n + 1)
}

/// The line break that is used around this byte.
pub(super) fn newline(text: &str, at: usize) -> &'static str {
    let here = text[at..].find('\n').map(|n| at + n).or_else(|| text[..at].rfind('\n'));
    if here.is_some_and(|n| text[..n].ends_with('\r')) { "\r\n" } else { "\n" }
}

/// How many characters stand before this byte on its line.
pub(super) fn column(text: &str, at: usize) -> usize {
    text[line_start(text, at)..at].chars().count()
}

/// What kind of line begins at this byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// Nothing but blanks.
    Blank,
    /// Nothing but a comment, which begins in this column.
    Comment(usize),
    /// Something else.
    Content,
}

/// What kind of line begins at this byte; none at the text's end.
pub(super) fn line(text: &str, start: usize) -> Option<Line> {
    if start >= text.len() {
        return None;
    }
    let line = &text[start..line_end(text, start)];
    let trimmed = line.trim_matches([' ', '\t', '\r']);
    Some(match trimmed.as_bytes().first() {
        None => Line::Blank,
        Some(b'#') => Line::Comment(line.len() - line.trim_start_matches([' ', '\t']).len()),
        Some(_) => Line::Content,
    })
}

/// Whether nothing but blanks and a comment stands from this byte to the end of its line.
pub(super) fn rest_is_comment(text: &str, at: usize) -> bool {
    let rest = text[at..line_end(text, at)].trim_start_matches([' ', '\t']);
    rest.is_empty() || rest.starts_with('#')
}

/// Whether this byte is the first of its line but for blanks.
pub(super) fn is_first(text: &str, at: usize) -> bool {
    text[line_start(text, at)..at].bytes().all(|b| b == b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_both_kinds() {
        let text = "a: 1 # x\r\n\r\n  # é\r\n- b#c";
        assert_eq!((line_start(text, 4), line_end(text, 4), next_line(text, 4)), (0, 8, 10));
        assert_eq!((newline(text, 0), newline("a\nb", 2), newline("a", 0)), ("\r\n", "\n", "\n"));
        assert_eq!(next_token(text, 4), text.find("- b").unwrap());
        assert_eq!(
            [line(text, 0), line(text, 10), line(text, 12)],
            [Some(Line::Content), Some(Line::Blank), Some(Line::Comment(2))]
        );
        assert_eq!(line(text, text.len()), None);
        assert!(rest_is_comment(text, 4) && !rest_is_comment(text, 3));
        assert_eq!(column("é: x", 4), 3);
    }
}
