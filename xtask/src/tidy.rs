//! What the compiler does not check: arrows between crates, doors of packages, sizes, bans.

mod manifests;
mod sources;
#[cfg(test)]
mod tests;

use crate::{Result, tree};

/// Runs every check and prints what it found, all of it.
pub(crate) fn run() -> Result {
    let files = tree::files()?;
    let packages = manifests::read()?;
    let mut findings = manifests::check(&packages);
    findings.extend(manifests::check_reasons(&packages, &text_of(&files, "docs/architecture.md")));
    findings.extend(manifests::check_unused(&packages, &files));
    findings.extend(sources::check(&files));
    for (path, lines) in sources::long(&files, sources::LONG) {
        println!("long: {path}: {lines} lines; past {} a file has more than one reason", sources::LONG);
    }
    findings.iter().for_each(|finding| println!("tidy: {finding}"));
    let counts = sources::sizes(&files);
    println!("tidy: {} Rust files, median {} lines, longest {}", counts.files, counts.median, counts.longest);
    if findings.is_empty() { Ok(()) } else { Err(format!("tidy: {} findings", findings.len())) }
}

fn text_of(files: &[tree::File], path: &str) -> String {
    files.iter().find(|file| file.path == path).map(|file| file.text.clone()).unwrap_or_default()
}
