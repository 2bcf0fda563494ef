//! Values typed by people, made fit to stand in a script, or refused.
//!
//! There is no quoting in iPXE, so a value either is one token as it stands or cannot be written at all.

use std::fmt::Write as _;

use super::lex::Separator;

/// The most characters that [`text`] gives back; a screen line has 80.
pub const MAX_TEXT: usize = 240;

/// Why a value cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing there.
    #[error("it is empty")]
    Empty,
    /// A blank: iPXE has no quoting.
    #[error("it holds a blank, and iPXE has no quoting")]
    Blank,
    /// A control character.
    #[error("it holds the control character U+{0:04X}")]
    Control(u32),
    /// Outside ASCII.
    #[error("it holds `{0}`, which is not ASCII")]
    NotAscii(char),
    /// `#` at the start: a comment.
    #[error("it begins with `#`, which starts a comment")]
    Comment,
    /// `||`, `&&` or `;`.
    #[error("`{0}` separates commands")]
    Separator(String),
    /// `${`, or a `$` at its end that a `{` could follow.
    #[error("it holds `${{` or ends in `$`, which iPXE would expand")]
    Expansion,
    /// A `\` at the end, which would join the next line.
    #[error("it ends in a backslash, which joins the next line")]
    Continuation,
    /// A path segment with `/`, or `.` or `..`.
    #[error("it cannot be one part of a path")]
    Segment,
}

/// Whether a value may stand as one token, or as a part of one: gives it back as it is. It may begin with `-`, so it must
/// stand after the first argument of its command, where iPXE no longer looks for options.
///
/// # Errors
/// What is wrong with it.
pub fn word(value: &str) -> Result<&str, Refused> {
    if value.is_empty() {
        return Err(Refused::Empty);
    }
    for c in value.chars() {
        match c {
            ' ' | '\t' => return Err(Refused::Blank),
            _ if c.is_control() => return Err(Refused::Control(c.into())),
            _ if !c.is_ascii() => return Err(Refused::NotAscii(c)),
            _ => {}
        }
    }
    match value {
        _ if value.starts_with('#') => Err(Refused::Comment),
        _ if Separator::of(value).is_some() => Err(Refused::Separator(value.to_owned())),
        _ if value.contains("${") || value.ends_with('$') => Err(Refused::Expansion),
        _ if value.ends_with('\\') => Err(Refused::Continuation),
        _ => Ok(value),
    }
}

/// Any text as the rest of an `echo` line: what is not printable ASCII becomes `?`, runs of blanks become one, and what iPXE
/// would act on is put between quotes, which it prints as they are. At most [`MAX_TEXT`] characters; may come out empty.
pub fn text(value: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in value.split(|c: char| c.is_ascii_whitespace() || c == '\x0b').filter(|word| !word.is_empty()) {
        let mut plain: String = word.chars().map(|c| if c.is_ascii_graphic() { c } else { '?' }).collect();
        while plain.contains("${") {
            plain = plain.replace("${", "$(");
        }
        let acted_on = plain.starts_with(['#', '-', ':']) || Separator::of(&plain).is_some() || plain.ends_with(['\\', '$']);
        words.push(if acted_on { format!("\"{plain}\"") } else { plain });
    }
    let mut text = words.join(" ");
    if text.len() > MAX_TEXT {
        text.truncate(MAX_TEXT - 3);
        while text.ends_with([' ', '$', '\\']) {
            text.pop();
        }
        text.push_str("...");
    }
    text
}

/// One part of a URL's path, percent-encoded so that every iPXE asks for exactly it: all but letters, digits and `-._~`.
///
/// # Errors
/// An empty part, `.`, `..`, one with `/` (old builds decode `%2F` before they ask), a control character or NUL, and anything
/// outside ASCII (Debian 12's build sends `%FFFFFFC3` for the byte C3).
pub fn path_segment(part: &str) -> Result<String, Refused> {
    if part.is_empty() {
        return Err(Refused::Empty);
    }
    if matches!(part, "." | "..") || part.contains('/') {
        return Err(Refused::Segment);
    }
    let mut out = String::with_capacity(part.len());
    for c in part.chars() {
        match c {
            _ if c.is_control() => return Err(Refused::Control(c.into())),
            _ if !c.is_ascii() => return Err(Refused::NotAscii(c)),
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' | '_' | '~' => out.push(c),
            _ => {
                let _ = write!(out, "%{:02X}", u32::from(c));
            }
        }
    }
    Ok(out)
}

/// A whole path, part by part; slashes at its ends and doubled ones are dropped.
///
/// # Errors
/// As for [`path_segment`]; a path without parts is empty.
pub fn uri_path(path: &str) -> Result<String, Refused> {
    let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(path_segment).collect::<Result<_, _>>()?;
    if parts.is_empty() { Err(Refused::Empty) } else { Ok(parts.join("/")) }
}

/// What [`uri_path`] was given. A `%` without two digits stays.
pub fn decoded(path: &str) -> String {
    let digit = |at: usize| path.as_bytes().get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut out, mut at) = (Vec::with_capacity(path.len()), 0);
    while let Some(byte) = path.as_bytes().get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
