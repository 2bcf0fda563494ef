//! A lab to begin with, and where each of its files goes.

mod ci;
mod write;

use std::path::{Path, PathBuf};

use pxectl_inventory::schema::{Kind, schema};

pub use ci::{Forge, Step, step};
pub use write::{Made, write_new};

pub use crate::session::INVENTORY;

/// The inventory itself.
pub const INVENTORY_TEXT: &str = include_str!("lab/inventory.yaml");

/// A host of it that boots over the network.
pub const HOST: &str = "hello-01";

/// What git is not to hold.
const IGNORED: &str = include_str!("lab/gitignore");

/// A file of a new lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Where it goes.
    pub path: PathBuf,
    /// What it holds.
    pub text: String,
    /// What it is there for.
    pub about: &'static str,
}

/// The files of a lab in this folder, the inventory last: where it is, there is a lab.
pub fn files(folder: &Path) -> Vec<NewFile> {
    [
        (".gitignore", IGNORED, "keeps the journal and the images out of git"),
        ("templates/README.md", include_str!("lab/templates.md"), "where answer files and templates of your own go"),
        ("hello.ipxe", include_str!("lab/hello.ipxe"), "what the profile `hello` boots; no download"),
        (
            "inventory.schema.json",
            &schema(Kind::Inventory),
            "lets editors complete and check the inventory; `pxectl schema` prints it anew",
        ),
        (INVENTORY, INVENTORY_TEXT, "the lab: its network, profiles and machines"),
    ]
    .map(|(name, text, about)| NewFile { path: folder.join(name), text: text.to_owned(), about })
    .to_vec()
}

/// Lines of ours that a `.gitignore` of the person's lacks.
pub fn not_ignored(text: &str) -> Vec<&'static str> {
    let has = |line: &str| text.lines().any(|theirs| theirs.trim().trim_matches('/') == line.trim_matches('/'));
    IGNORED.lines().filter(|line| !line.starts_with('#') && !has(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab;

    #[test]
    fn what_is_commented_out_is_sound_too() {
        let text: String = INVENTORY_TEXT
            .lines()
            .map(|line| line.strip_prefix('#').filter(|l| l.starts_with("  ")).unwrap_or(line))
            .map(|line| format!("{line}\n"))
            .collect();
        assert_eq!(lab::read_text(INVENTORY, &text).unwrap().linted(None).findings, [], "as the file says to do it");
        let text = text.replace("#rules:", "rules:");
        assert_eq!(text.matches("debian-12").count(), INVENTORY_TEXT.matches("debian-12").count());
        let found = lab::read_text(INVENTORY, &text).unwrap();
        let judged = found.linted(None);
        assert!(judged.findings.is_empty(), "{:?}", judged.findings);
        let inventory = found.reading.inventory.unwrap();
        assert_eq!((inventory.parts().hosts.len(), inventory.parts().rules.len()), (3, 1));
    }

    #[test]
    fn only_what_is_missing_is_told() {
        assert_eq!(not_ignored("target/\n.pxectl\n"), ["*.part", "/images/"]);
        assert!(not_ignored(IGNORED).is_empty());
    }
}
