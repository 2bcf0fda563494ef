//! What differs between two texts, line by line.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The lines that differ, in order: those of the old text (true) before those that take their place.
pub fn changed<'t>(old: &'t str, new: &'t str) -> Vec<(bool, &'t str)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut changed = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if let DiffOp::Equal { .. } = op {
            continue;
        }
        changed.extend(old[op.old_range()].iter().map(|line| (true, *line)));
        changed.extend(new[op.new_range()].iter().map(|line| (false, *line)));
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::changed;

    #[test]
    fn only_what_differs() {
        assert_eq!(changed("a\nb\nc\n", "a\nB\nc\nd\n"), [(true, "b"), (false, "B"), (false, "d")]);
        assert!(changed("a\n", "a\n").is_empty());
    }
}
