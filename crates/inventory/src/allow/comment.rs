//! Comments that speak to pxectl, found in a text whose tree is known.

use std::ops::Range;

use crate::tree::{self, Node};

/// What such a comment begins with, after its `#`.
const NAME: &str = "pxectl:";

/// A comment that speaks to pxectl; places are bytes of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment {
    /// From its `#` to its last letter.
    pub at: Range<usize>,
    /// What it says, without the name.
    pub says: Range<usize>,
    /// The line that it is about: its own, or the next that holds something, where it has its line for itself.
    pub about: Range<usize>,
}

/// Each comment that speaks to pxectl and looks like an order, not like a key that was commented out. A comment within a comment
/// is none.
pub(super) fn comments(text: &str, root: &Node, most: usize) -> Vec<Comment> {
    let mut found: Vec<Comment> = Vec::new();
    let mut from = 0;
    let mut next = 0..0;
    while let Some(n) = text.get(from..).and_then(|rest| rest.find(NAME)) {
        let line = line_at(text, from + n);
        from = line.end;
        found.extend(comment(text, root, line, &mut next));
        if found.len() > most {
            break;
        }
    }
    found
}

/// `next` is the last line that a comment with a line for itself was about: the comments above one line look for it once.
fn comment(text: &str, root: &Node, line: Range<usize>, next: &mut Range<usize>) -> Option<Comment> {
    let start = comment_start(text, root, line.clone())?;
    let body = text[start + 1..line.end].trim_start().strip_prefix(NAME)?;
    if !is_order(body.trim()) {
        return None;
    }
    let end = start + text[start..line.end].trim_end().len();
    let says = line.end - body.len()..end.max(line.end - body.len());
    let alone = text[line.start..start].trim().is_empty();
    if alone && next.start < line.end {
        *next = next_content(text, line.end);
    }
    let about = if alone { next.clone() } else { line };
    Some(Comment { at: start..end, says, about })
}

/// The same of a template, whose comments are these places of its text, each from `{#` to `#}`.
pub(super) fn of_template(text: &str, comments: &[Range<usize>], most: usize) -> Vec<Comment> {
    let mut found = Vec::new();
    for (n, at) in comments.iter().enumerate() {
        let Some(inner) = text.get(at.start + 2..at.end.saturating_sub(2)) else { continue };
        // `{#-` and `-#}` trim what is around them.
        let inner = inner.strip_prefix(['-', '+']).unwrap_or(inner).trim_start();
        let inner = inner.strip_suffix(['-', '+']).unwrap_or(inner).trim_end();
        let Some(body) = inner.strip_prefix(NAME).filter(|body| is_order(body.trim())) else { continue };
        let start = at.start + text[at.clone()].find(NAME).unwrap_or_default() + NAME.len();
        found.push(Comment { at: at.clone(), says: start..start + body.len(), about: about(text, comments, n) });
        if found.len() > most {
            break;
        }
    }
    found
}

/// The line that a comment of a template is about.
fn about(text: &str, comments: &[Range<usize>], n: usize) -> Range<usize> {
    let own = line_at(text, comments[n].start).start..line_end(text, comments[n].end);
    let here = next_word(text, comments, own.start, 0);
    if own.contains(&here) { own } else { line_at(text, next_word(text, comments, comments[n].end, n)) }
}

/// Where a template says something by itself: the first byte from there that is neither blank nor in a comment. `first` is a comment
/// before which there is none.
fn next_word(text: &str, comments: &[Range<usize>], from: usize, first: usize) -> usize {
    let mut at = from;
    let mut left = comments.get(first..).unwrap_or_default();
    loop {
        left = &left[left.partition_point(|comment| comment.end <= at)..];
        match left.first().filter(|comment| comment.start <= at) {
            Some(comment) => at = comment.end,
            None => {
                let rest = &text[at..];
                let blank = rest.len() - rest.trim_start().len();
                let next = left.first().map_or(text.len(), |comment| comment.start);
                if at + blank < next || next == text.len() {
                    return at + blank;
                }
                at = next;
            }
        }
    }
}

/// Where a template begins to say something.
pub(super) fn first_word(text: &str, comments: &[Range<usize>]) -> usize {
    next_word(text, comments, 0, 0)
}

/// Whether it begins as `allow` does, or as somebody would write it who remembers it wrongly.
fn is_order(body: &str) -> bool {
    let word = body.find(|c: char| !c.is_ascii_alphabetic() && c != '-').unwrap_or(body.len());
    let (word, rest) = body.split_at(word);
    word == "allow" || (!word.is_empty() && rest.starts_with('('))
}

/// Where the comment of a line begins: at the first `#` at its start or after a blank (YAML 1.2.2, 6.6) that belongs to no scalar.
fn comment_start(text: &str, root: &Node, line: Range<usize>) -> Option<usize> {
    let mut from = line.start;
    while let Some(n) = text.get(from..line.end).and_then(|rest| rest.find('#')) {
        let at = from + n;
        let after_blank = text[line.start..at].chars().next_back().is_none_or(|before| matches!(before, ' ' | '\t'));
        match tree::text_end(root, at) {
            Some(end) => from = end.max(at + 1),
            None if after_blank => return Some(at),
            None => from = at + 1,
        }
    }
    None
}

/// The line that a byte lies in, without its end.
fn line_at(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind(['\n', '\r']).map_or(0, |n| n + 1);
    start..line_end(text, at)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find(['\n', '\r']).map_or(text.len(), |n| at + n)
}

/// The first line after `from` that is neither empty nor a comment; the text's end where there is none.
fn next_content(text: &str, from: usize) -> Range<usize> {
    let mut from = from;
    while from < text.len() {
        let line = from..line_end(text, from);
        let content = text[line.clone()].trim_start();
        if !content.is_empty() && !content.starts_with('#') {
            return line;
        }
        from = line.end + 1;
    }
    text.len()..text.len()
}
