//! The world a command runs in, resolved once: paths, colour, how much to say.

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use pxectl_store::images::{self, Store};

use crate::cli::{ColorWhen, Global};

/// The inventory that is meant where none is named.
pub const INVENTORY: &str = "inventory.yaml";

/// How much to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Problems only.
    Quiet,
    /// Milestones.
    Normal,
    /// Every request.
    Verbose,
    /// Every refused or repeated request.
    Debug,
}

/// The resolved world.
#[derive(Debug, Clone)]
pub struct Session {
    /// The inventory file as the person gave it.
    pub inventory: PathBuf,
    /// The folder of the journal.
    pub state: PathBuf,
    /// The images.
    pub store: Store,
    /// How much to say.
    pub level: Level,
}

impl Session {
    /// Resolves the global options.
    pub fn new(global: &Global) -> Self {
        let choice = match global.color {
            ColorWhen::Auto => anstream::ColorChoice::Auto,
            ColorWhen::Always => anstream::ColorChoice::Always,
            ColorWhen::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        let level = match (global.quiet, global.verbose) {
            (true, _) => Level::Quiet,
            (false, 0) => Level::Normal,
            (false, 1) => Level::Verbose,
            (false, _) => Level::Debug,
        };
        let state = global.state.clone().unwrap_or_else(|| folder_of(&global.inventory).join(".pxectl"));
        // Whoever has no home has the images beside the journal.
        let store = global.store.clone().or_else(images::default_root).unwrap_or_else(|| state.join("store"));
        Self { inventory: global.inventory.clone(), state, store: Store::at(store), level }
    }

    /// A line of narration on the standard error, unless quiet.
    pub fn say(&self, line: &str) {
        if self.level > Level::Quiet {
            warn(line);
        }
    }
}

/// The folder that a file lies in; `.` for a bare name.
pub fn folder_of(file: &Path) -> PathBuf {
    file.parent().filter(|p| !p.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// A result, on the standard output. A closed pipe is the reader's way to say that it has enough.
pub fn print(text: &str) {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            LOST.get_or_init(|| error.to_string());
        }
        _ => {}
    }
}

static LOST: OnceLock<String> = OnceLock::new();

/// Why a result could not be printed.
pub fn lost() -> Option<&'static str> {
    LOST.get().map(String::as_str)
}

/// A line on the standard error.
pub fn warn(line: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// Whether a person sits at both ends.
pub fn interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// How many columns the terminal has that results are printed to; none where they go elsewhere, which is never cut. `COLUMNS` has the
/// last word (POSIX, Base Definitions 8.3).
pub fn screen_width() -> Option<usize> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    let told = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok());
    let asked = || terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0));
    told.or_else(asked).filter(|width| *width > 0)
}
