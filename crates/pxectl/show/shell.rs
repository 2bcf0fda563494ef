//! Words for a person's shell.

use std::path::Path;

/// A path as one word of a POSIX shell, which no option can be taken for.
pub fn path(path: &Path) -> String {
    let text = path.display().to_string();
    word(&if text.starts_with('-') { format!("./{text}") } else { text })
}

/// A text as one word of a POSIX shell.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | ':' | ',' | '@' | '%' | '+' | '=');
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole() {
        for (text, expected) in
            [("lab", "lab"), ("", "''"), ("my lab", "'my lab'"), ("it's $(x)", r"'it'\''s $(x)'"), ("~x", "'~x'")]
        {
            assert_eq!(word(text), expected);
        }
        assert_eq!(path(Path::new("-i")), "./-i");
    }
}
