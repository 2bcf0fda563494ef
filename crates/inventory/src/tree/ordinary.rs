//! Ordinary texts, read at once: what nearly every inventory is written in, and nothing else of YAML.
//!
//! Ordinary is a block mapping of block mappings, block lists and flow collections, of scalars that stand on one line each, plain
//! or in quotes without escapes, and of comments. Of anything else (an anchor, a tag, a block scalar, a tab, a value that is
//! missing, whatever is wrong) this says only that it is not ordinary, and the whole text goes to the real readers. What is read
//! here is what both of those read, node by node and byte by byte: the tests hold all three together.

use pxectl_model::source::FileId;

use super::build::Builder;
use super::{Budget, Bytes, Node};
use crate::findings::Findings;

/// The longest scalar, bytes: longer ones meet YAML's limit for keys on one line.
const SCALAR_MAX: usize = 1000;
/// Events of every document: the beginning and the end of the stream and of the document.
const AROUND: usize = 4;

/// The tree of an ordinary text; none where it is not one, or where a finding is to be told.
pub(super) fn read(file: FileId, text: &str, budget: &mut Budget) -> Option<Node> {
    // Line breaks of YAML 1.1 that 1.2 takes for letters (YAML 1.2.2, 5.4), and blanks that one reader counts otherwise than the other.
    let odd = |text: &str| text.contains(['\u{85}', '\u{2028}', '\u{2029}']);
    let alone = |text: &str| text.split('\r').skip(1).any(|after| !after.starts_with('\n'));
    if text.contains('\t') || alone(text) || (!text.is_ascii() && odd(text)) {
        return None;
    }
    let events = budget.events.checked_sub(AROUND)?;
    let mut reader = Reader { text, at: 0, builder: Builder::new(file), events, findings: Findings::default() };
    reader.document()?;
    let Reader { builder, events, .. } = reader;
    let root = builder.finish()?;
    budget.events = events;
    Some(root)
}

struct Reader<'t> {
    text: &'t str,
    /// The next byte.
    at: usize,
    builder: Builder,
    events: usize,
    /// Stays empty: who has something to tell reads the text the long way.
    findings: Findings,
}

/// Whether a line ends here. Of a carriage return and a line feed each counts: between them lies a line with nothing in it.
fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// A step; none: this is not ordinary.
type Step = Option<()>;

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn document(&mut self) -> Step {
        let mut indent = self.next_line();
        if indent == Some(0) && self.text[self.at..].starts_with("---\n") {
            self.at += "---\n".len();
            indent = self.next_line();
        }
        if indent? != 0 {
            return None;
        }
        let after = self.block_mapping(0)?;
        (after.is_none() && self.findings.is_empty()).then_some(())
    }

    /// Past lines that hold nothing but blanks and comments. The column of the next that holds something; none at the text's end.
    fn next_line(&mut self) -> Option<usize> {
        loop {
            let start = self.at;
            self.blanks();
            match self.peek(0)? {
                b'\n' | b'\r' => self.at += 1,
                b'#' => self.comment(),
                _ => return Some(self.at - start),
            }
        }
    }

    fn blanks(&mut self) -> usize {
        let start = self.at;
        while self.peek(0) == Some(b' ') {
            self.at += 1;
        }
        self.at - start
    }

    /// To the line break, which is left.
    fn comment(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().position(|b| is_break(*b)).unwrap_or(rest.len());
    }

    /// The rest of a line in which a value has ended; then the column of the next, as [`Self::next_line`].
    fn line_end(&mut self) -> Option<Option<usize>> {
        let apart = self.blanks() > 0;
        match self.peek(0) {
            Some(b'#') if apart => self.comment(),
            Some(b'\n' | b'\r') | None => {}
            Some(_) => return None,
        }
        Some(self.next_line())
    }

    fn event(&mut self) -> Step {
        self.events = self.events.checked_sub(1)?;
        Some(())
    }

    fn open(&mut self, mapping: bool, length: usize) -> Step {
        self.event()?;
        let at = Bytes { start: self.at, end: self.at + length };
        self.builder.open(mapping, at, 0).ok()
    }

    fn close(&mut self, length: usize) -> Step {
        self.event()?;
        let at = Bytes { start: self.at, end: self.at + length };
        self.builder.close(at, &mut self.findings).ok()
    }

    fn scalar(&mut self, text: std::ops::Range<usize>, plain: bool, at: Bytes) -> Step {
        self.event()?;
        if text.len() > SCALAR_MAX {
            return None;
        }
        self.builder.scalar(&self.text[text], plain, at, 0, &mut self.findings).ok()
    }

    /// A mapping whose keys begin in this column, the first of them here. The column of the line behind it.
    fn block_mapping(&mut self, column: usize) -> Option<Option<usize>> {
        self.open(true, 0)?;
        loop {
            self.key()?;
            let next = self.block_value(column)?;
            if next != Some(column) {
                self.close(0)?;
                return (next < Some(column)).then_some(next);
            }
        }
    }

    /// What stands behind the colon of a key in this column.
    fn block_value(&mut self, column: usize) -> Option<Option<usize>> {
        self.blanks();
        match self.peek(0)? {
            b'#' => self.comment(),
            b'\n' | b'\r' => {}
            _ => {
                self.inline(column)?;
                return self.line_end();
            }
        }
        let below = self.next_line()?;
        let list = self.is_item();
        match list {
            true if below >= column => self.block_list(below, below == column),
            false if below > column => self.block_mapping(below),
            _ => None,
        }
    }

    fn is_item(&self) -> bool {
        self.peek(0) == Some(b'-') && self.peek(1) == Some(b' ')
    }

    /// A list whose dashes stand in this column, the first of them here. `flush`: the key that it belongs to does, too; the place of
    /// such a list begins behind its first dash, since that is where saphyr-parser has it.
    fn block_list(&mut self, column: usize, flush: bool) -> Option<Option<usize>> {
        if !flush {
            self.open(false, 0)?;
        }
        let mut opened = !flush;
        loop {
            self.at += 1;
            let inside = column + 1 + self.blanks();
            if !opened {
                self.open(false, 0)?;
                opened = true;
            }
            let next = if self.is_key() {
                self.block_mapping(inside)?
            } else {
                self.inline(column)?;
                self.line_end()?
            };
            if next != Some(column) || !self.is_item() {
                self.close(0)?;
                return (next <= Some(column)).then_some(next);
            }
        }
    }

    /// Whether a key stands here; what only begins like one is none.
    fn is_key(&self) -> bool {
        self.key_end().is_some_and(|(_, _, end)| self.is_colon(end))
    }

    fn is_colon(&self, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        bytes.get(at) == Some(&b':') && bytes.get(at + 1).is_some_and(|b| *b == b' ' || is_break(*b))
    }

    /// Where the text of a key begins and ends, and where the key ends.
    fn key_end(&self) -> Option<(usize, usize, usize)> {
        if let Some(b'"' | b'\'') = self.peek(0) {
            let end = self.quoted_end()?;
            return Some((self.at + 1, end - 1, end));
        }
        let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/');
        let rest = &self.text.as_bytes()[self.at..];
        let end = self.at + rest.iter().position(|b| !word(*b)).unwrap_or(rest.len());
        rest.first().filter(|b| b.is_ascii_alphanumeric() || **b == b'_').map(|_| (self.at, end, end))
    }

    /// A key and its colon.
    fn key(&mut self) -> Step {
        let (start, stop, end) = self.key_end().filter(|(_, _, end)| self.is_colon(*end))?;
        self.scalar(start..stop, start == self.at, Bytes { start: self.at, end })?;
        self.at = end + 1;
        Some(())
    }

    /// A scalar or a flow collection within a block collection in this column.
    fn inline(&mut self, column: usize) -> Step {
        match self.peek(0)? {
            b'[' | b'{' => self.flow(column),
            b'"' | b'\'' => self.quoted(),
            _ => self.plain(false),
        }
    }

    fn flow(&mut self, column: usize) -> Step {
        let mapping = self.peek(0) == Some(b'{');
        let end = if mapping { b'}' } else { b']' };
        self.open(mapping, 1)?;
        self.at += 1;
        loop {
            self.flow_space(column)?;
            if self.peek(0) == Some(end) {
                self.close(1)?;
                self.at += 1;
                return Some(());
            }
            if mapping {
                self.key()?;
                self.blanks();
            }
            match self.peek(0)? {
                b'[' | b'{' => self.flow(column)?,
                b'"' | b'\'' => self.quoted()?,
                _ => self.plain(true)?,
            }
            self.flow_space(column)?;
            match self.peek(0)? {
                b',' => self.at += 1,
                b if b == end => {}
                _ => return None,
            }
        }
    }

    /// Blanks, comments and line breaks within a flow collection, whose further lines lie deeper than the block around it.
    fn flow_space(&mut self, column: usize) -> Step {
        let apart = self.blanks() > 0;
        match self.peek(0)? {
            b'#' if !apart => None,
            b'#' | b'\n' | b'\r' => self.line_end_in_flow().filter(|at| *at > column).map(drop),
            _ => Some(()),
        }
    }

    fn line_end_in_flow(&mut self) -> Option<usize> {
        self.comment();
        self.next_line()
    }

    /// Behind the closing quote of a scalar on one line, without escapes.
    fn quoted_end(&self) -> Option<usize> {
        let quote = self.peek(0)?;
        let rest = &self.text.as_bytes()[self.at + 1..];
        let end = rest.iter().position(|b| *b == quote || is_break(*b) || *b == b'\\')?;
        let escape = quote == b'\'' && rest.get(end + 1) == Some(&b'\'');
        (rest[end] == quote && !escape).then_some(self.at + end + 2)
    }

    fn quoted(&mut self) -> Step {
        let end = self.quoted_end()?;
        self.scalar(self.at + 1..end - 1, false, Bytes { start: self.at, end })?;
        self.at = end;
        matches!(self.peek(0), Some(b' ' | b'\n' | b'\r' | b',' | b']' | b'}') | None).then_some(())
    }

    fn plain(&mut self, flow: bool) -> Step {
        let bytes = self.text.as_bytes();
        let begins = |b: u8| b.is_ascii_alphanumeric() || b"_/.+=$(~".contains(&b);
        let dash = self.peek(0) == Some(b'-') && self.peek(1).is_some_and(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !dash && !self.peek(0).is_some_and(begins) {
            return None;
        }
        let (start, mut end) = (self.at, self.at);
        loop {
            let gap = bytes[end..].iter().take_while(|b| **b == b' ').count();
            let next = bytes.get(end + gap).copied();
            match next {
                None | Some(b'\n' | b'\r') => break,
                Some(b'#') if gap > 0 => break,
                Some(b',' | b']' | b'}') if flow => break,
                Some(b'[' | b'{' | b'?') if flow => return None,
                // saphyr-parser takes `- }` and the like for the beginning of a scalar that may not be.
                Some(b'-') if flow && matches!(bytes.get(end + gap + 1), Some(b',' | b'[' | b']' | b'{' | b'}')) => return None,
                Some(b':') => {
                    let after = bytes.get(end + gap + 1).copied();
                    let inside =
                        if flow { |b: u8| b.is_ascii_alphanumeric() || b == b'/' } else { |b: u8| b != b' ' && !is_break(b) };
                    if gap > 0 || !after.is_some_and(inside) {
                        return None;
                    }
                }
                Some(_) => {}
            }
            end += gap + 1;
        }
        self.at = end;
        self.scalar(start..end, true, Bytes { start, end })
    }
}

#[cfg(test)]
mod tests;
