//! Strangers' text, made fit for a line of a log.

/// Longest text that goes into an event, in characters.
const MAX: usize = 96;

/// Printable ASCII as it is, everything else as `?`, cut with `...` past 96 characters.
pub(crate) fn printable(text: &str) -> String {
    let mut line: String = text.chars().take(MAX).map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }).collect();
    if text.chars().nth(MAX).is_some() {
        line.push_str("...");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_character_gets_through_and_nothing_is_long() {
        assert_eq!(printable("7CX 1\u{1b}[2J\n\u{e9}"), "7CX 1?[2J??");
        assert_eq!(printable(&"x".repeat(5000)).len(), MAX + 3);
    }
}
