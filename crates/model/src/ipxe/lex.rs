//! From text to lines, commands and tokens, by iPXE's own rules.
//!
//! A script begins with `#!ipxe` and a blank. A line ends at `\n`; a `\r` before it is dropped, a `\` before it joins the next
//! line on. There is no quoting: a line is cut at blanks before anything is expanded. `#` at the start of a token drops the
//! rest of the line; `||`, `&&` and `;` separate commands where they are whole tokens; `:` at the start of a line is a label.

use std::ops::Range;

/// The most bytes of a script that are looked at; iPXE itself has no limit, a generated script has about one thousand.
pub const MAX_SCRIPT: usize = 256 * 1024;

/// A piece of text without blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its text, with joined lines put together.
    pub text: String,
    /// Where it lies, in bytes of the script.
    pub span: Range<usize>,
}

/// What stands between two commands of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// `||`: the next command runs if the last one that ran failed.
    Or,
    /// `&&`: the next command runs if the last one that ran succeeded.
    And,
    /// `;`: the next command runs.
    Then,
}

impl Separator {
    /// The separator that this token is, if it is one.
    pub fn of(token: &str) -> Option<Self> {
        match token {
            "||" => Some(Self::Or),
            "&&" => Some(Self::And),
            ";" => Some(Self::Then),
            _ => None,
        }
    }

    /// Whether the command after it runs, given whether the last one succeeded.
    pub fn lets_run(self, succeeded: bool) -> bool {
        match self {
            Self::Or => !succeeded,
            Self::And => succeeded,
            Self::Then => true,
        }
    }
}

/// One command of a line: its words, and what separates it from the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Command name and arguments; none where a separator stands alone, which does nothing and succeeds.
    pub words: Vec<Token>,
    /// What follows; none at the end of the line.
    pub then: Option<Separator>,
}

/// One logical line, after joining.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The number, from 1, of the physical line where it begins.
    pub number: usize,
    /// Its bytes in the script, without the final line end.
    pub span: Range<usize>,
    /// The label at its start, without the colon.
    pub label: Option<Token>,
    /// The commands from left to right; always at least one, perhaps empty.
    pub commands: Vec<Command>,
}

/// A script cut into lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// All logical lines, the magic line (a comment to iPXE) among them.
    pub lines: Vec<Line>,
    /// Whether the text ends in a `\`: iPXE then fails with "invalid argument" at the end.
    pub unfinished: bool,
}

impl Script {
    /// The index of the first line with this label, which is where `goto` goes.
    pub fn find_label(&self, label: &str) -> Option<usize> {
        self.lines.iter().position(|line| line.label.as_ref().is_some_and(|l| l.text == label))
    }
}

/// What iPXE takes for a blank.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

/// Whether iPXE takes these bytes for a script: `#!ipxe` or `#!gpxe` and one blank, nothing before them.
pub fn has_magic(bytes: &[u8]) -> bool {
    (bytes.starts_with(b"#!ipxe") || bytes.starts_with(b"#!gpxe")) && bytes.get(6).is_some_and(|b| is_blank(char::from(*b)))
}

/// Cuts a script into lines. Text past [`MAX_SCRIPT`] is left out; callers refuse such a script before.
pub fn lex(text: &str) -> Script {
    let mut end = text.len().min(MAX_SCRIPT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    let mut lines = Vec::new();
    let mut joined = Joined::default();
    let (mut offset, mut number, mut begin, mut begin_number) = (0, 0, 0, 1);
    let mut unfinished = false;
    while offset < text.len() {
        number += 1;
        let rest = &text[offset..];
        let fragment = rest.find('\n').map_or(rest, |n| &rest[..n]);
        joined.push(fragment, offset);
        let fragment_end = offset + fragment.len();
        offset = fragment_end + 1;
        if joined.text.ends_with('\r') {
            joined.text.pop();
        }
        unfinished = joined.text.ends_with('\\');
        if unfinished {
            joined.text.pop();
            continue;
        }
        lines.push(line(&std::mem::take(&mut joined), begin_number, begin..fragment_end));
        begin = offset;
        begin_number = number + 1;
    }
    Script { lines, unfinished }
}

/// A logical line while its physical lines are put together, with the way back to their places.
#[derive(Default)]
struct Joined {
    text: String,
    /// Where in `text` each physical line begins, and where that is in the script.
    pieces: Vec<(usize, usize)>,
}

impl Joined {
    fn push(&mut self, fragment: &str, offset: usize) {
        self.pieces.push((self.text.len(), offset));
        self.text.push_str(fragment);
    }

    /// The place in the script of the byte at `at` of the joined text.
    fn source(&self, at: usize) -> usize {
        self.pieces.iter().rev().find(|(start, _)| *start <= at).map_or(at, |(start, offset)| offset + (at - start))
    }

    fn token(&self, range: Range<usize>) -> Token {
        let start = self.source(range.start);
        let end = if range.is_empty() { start } else { self.source(range.end - 1) + 1 };
        Token { text: self.text[range].to_owned(), span: start..end }
    }
}

fn line(joined: &Joined, number: usize, span: Range<usize>) -> Line {
    // iPXE holds the line as a C string: a NUL ends it.
    let text = joined.text.split('\0').next().unwrap_or_default();
    let mut at = text.find(|c| !is_blank(c)).unwrap_or(text.len());
    let mut label = None;
    if text[at..].starts_with(':') {
        let start = at + 1;
        at = text[start..].find(is_blank).map_or(text.len(), |n| start + n);
        label = Some(joined.token(start..at));
    }
    let mut tokens = Vec::new();
    while let Some(skip) = text[at..].find(|c| !is_blank(c)) {
        let start = at + skip;
        at = text[start..].find(is_blank).map_or(text.len(), |n| start + n);
        tokens.push(joined.token(start..at));
    }
    Line { number, span, label, commands: commands(tokens) }
}

fn commands(tokens: Vec<Token>) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut words = Vec::new();
    for token in tokens {
        if token.text.starts_with('#') {
            break;
        }
        match Separator::of(&token.text) {
            Some(separator) => commands.push(Command { words: std::mem::take(&mut words), then: Some(separator) }),
            None => words.push(token),
        }
    }
    commands.push(Command { words, then: None });
    commands
}
