//! From bytes to text: UTF-8, no byte order mark, nothing unprintable.

use std::sync::Arc;

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::source::{FileId, Span};

use crate::rules::structure::{ENCODING, MERGE_CONFLICT};

/// What came of the bytes of one file.
pub(crate) struct Decoded {
    /// The text for people to look at; what was not UTF-8 is replaced by U+FFFD.
    pub text: Arc<str>,
    /// What is wrong with it.
    pub findings: Vec<Diagnostic>,
    /// Whether it can be read as YAML at all.
    pub readable: bool,
}

/// Decodes one file. A byte order mark is taken off, so that columns are those of an editor.
pub(crate) fn decode(file: FileId, bytes: &[u8]) -> Decoded {
    let mut findings = Vec::new();
    let place = |start: usize, len: usize| Place::Span(Span { file, start, end: start + len });
    // With its mark, or with the NUL that half of every ASCII character is.
    let utf16 = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=255, ..] | [1..=255, 0, ..]);
    if utf16 {
        findings.push(ENCODING.at(place(0, 0), "the file is UTF-16, not UTF-8").help("save it as UTF-8"));
        return Decoded { text: "".into(), findings, readable: false };
    }
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if body.len() != bytes.len() {
        let help = "save it as UTF-8 without a byte order mark";
        findings.push(ENCODING.at(place(0, 0), "the file begins with a byte order mark").help(help));
    }
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            let byte = body.get(at).copied().unwrap_or_default();
            let message = format!("byte 0x{byte:02x} is not UTF-8");
            findings.push(ENCODING.at(place(at, '\u{fffd}'.len_utf8()), message).help("save the file as UTF-8"));
            return Decoded { text: String::from_utf8_lossy(body).into(), findings, readable: false };
        }
    };
    // Bytes are looked through many at a time, characters one by one.
    let plain = text.bytes().fold(true, |plain, b| plain & matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~'));
    let odd = if plain { None } else { text.char_indices().find(|(_, c)| !printable(*c)) };
    if let Some((at, c)) = odd {
        let message = format!("the character U+{:04X} does not belong in a YAML file", u32::from(c));
        findings.push(ENCODING.at(place(at, c.len_utf8()), message).help("remove it"));
        return Decoded { text: text.into(), findings, readable: false };
    }
    if let Some(at) = conflict(text) {
        let line = text[at..].lines().next().unwrap_or("").trim_end().len();
        let help = if text.lines().any(|line| line.starts_with("pxectl_lock:")) { LOCK_CONFLICT } else { CONFLICT };
        findings.push(MERGE_CONFLICT.at(place(at, line), "git could not merge two versions of this file").help(help));
        return Decoded { text: text.into(), findings, readable: false };
    }
    Decoded { text: text.into(), findings, readable: true }
}

/// What to do about a conflict.
const CONFLICT: &str = "choose between the two sides, take the lines `<<<<<<<`, `=======` and `>>>>>>>` out, and commit";
/// The same in a lock file, in which no side's artifacts need be lost.
const LOCK_CONFLICT: &str = "keep the blocks of both sides (of an artifact that both have, either one), take the lines `<<<<<<<`, `=======` and \
                             `>>>>>>>` out, run `pxectl fetch`, and commit";

/// Where git's first conflict begins: its marks stand at the beginning of a line, where no value of ours can.
fn conflict(text: &str) -> Option<usize> {
    let begins = |mark: &str| {
        let first = text.starts_with(mark).then_some(0);
        first.or_else(|| text.find(&format!("\n{mark}")).map(|at| at + 1))
    };
    let start = begins("<<<<<<< ")?;
    begins(">>>>>>> ").filter(|end| start < *end).map(|_| start)
}

/// YAML 1.2.2, 5.1 (c-printable), without the byte order mark, which has no business inside a text.
fn printable(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' => true,
        '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => c >= '\u{a0}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(bytes: &[u8]) -> Option<(String, Place)> {
        decode(FileId(0), bytes).findings.into_iter().next().map(|f| (f.message, f.at))
    }

    #[test]
    fn marks_of_a_merge() {
        let text = "a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> theirs\n";
        assert_eq!(conflict(text), Some(5));
        assert_eq!(conflict(&text[5..]), Some(0));
        assert_eq!(conflict("a: |\n  <<<<<<< HEAD\n  >>>>>>> theirs\n"), None);
        assert_eq!(conflict("# >>>>>>> \n<<<<<<< HEAD\n"), None);
        let found = decode(FileId(0), text.as_bytes());
        assert!(!found.readable && found.findings[0].rule.0 == "merge-conflict");
        let help = |text: &str| decode(FileId(0), text.as_bytes()).findings[0].help.clone();
        assert_ne!(help(text), help(&text.replace("a: 1", "# \npxectl_lock: 1")), "of a lock file nothing need be lost");
    }

    #[test]
    fn what_is_no_text() {
        let span = |start, end| Place::Span(Span { file: FileId(0), start, end });
        assert_eq!(first("a: é\n".as_bytes()), None);
        assert_eq!(first(b"a: \xff"), Some(("byte 0xff is not UTF-8".to_owned(), span(3, 6))));
        assert_eq!(first(b"a: \0").unwrap().1, span(3, 4));
        assert_eq!(first(b"\xef\xbb\xbfa: 1").unwrap().1, span(0, 0));
        assert!(decode(FileId(0), b"\xef\xbb\xbfa: 1").readable);
        assert!(!decode(FileId(0), b"\xff\xfea\0").readable);
    }
}
