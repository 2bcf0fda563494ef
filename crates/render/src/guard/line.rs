//! Formats that are lines: preseed, and plain text.

use super::{Refused, shell};

/// Private-use characters around each value of a preseed file, until [`settle`] has seen the line that it stands in.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// The value of a preseed line: everything to its end (debconf-set-selections(1)), so neither blanks at its ends nor a `\` there.
pub fn preseed(value: &str) -> Result<&str, Refused> {
    super::one_line(value)?;
    if value.trim() != value {
        return Err(Refused("it begins or ends with a blank, which the installer loses".to_owned()));
    }
    if value.ends_with('\\') {
        return Err(Refused("it ends in a backslash, which joins the next line".to_owned()));
    }
    if value.contains([OPEN, CLOSE]) {
        return Err(Refused("it holds a private-use character".to_owned()));
    }
    Ok(value)
}

/// The value with its marks, for [`settle`].
pub fn marked(value: &str) -> String {
    format!("{OPEN}{value}{CLOSE}")
}

/// Takes the marks out of a rendered preseed file. Most values are texts for the installer; those of its commands
/// (`preseed/late_command` and the like) are shell, so a value that stands in one must be a plain word.
///
/// # Errors
/// The value that is none, and why.
pub fn settle(text: &str) -> Result<String, (String, Refused)> {
    let mut out = String::with_capacity(text.len());
    let (mut joined, mut command) = (false, false);
    for line in text.split_inclusive('\n') {
        if !joined {
            command = is_command(line);
        }
        joined = line.trim_end_matches(['\n', '\r']).ends_with('\\');
        let mut rest = line;
        while let Some((before, after)) = rest.split_once(OPEN) {
            let (value, after) = after.split_once(CLOSE).unwrap_or((after, ""));
            if command {
                shell::plain(value).map_err(|why| (value.to_owned(), why))?;
            }
            out.push_str(before);
            out.push_str(value);
            rest = after;
        }
        out.push_str(rest);
    }
    Ok(out)
}

/// Whether a line is `OWNER QUESTION TYPE VALUE` with a question whose value the installer runs.
fn is_command(line: &str) -> bool {
    let question = line.split_ascii_whitespace().nth(1).unwrap_or_default();
    question.ends_with("command") || question.ends_with("/run")
}

/// Any text that stays on its line.
pub fn text(value: &str) -> Result<&str, Refused> {
    super::one_line(value)
}
