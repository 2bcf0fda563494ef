//! Where two texts differ: by words within a line where lines correspond, else by lines.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// One place where two texts differ.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hunk {
    /// The first word of the line: `kernel`, `initrd`; empty where whole lines differ.
    pub line: String,
    /// What is gone: words of one line, or whole lines.
    pub old: Vec<String>,
    /// What came.
    pub new: Vec<String>,
}

/// A machine's own values and what stands for them, so that machines that change alike are seen to.
#[derive(Debug, Default)]
pub struct Mask(Vec<(String, &'static str)>);

impl Mask {
    /// With these values; those too short to tell from other text are left out.
    pub fn new(values: impl IntoIterator<Item = (String, &'static str)>) -> Self {
        let mut values: Vec<_> = values.into_iter().filter(|(value, _)| value.len() >= 4).collect();
        values.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        values.dedup();
        Self(values)
    }

    /// A text without them.
    fn over(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (value, name) in &self.0 {
            if text.contains(value.as_str()) {
                text = replace_whole(&text, value, name);
            }
        }
        text
    }
}

/// Replaces a value where it stands alone: `web-1` is no part of `web-10`.
fn replace_whole(text: &str, value: &str, name: &str) -> String {
    let inner = |c: char| c.is_alphanumeric();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, _) in text.match_indices(value) {
        let (before, after) = (&text[..at], &text[at + value.len()..]);
        if at < from || before.ends_with(inner) || after.starts_with(inner) {
            continue;
        }
        out.push_str(&text[from..at]);
        out.push_str(name);
        from = at + value.len();
    }
    out.push_str(&text[from..]);
    out
}

/// Where two texts differ, word by word.
pub fn by_words(old: &str, new: &str, mask: &Mask) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    for (old, new) in blocks(old, new) {
        if old.len() != new.len() {
            let lines = |lines: &[&str]| lines.iter().map(|line| mask.over(line)).collect();
            hunks.push(Hunk { line: String::new(), old: lines(&old), new: lines(&new) });
            continue;
        }
        for (old, new) in old.into_iter().zip(new) {
            words(old, new, mask, &mut hunks);
        }
    }
    hunks
}

/// Where two texts differ, whole lines, to the letter.
pub fn by_lines(old: &str, new: &str) -> Vec<Hunk> {
    let lines = |lines: Vec<&str>| lines.into_iter().map(str::to_owned).collect();
    blocks(old, new).into_iter().map(|(old, new)| Hunk { line: String::new(), old: lines(old), new: lines(new) }).collect()
}

/// The lines that are gone and those that came in their place.
fn blocks<'t>(old: &'t str, new: &'t str) -> Vec<(Vec<&'t str>, Vec<&'t str>)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new).into_iter();
    let ops = ops.filter(|op| !matches!(op, DiffOp::Equal { .. }));
    ops.map(|op| (old[op.old_range()].to_vec(), new[op.new_range()].to_vec())).collect()
}

fn words(old: &str, new: &str, mask: &Mask, hunks: &mut Vec<Hunk>) {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split_whitespace().collect(), new.split_whitespace().collect());
    if old.first() != new.first() {
        let line = |words: &[&str]| vec![mask.over(&words.join(" "))];
        hunks.push(Hunk { line: String::new(), old: line(&old), new: line(&new) });
        return;
    }
    let first = old.first().copied().unwrap_or_default();
    let mut hunk = Hunk { line: first.to_owned(), old: Vec::new(), new: Vec::new() };
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if let DiffOp::Equal { .. } = op {
            continue;
        }
        hunk.old.extend(old[op.old_range()].iter().map(|word| mask.over(word)));
        hunk.new.extend(new[op.new_range()].iter().map(|word| mask.over(word)));
    }
    // Lines that differ in blanks alone.
    if !(hunk.old.is_empty() && hunk.new.is_empty()) {
        hunks.push(hunk);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunk(line: &str, old: &[&str], new: &[&str]) -> Hunk {
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Hunk { line: line.to_owned(), old: own(old), new: own(new) }
    }

    #[test]
    fn words_within_a_line_and_lines_where_none_corresponds() {
        let old = "#!ipxe\nkernel k a=1 quiet\nboot\n";
        let mask = Mask::default();
        assert_eq!(by_words(old, "#!ipxe\nkernel k a=2\nboot\n", &mask), [hunk("kernel", &["a=1", "quiet"], &["a=2"])]);
        assert_eq!(by_words(old, "#!ipxe\nkernel k a=1 quiet\ninitrd i\nboot\n", &mask), [hunk("", &[], &["initrd i"])]);
        assert_eq!(by_words(old, "#!ipxe\nchain k\nboot\n", &mask), [hunk("", &["kernel k a=1 quiet"], &["chain k"])]);
        assert!(by_words(old, old, &mask).is_empty());
        assert_eq!(by_lines(old, "#!ipxe\nboot\n"), [hunk("", &["kernel k a=1 quiet"], &[])]);
    }

    #[test]
    fn machines_that_change_alike_look_alike() {
        let change = |name: &str| {
            let mask = Mask::new([(name.to_owned(), "{name}"), (format!("{name}.example.org"), "{fqdn}")]);
            by_words(&format!("kernel k host={name}\n"), &format!("kernel k h={name} {name}.example.org {name}0\n"), &mask)
        };
        let (one, other) = (change("web-01"), change("web-02"));
        assert_eq!(one[0].old, ["host={name}"]);
        assert_eq!(one[0].new[..2], ["h={name}", "{fqdn}"]);
        assert_eq!((one[0].new[2].as_str(), other[0].new[2].as_str()), ("web-010", "web-020"), "no whole word");
    }
}
