//! docs/schema: the JSON Schemas as `pxectl schema` prints them, for editors that read them from the repository.

use crate::docs::cli;
use crate::{Result, tree};

/// The files, and what each is called on the command line.
const FILES: [(&str, &str); 2] = [("docs/schema/inventory.json", "inventory"), ("docs/schema/included.json", "included")];

/// Writes them anew.
pub(crate) fn write() -> Result {
    for (path, name) in FILES {
        std::fs::write(tree::root().join(path), print(name)?).map_err(|error| format!("writing {path}: {error}"))?;
        println!("wrote {path}");
    }
    Ok(())
}

/// Those that are not what the program prints.
pub(crate) fn stale() -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for (path, name) in FILES {
        if std::fs::read_to_string(tree::root().join(path)).unwrap_or_default() != print(name)? {
            findings.push(format!("{path} is stale: run `cargo xtask docs`"));
        }
    }
    Ok(findings)
}

fn print(name: &str) -> Result<String> {
    cli::output(&["schema", name])
}
