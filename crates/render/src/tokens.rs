//! The tags and expressions of a template, in tokens. Only as much of Jinja as is needed to tell what it does not contain.

/// A token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Token<'t> {
    /// A name or a word of the language.
    Word(&'t str),
    /// A text between quotes, without them.
    Text(&'t str),
    /// A number.
    Number,
    /// Any other sign.
    Sign(char),
}

/// What stands between braces.
#[derive(Debug, PartialEq)]
pub(crate) struct Braces<'t> {
    /// `{% … %}`, not `{{ … }}`.
    pub tag: bool,
    /// What it is made of.
    pub tokens: Vec<Token<'t>>,
    /// The template's line up to there.
    pub before: &'t str,
}

/// Everything between braces, comments left out; none where the text ends within some.
pub(crate) fn braces(text: &str) -> Option<Vec<Braces<'_>>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text.get(at..)?.find('{').map(|n| at + n) {
        let kind = text.as_bytes().get(open + 1).copied();
        at = open + 1;
        match kind {
            Some(b'#') => at = open + text.get(open..)?.find("#}")? + 2,
            Some(kind @ (b'{' | b'%')) => {
                let close = if kind == b'%' { "%}" } else { "}}" };
                let (tokens, end) = tokens(text, open + 2, close)?;
                let line = text[..open].rfind('\n').map_or(0, |n| n + 1);
                found.push(Braces { tag: kind == b'%', tokens, before: &text[line..open] });
                at = end;
            }
            _ => {}
        }
    }
    Some(found)
}

/// The tokens up to `close`, and the byte behind it; none where it does not come.
pub(crate) fn tokens<'t>(text: &'t str, from: usize, close: &str) -> Option<(Vec<Token<'t>>, usize)> {
    let mut tokens = Vec::new();
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        if rest.starts_with(close) {
            return Some((tokens, at + close.len()));
        }
        let first = rest.chars().next()?;
        let (token, length) = match first {
            '"' | '\'' => {
                let end = closing(rest, first)?;
                (Some(Token::Text(&rest[1..end])), end + 1)
            }
            _ if first.is_alphabetic() || first == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                (Some(Token::Word(&rest[..end])), end)
            }
            _ if first.is_ascii_digit() => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
                (Some(Token::Number), end)
            }
            _ if first.is_whitespace() => (None, first.len_utf8()),
            _ => (Some(Token::Sign(first)), first.len_utf8()),
        };
        tokens.extend(token);
        at += length;
    }
}

/// Where a text between quotes ends.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return Some(at),
            _ => {}
        }
    }
    None
}
