//! The names that a person probably meant: for texts that are read off stickers and typed late at night.

use strsim::damerau_levenshtein;

/// Longest text that is compared, in characters.
const LONGEST: usize = 64;
/// Shortest piece of a name that is looked for inside of names.
const PIECE: usize = 4;

/// Positions of the names that are most like `word`, the nearest first, `most` of them at most. Case, blanks and separators do not
/// count, and letters that look like digits (O and 0, I and 1) are the same.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<usize> {
    let wanted = look(word);
    let letters = wanted.chars().count();
    if letters == 0 || letters > LONGEST {
        return Vec::new();
    }
    let reach = (letters / 4).clamp(1, 3);
    let distance = |name: &str| {
        let name = look(name);
        let length = name.chars().count();
        if length > LONGEST {
            return None;
        }
        if length.abs_diff(letters) <= reach {
            let distance = damerau_levenshtein(&wanted, &name);
            if distance <= reach && distance < length {
                return Some(distance);
            }
        }
        // A piece of one: the last digits of a serial number, a name without its domain.
        let piece = letters.min(length) >= PIECE && (name.contains(&wanted) || wanted.contains(&name));
        piece.then(|| reach + length.abs_diff(letters))
    };
    let mut found: Vec<(usize, usize)> =
        names.into_iter().enumerate().filter_map(|(at, name)| Some((distance(name)?, at))).collect();
    found.sort_unstable();
    found.into_iter().take(most).map(|(_, at)| at).collect()
}

/// A text as tired eyes see it.
fn look(text: &str) -> String {
    let seen = |c: char| match c.to_ascii_uppercase() {
        'O' | 'Q' => '0',
        'I' | 'L' => '1',
        'Z' => '2',
        'S' => '5',
        'B' => '8',
        c => c,
    };
    text.chars().filter(|c| !c.is_whitespace() && !"-_.:".contains(*c)).map(seen).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    fn near(word: &str, names: &[&'static str]) -> Vec<&'static str> {
        nearest(word, names.iter().copied(), 3).into_iter().map(|at| names[at]).collect()
    }

    #[test]
    fn what_was_meant() {
        let names = ["7CX1230", "7CXI23O", "web-01", "web-02.example.org", "MXQ9180K2L", "LAB-00417"];
        assert_eq!(near("7cx123o", &names), ["7CX1230", "7CXI23O"], "0 and O, 1 and I");
        assert_eq!(near("7CX1320", &names)[0], "7CX1230", "two digits the wrong way round");
        assert_eq!(near("web02", &names)[0], "web-01", "one digit another");
        assert_eq!(near("0K2L", &names), ["MXQ9180K2L"], "its end");
        assert_eq!(near("web-02.example.net", &names), ["web-02.example.org", "web-02.example.org"][..1]);
        assert_eq!(near("nothing-like-it", &names), Vec::<&str>::new());
    }

    #[test]
    fn what_is_too_long_or_nothing_is_like_nothing() {
        assert!(nearest(&"x".repeat(65), ["x"], 3).is_empty());
        assert!(nearest(" - ", ["x", ""], 3).is_empty());
        assert!(nearest("x", ["y", ""], 3).is_empty(), "a name of which nothing is left is no match");
    }
}
