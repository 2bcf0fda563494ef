//! The documents: one is written from the program's help texts, the others are held to the code.

mod cli;
mod links;
mod names;
mod schema;

use crate::{Result, tree};

/// Where the program's help texts are kept.
const CLI: &str = "docs/cli.md";

/// Writes what is generated.
pub(crate) fn write() -> Result {
    let path = tree::root().join(CLI);
    std::fs::write(&path, cli::page(&cli::read()?)).map_err(|error| format!("writing {CLI}: {error}"))?;
    println!("wrote {CLI}");
    schema::write()?;
    verdict(&check_written()?)
}

/// Checks everything, and prints all that it found.
pub(crate) fn check() -> Result {
    let helps = cli::read()?;
    let mut findings = check_written()?;
    let now = std::fs::read_to_string(tree::root().join(CLI)).unwrap_or_default();
    if now != cli::page(&helps) {
        findings.push(format!("{CLI} is stale: run `cargo xtask docs`"));
    }
    findings.extend(schema::stale()?);
    let verbs: Vec<&str> = helps.iter().map(|help| help.command.as_str()).collect();
    for file in tree::files()?.iter().filter(|file| file.path.ends_with(".md") && file.path != CLI) {
        findings.extend(names::unknown_commands(&file.path, &file.text, &verbs));
    }
    verdict(&findings)
}

/// What needs no program.
fn check_written() -> Result<Vec<String>> {
    let files = tree::files()?;
    let text = |path: &str| files.iter().find(|file| file.path == path).map_or("", |file| file.text.as_str());
    let mut findings = links::check(&files, |path| tree::root().join(path).exists());
    findings.extend(names::unnamed_events(text("crates/pxectl/serving/event_json.rs"), text("docs/events.md")));
    let shapes = [
        ("docs/explain.md", "crates/pxectl/explain/json.rs"),
        ("docs/explain.md", "crates/pxectl/diff/json.rs"),
        ("docs/list.md", "crates/pxectl/listing/json.rs"),
        ("docs/media.md", "crates/pxectl/media/json.rs"),
    ];
    for (page, code) in shapes {
        findings.extend(names::unnamed_fields(page, text(code), text(page)));
    }
    let empty = files.iter().filter(|file| file.path.ends_with(".md") && file.text.trim().is_empty());
    findings.extend(empty.map(|file| format!("{}: there is nothing in it", file.path)));
    for command in ["cargo run --release -- demo", "cargo xtask ci"] {
        if !text("README.md").contains(command) {
            findings.push(format!("README.md: does not name `{command}`"));
        }
    }
    Ok(findings)
}

fn verdict(findings: &[String]) -> Result {
    findings.iter().for_each(|finding| println!("docs: {finding}"));
    if findings.is_empty() { Ok(()) } else { Err(format!("docs: {} findings", findings.len())) }
}
