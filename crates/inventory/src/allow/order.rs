//! What an order of a comment says: `allow(rule-id) because …`.

use std::ops::Range;

/// An order as it was read; places are bytes of what was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    /// The rule's name as typed.
    pub rule: Range<usize>,
    /// Why; none where nothing was said that has a letter in it.
    pub reason: Option<Range<usize>>,
}

/// Reads one; none where it has another form.
pub(super) fn order(says: &str) -> Option<Order> {
    let open = says.trim_start().strip_prefix("allow")?.trim_start().strip_prefix('(')?;
    let (rule, after) = open.split_once(')')?;
    let end = says.len() - after.len() - 1;
    let rule = trimmed(says, end - rule.len()..end);
    if rule.is_empty() || !says[rule.clone()].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return None;
    }
    let after = after.trim_start();
    let reason = match after.strip_prefix("because") {
        Some(reason) if reason.is_empty() || reason.starts_with(char::is_whitespace) => reason,
        _ if after.is_empty() => "",
        _ => return None,
    };
    let told = reason.chars().any(char::is_alphanumeric);
    Some(Order { rule, reason: told.then(|| trimmed(says, says.len() - reason.len()..says.len())) })
}

/// A part without the blanks around it.
fn trimmed(text: &str, part: Range<usize>) -> Range<usize> {
    let inner = &text[part.clone()];
    let start = part.end - inner.trim_start().len();
    start..start + inner.trim().len()
}

#[cfg(test)]
mod tests {
    use super::order;

    fn read(says: &str) -> Option<(&str, Option<&str>)> {
        order(says).map(|found| (&says[found.rule], found.reason.map(|reason| &says[reason])))
    }

    #[test]
    fn orders() {
        assert_eq!(read(" allow(a-b) because twins share it "), Some(("a-b", Some("twins share it"))));
        assert_eq!(read("allow ( a-b )because é"), Some(("a-b", Some("é"))));
        for without in ["allow(a)", "allow(a) because", "allow(a) because  ", "allow(a) because …"] {
            assert_eq!(read(without), Some(("a", None)), "{without}");
        }
        for unclear in ["allow", "allow a because b", "allow(a", "allow()", "allow(a, b) because c", "allow(a): c", "deny(a)"] {
            assert_eq!(read(unclear), None, "{unclear}");
        }
        assert_eq!(read("allow(a) becausewhat"), None);
    }
}
