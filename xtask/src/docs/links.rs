//! Every relative link of a document leads to a file, and its `#part` to a heading there.

use crate::tree::File;

/// Checks the links of all documents; `exists` tells of files that are no text.
pub(crate) fn check(files: &[File], exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".md")) {
        for target in links(&file.text) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let path = if path.is_empty() { file.path.clone() } else { join(&file.path, path) };
            let other = files.iter().find(|other| other.path == path);
            if other.is_none() && !exists(&path) {
                findings.push(format!("{}: the link `{target}` leads nowhere", file.path));
            } else if !anchor.is_empty() && !other.is_some_and(|other| headings(&other.text).iter().any(|h| h == anchor)) {
                findings.push(format!("{}: the link `{target}` leads to no heading", file.path));
            }
        }
    }
    findings
}

/// The lines outside of code blocks.
pub(crate) fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prose(text) {
        // What stands between backticks is code: every second part.
        let line: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        let targets = line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.to_owned());
        found.extend(targets);
    }
    found
}

/// The anchors that a forge makes of headings.
fn headings(text: &str) -> Vec<String> {
    let lines = prose(text).filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let letter = |c: char| match c {
        ' ' => Some('-'),
        _ if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
        _ => None,
    };
    lines.map(|line| line.to_lowercase().chars().filter_map(letter).collect()).collect()
}

/// `path` as seen from the folder of `from`.
fn join(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> usize {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let files = [file("docs/a.md", text), file("docs/b.md", "# One `two`-three, four!\n"), file("README.md", "# Top\n")];
        check(&files, |path| path == "docs/picture.png").len()
    }

    #[test]
    fn links_lead_somewhere() {
        assert_eq!(
            findings("[b](b.md) [t](../README.md#top) [p](picture.png) [w](https://example.org/x) [h](#here)\n# Here\n"),
            0
        );
        assert_eq!(findings("[x](b.md#one-two-three-four)\n"), 0);
        assert_eq!(findings("[x](c.md)\n"), 1);
        assert_eq!(findings("[x](b.md#two) [y](#none)\n"), 2);
        assert_eq!(findings("`[x](c.md)`\n```\n[x](c.md)\n```\n"), 0, "code is no link");
    }
}
