//! The project's files, and Rust text with its strings and comments blanked.

use std::path::{Path, PathBuf};

use crate::Result;

/// The project's top folder.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// A text file of the project.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Relative to the top, with `/`.
    pub(crate) path: String,
    /// Its content.
    pub(crate) text: String,
}

/// Every text file that a person wrote, sorted by path. What builds and runs leave behind is left out.
pub(crate) fn files() -> Result<Vec<File>> {
    let root = root();
    let mut found = Vec::new();
    walk(&root, &root, &mut found).map_err(|error| format!("reading the project's files: {error}"))?;
    found.sort_by(|a: &File, b| a.path.cmp(&b.path));
    Ok(found)
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<File>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let kind = entry.file_type()?;
        if kind.is_dir() && !matches!(name.as_str(), "target" | ".git" | ".pxectl" | "corpus" | "artifacts") {
            walk(root, &path, found)?;
        } else if kind.is_file() && !matches!(name.as_str(), "Cargo.lock" | ".git") {
            // (`.git` is a file in a worktree beside the first.)
            // What is not UTF-8 is data, not prose or code.
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            found.push(File { path, text });
        }
    }
    Ok(())
}

/// Which parts of Rust text are blanked. Line breaks stay, so that line numbers hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blank {
    /// What stands in string and character literals.
    Literals,
    /// That, and comments.
    LiteralsAndComments,
}

/// Rust text with some parts blanked.
pub(crate) fn blanked(text: &str, blank: Blank) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let (len, hide) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), blank == Blank::LiteralsAndComments)
        } else if rest.starts_with("/*") {
            (block_comment(rest), blank == Blank::LiteralsAndComments)
        } else {
            let raw = if before.is_alphanumeric() || before == '_' { None } else { raw_string(rest) };
            match raw.or_else(|| quoted(rest)) {
                Some(len) => (len, true),
                None => (first.len_utf8(), false),
            }
        };
        let (part, after) = rest.split_at(len);
        match hide {
            true => out.extend(part.chars().map(|c| if c == '\n' { '\n' } else { ' ' })),
            false => out.push_str(part),
        }
        before = part.chars().next_back().unwrap_or(' ');
        rest = after;
    }
    out
}

/// The length of the block comment that `text` begins with; they nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of the raw string that `text` begins with.
fn raw_string(text: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"].into_iter().find(|p| text.strip_prefix(p).is_some_and(|t| t.starts_with(['#', '"'])))?;
    let body = &text[prefix.len()..];
    let hashes = body.len() - body.trim_start_matches('#').len();
    let inside = body[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", &body[..hashes]);
    let length = inside.find(&end)?;
    Some(prefix.len() + hashes + 1 + length + end.len())
}

/// The length of the string or character literal that `text` begins with; a lifetime is none.
fn quoted(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return Some(at + 1),
            // `'a` without a quote soon after is a lifetime.
            _ if quote == '\'' && at > 1 && !text.starts_with("'\\") => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_comments_are_told_apart() {
        let text = "a(\"b // \\\" c\"); // d \"e\"\nf('g', '\\'', r#\"h \" i\"#); fn j<'k>(l: &'k str) {} /* m /* n */ o */ p";
        let both = blanked(text, Blank::LiteralsAndComments);
        let letters: String = both.chars().filter(|c| c.is_alphabetic()).collect();
        assert_eq!(letters, "affnjklkstrp");
        assert_eq!(both.lines().count(), text.lines().count());
        let literals: String = blanked(text, Blank::Literals).chars().filter(|c| c.is_alphabetic()).collect();
        assert_eq!(literals, "adeffnjklkstrmnop", "what stands in a comment is prose, quotes or not");
    }

    #[test]
    fn a_name_that_ends_in_r_begins_no_raw_string() {
        assert_eq!(blanked("for\"x\"", Blank::Literals), "for   ");
    }
}
