//! Where readers and rules put what they find.

use pxectl_model::diag::{Diagnostic, Place, Severity};
use pxectl_model::source::FileId;

use crate::limits;
use crate::rules::structure::TOO_LARGE;

/// A bounded list of findings.
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Diagnostic>,
    errors: usize,
    /// Those that are not errors, counted-only ones included.
    minor: usize,
    dropped: usize,
    suggested: usize,
}

impl Findings {
    /// Adds one; beyond [`limits::FINDINGS`] errors, and as many of what is none, it is only counted: an error must not go under
    /// among warnings.
    pub fn push(&mut self, finding: Diagnostic) {
        let alike = match finding.severity {
            Severity::Error => &mut self.errors,
            _ => &mut self.minor,
        };
        *alike += 1;
        if *alike <= limits::FINDINGS {
            self.list.push(finding);
        } else {
            self.dropped += 1;
        }
    }

    /// How many are at error level, counted-only ones included.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.errors == 0 && self.minor == 0
    }

    /// The name that was probably meant, where one is close. Works a bounded number of times.
    pub fn suggest<'a>(&mut self, word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
        if self.suggested >= limits::SUGGESTIONS {
            return None;
        }
        self.suggested += 1;
        closest(word, names)
    }

    /// All of them, and one more that tells how many were left out.
    pub fn into_list(mut self) -> Vec<Diagnostic> {
        if self.dropped > 0 {
            let message = format!("{} more findings are not shown", self.dropped);
            let mut more = TOO_LARGE.at(Place::File(FileId(0)), message).help("mend those that are, and run it again");
            more.severity = Severity::Note;
            self.list.push(more);
        }
        self.list
    }
}

/// The closest of `names`, at most a third of its letters away.
pub fn closest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let letters = word.chars().count();
    if letters > 64 {
        return None;
    }
    let reach = (letters / 3).max(1);
    let folded = word.to_lowercase();
    names
        .into_iter()
        .take(limits::SUGGESTIONS)
        .filter(|name| name.len().abs_diff(word.len()) <= reach * 2)
        .map(|name| (strsim::damerau_levenshtein(&folded, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= reach)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name.to_owned())
}

/// A value as a message shows it: on one line, without control characters, not too long.
pub fn shown(text: &str) -> String {
    let mut out: String = text.chars().take(limits::SHOWN).flat_map(visible).collect();
    if text.chars().nth(limits::SHOWN).is_some() {
        out.push('…');
    }
    out
}

/// A text as a message shows it where it must be whole: a file's name.
pub fn whole(text: &str) -> String {
    text.chars().flat_map(visible).collect()
}

/// Control characters and those that turn the direction of writing, as escapes: a message must not steer a terminal.
pub fn visible(c: char) -> Vec<char> {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    if c.is_control() || turns { c.escape_default().collect() } else { vec![c] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_names() {
        let names = ["win2022", "debian-12", "local"];
        assert_eq!(closest("win2o22", names).as_deref(), Some("win2022"));
        assert_eq!(closest("Debian12", names).as_deref(), Some("debian-12"));
        assert_eq!(closest("ubuntu", names), None);
        assert_eq!(closest(&"x".repeat(100), names), None);
    }

    #[test]
    fn messages_steer_no_terminal() {
        assert_eq!(shown("a\u{1b}[2J\nb"), "a\\u{1b}[2J\\nb");
        assert_eq!(shown(&"é".repeat(100)).chars().count(), limits::SHOWN + 1);
    }
}
