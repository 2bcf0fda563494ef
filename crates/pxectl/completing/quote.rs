//! Candidates as they stand on a command line, where a shell reads them: to the letter, and nothing of them runs.

use super::begins;
use super::line::{Line, Quoted};

/// What bash puts in place of the piece of the word that it completes: that after the last of its word breaks. None where the word is
/// made of several quoted pieces, of which bash would replace another one.
pub fn bash(value: &str, line: &Line, breaks: &str) -> Option<String> {
    if !line.plain {
        return None;
    }
    let special = |c: char| match line.quoted {
        Quoted::Not => !(c.is_alphanumeric() || "/._-:,@%+=".contains(c)),
        Quoted::Single => false,
        Quoted::Double => matches!(c, '$' | '`' | '"' | '\\'),
    };
    let mut text = String::new();
    for c in value.chars() {
        match (line.quoted, c) {
            (Quoted::Single, '\'') => text.push_str(r"'\''"),
            _ if special(c) => text.extend(['\\', c]),
            _ => text.push(c),
        }
    }
    if line.quoted != Quoted::Not {
        return Some(text);
    }
    // What was typed in another way than it is written here cannot be cut off.
    let done = after_break(&line.typed, breaks);
    if done == 0 || !begins(&text, &line.typed[..done]) { Some(text).filter(|_| done == 0) } else { Some(text.split_off(done)) }
}

/// The byte behind the last word break that no backslash takes its meaning from.
fn after_break(typed: &str, breaks: &str) -> usize {
    let mut after = 0;
    let mut escaped = false;
    for (at, c) in typed.char_indices() {
        if !escaped && c != '\\' && breaks.contains(c) {
            after = at + c.len_utf8();
        }
        escaped = c == '\\' && !escaped;
    }
    after
}

/// For PowerShell: in single quotes where a character might mean something (about_Quoting_Rules).
pub fn powershell(value: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/\\._-:+=".contains(c);
    if !value.is_empty() && value.chars().all(plain) { value.to_owned() } else { format!("'{}'", value.replace('\'', "''")) }
}

#[cfg(test)]
mod tests {
    use super::super::line::read;
    use super::*;

    const BREAKS: &str = " \t\n\"'@><=;|&(:";

    #[test]
    fn what_bash_inserts_is_what_is_meant() {
        for (line, value, expected) in [
            ("pxectl explain ", "web-01", Some("web-01")),
            ("pxectl explain ", "a b'$(x)`y`*!", Some(r"a\ b\'\$\(x\)\`y\`\*\!")),
            ("pxectl explain \"a", "a \"b'$(x)", Some(r#"a \"b'\$(x)"#)),
            ("pxectl explain 'a", "a'$b", Some(r"a'\''$b")),
            ("pxectl explain 52:54:0", "52:54:00:12", Some("00:12")),
            ("pxectl serve --profile=de", "--profile=debian-12", Some("debian-12")),
            (r"pxectl explain a\:b", "a:bc", Some("a:bc")),
            ("pxectl explain a'b", "abc", None),
        ] {
            assert_eq!(bash(value, &read(line), BREAKS).as_deref(), expected, "{line}");
        }
        assert_eq!(powershell("it's $(x)"), "'it''s $(x)'");
    }
}
