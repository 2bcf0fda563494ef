//! What the words of a line say about the inventory that is meant.

use std::path::PathBuf;

/// The inventory of a line that is being typed: `-i FILE`, `-iFILE`, `--inventory FILE`, `--inventory=FILE`; the last counts. A tilde
/// that the shell has not read yet is the home folder.
pub fn inventory(words: &[String], home: Option<PathBuf>) -> Option<PathBuf> {
    let mut found = None;
    // The last word is not finished.
    let mut words = words.get(..words.len().saturating_sub(1)).unwrap_or_default().iter();
    while let Some(word) = words.next() {
        if word == "--" {
            break;
        }
        if word == "--inventory" {
            found = words.next().cloned().or(found);
        } else if let Some(file) = word.strip_prefix("--inventory=") {
            found = Some(file.to_owned());
        } else if let Some(short) = word.strip_prefix('-').filter(|short| !short.starts_with('-')) {
            // Behind the flags that every command takes.
            let rest = short.trim_start_matches(['q', 'v']);
            if let Some(file) = rest.strip_prefix('i') {
                let file = file.strip_prefix('=').unwrap_or(file);
                found = if file.is_empty() { words.next().cloned().or(found) } else { Some(file.to_owned()) };
            }
        }
    }
    let path = PathBuf::from(found?);
    match (path.strip_prefix("~"), home) {
        (Ok(below), Some(home)) => Some(home.join(below)),
        _ => Some(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inventory_of_the_line() {
        for (line, expected) in [
            ("pxectl explain x", None),
            ("pxectl -i a.yaml explain x", Some("a.yaml")),
            ("pxectl explain -qvib.yaml x", Some("b.yaml")),
            ("pxectl --inventory=c.yaml -i d.yaml explain x", Some("d.yaml")),
            ("pxectl --inventory ~/e.yaml x", Some("/own/e.yaml")),
            ("pxectl explain -i", None),
            ("pxectl explain -- -i f.yaml x", None),
        ] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(inventory(&words, Some("/own".into())), expected.map(PathBuf::from), "{line}");
        }
    }
}
