//! Patterns of `*` and `?`, and which of them fits whatever another fits.

/// A pattern of `*` (any run) and `?` (any one character); case does not count, blanks at the ends neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    shown: String,
    pattern: Vec<char>,
}

impl Glob {
    /// A pattern as written.
    pub fn new(text: &str) -> Self {
        Self { shown: text.to_owned(), pattern: text.trim().to_uppercase().chars().collect() }
    }

    /// Whether the whole text fits.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.trim().to_uppercase().chars().collect();
        wild(&self.pattern, &text, |ours, theirs| ours == '?' || ours == theirs, &mut 0)
    }
}

impl Glob {
    /// Whether it holds neither `*` nor `?`, and so fits one text alone.
    pub fn is_literal(&self) -> bool {
        !self.pattern.iter().any(|c| matches!(c, '*' | '?'))
    }

    /// Whether it fits every text, the empty one among them.
    pub fn fits_all(&self) -> bool {
        !self.pattern.is_empty() && self.pattern.iter().all(|c| *c == '*')
    }

    /// Whether it certainly fits everything that `other` fits; false where that is not plain. `steps` grows with the work.
    ///
    /// The other's pattern is taken as a text in which a `*` is a sign that only a `*` fits, and a `?` one that `?` and `*` fit. Whatever
    /// is put for those signs then fits, too.
    pub fn covers(&self, other: &Self, steps: &mut u64) -> bool {
        let (pattern, text) = (in_order(&self.pattern), in_order(&other.pattern));
        wild(&pattern, &text, |ours, theirs| theirs != '*' && (ours == '?' || ours == theirs), steps)
    }
}

/// The same pattern with each run of `*` and `?` as its `?` and then one `*`.
fn in_order(pattern: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(pattern.len());
    let mut star = false;
    for &c in pattern {
        match c {
            '*' => star = true,
            '?' => out.push('?'),
            _ => {
                if std::mem::take(&mut star) {
                    out.push('*');
                }
                out.push(c);
            }
        }
    }
    if star {
        out.push('*');
    }
    out
}

/// Whether a pattern fits the whole text, where `one` says which of its signs but `*` fits which of the text's. Linear in text times
/// pattern, without recursion.
fn wild(pattern: &[char], text: &[char], one: impl Fn(char, char) -> bool, steps: &mut u64) -> bool {
    let (mut t, mut p) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        *steps += 1;
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if one(*c, text[t]) => {
                t += 1;
                p += 1;
            }
            _ => match star {
                Some((star_p, star_t)) => {
                    star = Some((star_p, star_t + 1));
                    t = star_t + 1;
                    p = star_p + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

impl std::fmt::Display for Glob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn globs() {
        for (pattern, text, fits) in [
            ("PowerEdge R6*", "poweredge r640 ", true),
            ("PowerEdge R6*", "PowerEdge R740", false),
            ("*R6?0*", "Dell PowerEdge R640 XL", true),
            ("*", "", true),
            ("?", "", false),
            ("", "", true),
            ("a*b*c", "aXbXbXc", true),
            ("a*b*c", "aXbXbX", false),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), fits, "{pattern} on {text}");
        }
        let evil = Glob::new(&"*a".repeat(200));
        assert!(!evil.matches(&"a".repeat(199)));
    }
    #[test]
    fn what_covers_what() {
        for (wide, narrow, covers) in [
            ("PowerEdge R6*", "poweredge r640", true),
            ("PowerEdge R6*", "PowerEdge R6?0*", true),
            ("PowerEdge R6?0*", "PowerEdge R6*", false),
            ("PowerEdge R640", "PowerEdge R6*", false),
            ("*", "", true),
            ("", "*", false),
            ("?*", "*?", true),
            ("*?", "?*", true),
            ("??*", "*?", false),
            ("*a*", "*b*a*c*", true),
            ("*b*a*", "*a*b*", false),
            ("a*c", "a*b*c", true),
            ("a?c", "a*c", false),
            ("uefi-*", "uefi-x64", true),
        ] {
            assert_eq!(Glob::new(wide).covers(&Glob::new(narrow), &mut 0), covers, "{wide} over {narrow}");
        }
        assert!(Glob::new("**").fits_all() && !Glob::new("*?").fits_all() && !Glob::new("").fits_all());
        assert!(Glob::new("7CX1234").is_literal() && !Glob::new("7CX?").is_literal());
    }

    /// Every text of up to five of three letters: what a covering pattern misses, a covered one must miss, too.
    #[test]
    fn a_pattern_that_covers_another_fits_whatever_that_fits() {
        let words = |letters: &[char], longest: usize| {
            let mut words = vec![String::new()];
            let mut last = words.clone();
            for _ in 0..longest {
                last = last.iter().flat_map(|word| letters.iter().map(move |c| format!("{word}{c}"))).collect();
                words.extend(last.iter().cloned());
            }
            words
        };
        let texts = words(&['A', 'B', 'C'], 5);
        let patterns: Vec<Glob> = words(&['a', 'b', '*', '?'], 4).iter().map(|pattern| Glob::new(pattern)).collect();
        let fits: Vec<Vec<bool>> = patterns.iter().map(|p| texts.iter().map(|text| p.matches(text)).collect()).collect();
        let mut covered = 0;
        for (wide, wide_fits) in patterns.iter().zip(&fits) {
            for (narrow, narrow_fits) in patterns.iter().zip(&fits) {
                if wide.covers(narrow, &mut 0) {
                    covered += 1;
                    assert!(narrow_fits.iter().zip(wide_fits).all(|(narrow, wide)| !narrow || *wide), "{wide} over {narrow}");
                }
            }
        }
        assert!(covered > patterns.len(), "each covers itself, and some cover more");
    }
}
