//! `${…}` expansion: innermost first, again and again while anything remains, as iPXE does; here with an end.

use super::settings::Settings;

/// The most substitutions in one word. Real iPXE has no such end: a value that holds its own name hangs the machine.
pub const MAX_EXPANSIONS: usize = 256;

/// The most bytes of one word while it is expanded.
pub const MAX_EXPANDED: usize = 64 * 1024;

/// Why an expansion was given up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    /// More than [`MAX_EXPANSIONS`] substitutions: a value that holds itself.
    #[error("the expansion of `{0}` does not end: a setting's value holds `${{…}}` again, and the machine would hang here")]
    Endless(String),
    /// More than [`MAX_EXPANDED`] bytes.
    #[error("the expansion of `{0}` is longer than {MAX_EXPANDED} bytes")]
    TooLong(String),
}

/// Expands one token. What is unknown becomes nothing; `${` without `}` stays as it is.
///
/// # Errors
/// Where the expansion would not end, or grows past the cap.
pub fn expand(token: &str, settings: &Settings) -> Result<String, ExpandError> {
    let shown = || token.chars().take(80).collect();
    let mut text = token.to_owned();
    for _ in 0..MAX_EXPANSIONS {
        if text.len() > MAX_EXPANDED {
            return Err(ExpandError::TooLong(shown()));
        }
        let Some((start, end)) = innermost(&text) else { return Ok(text) };
        let value = settings.print(&text[start + 2..end]);
        text.replace_range(start..=end, &value);
    }
    if innermost(&text).is_none() && text.len() <= MAX_EXPANDED { Ok(text) } else { Err(ExpandError::Endless(shown())) }
}

/// The first `}` after a `${`, and the last `${` before it.
pub(super) fn innermost(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut start = None;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'$' && bytes.get(at + 1) == Some(&b'{') {
            start = Some(at);
        }
        if let (Some(start), b'}') = (start, *byte) {
            return Some((start, at));
        }
    }
    None
}
