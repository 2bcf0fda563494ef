//! A command line that is being typed, as POSIX shells read one (XCU 2.2), up to the cursor.

/// In which quotes the cursor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoted {
    /// In none.
    Not,
    /// In `'…`.
    Single,
    /// In `"…`.
    Double,
}

/// The words of a line. Nothing is expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What the program would get; the last is the one at the cursor, and may be empty.
    pub words: Vec<String>,
    /// The last word as it was typed, without a quote that opens it.
    pub typed: String,
    /// Where the cursor is.
    pub quoted: Quoted,
    /// Whether the last word is one piece: no quote ends or begins within it.
    pub plain: bool,
}

/// Reads a line.
pub fn read(text: &str) -> Line {
    let mut line = Line { words: vec![String::new()], typed: String::new(), quoted: Quoted::Not, plain: true };
    let mut chars = text.chars().peekable();
    let mut begun = false;
    while let Some(c) = chars.next() {
        match (line.quoted, c) {
            (Quoted::Not, c) if c.is_whitespace() => {
                if begun {
                    line.words.push(String::new());
                }
                begun = false;
                (line.typed, line.plain) = (String::new(), true);
                continue;
            }
            (Quoted::Not, '\'' | '"') => {
                line.quoted = if c == '"' { Quoted::Double } else { Quoted::Single };
                line.plain &= !begun;
            }
            (Quoted::Single, '\'') | (Quoted::Double, '"') => {
                line.quoted = Quoted::Not;
                line.plain = false;
            }
            (Quoted::Not, '\\') => {
                line.typed.push(c);
                take(&mut line, chars.next());
            }
            (Quoted::Double, '\\') if chars.peek().is_some_and(|next| matches!(next, '$' | '`' | '"' | '\\')) => {
                line.typed.push(c);
                take(&mut line, chars.next());
            }
            (_, c) => take(&mut line, Some(c)),
        }
        begun = true;
    }
    line
}

fn take(line: &mut Line, c: Option<char>) {
    let Some(c) = c else { return };
    line.typed.push(c);
    if let Some(word) = line.words.last_mut() {
        word.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_as_a_shell_reads_them() {
        for (text, words, typed, quoted, plain) in [
            ("", &[""] as &[&str], "", Quoted::Not, true),
            ("pxectl explain ", &["pxectl", "explain", ""], "", Quoted::Not, true),
            (r"pxectl a\ b", &["pxectl", "a b"], r"a\ b", Quoted::Not, true),
            (r#"pxectl "a \"b'"#, &["pxectl", r#"a "b'"#], r#"a \"b'"#, Quoted::Double, true),
            (r"pxectl 'a $(x)\", &["pxectl", r"a $(x)\"], r"a $(x)\", Quoted::Single, true),
            (r"pxectl a'b c", &["pxectl", "ab c"], "ab c", Quoted::Single, false),
            (r#"pxectl "a"b"#, &["pxectl", "ab"], "ab", Quoted::Not, false),
            (r"pxectl a\", &["pxectl", "a"], r"a\", Quoted::Not, true),
            ("pxectl '' x", &["pxectl", "", "x"], "x", Quoted::Not, true),
        ] {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(read(text), Line { words, typed: typed.to_owned(), quoted, plain }, "{text}");
        }
    }
}
