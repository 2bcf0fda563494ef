//! What no source file may hold.

use crate::tree::{Blank, File, blanked};

/// Past this a file is named.
pub(crate) const LONG: usize = 500;
/// Past this it is an error.
const TOO_LONG: usize = 800;

/// The crates that do no input or output; each has a clippy.toml that says so.
const PURE: [&str; 4] = ["model", "inventory", "render", "media"];

/// What each pure crate's clippy.toml bans at least.
pub(crate) const PURE_BANS: [&str; 20] = [
    "std::fs::read",
    "std::fs::read_to_string",
    "std::fs::write",
    "std::fs::read_dir",
    "std::fs::metadata",
    "std::fs::canonicalize",
    "std::fs::File",
    "std::fs::OpenOptions",
    "std::net::TcpStream",
    "std::net::TcpListener",
    "std::net::UdpSocket",
    "std::time::SystemTime::now",
    "std::time::Instant::now",
    "std::env::var",
    "std::env::var_os",
    "std::env::current_dir",
    "std::process::Command",
    "std::process::exit",
    "std::thread::spawn",
    "std::thread::sleep",
];

/// Counts over all Rust files.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) files: usize,
    pub(crate) median: usize,
    pub(crate) longest: usize,
}

/// Every check on every file.
pub(crate) fn check(files: &[File]) -> Vec<String> {
    let mut findings: Vec<String> = files.iter().flat_map(check_file).collect();
    findings
        .extend(long(files, TOO_LONG).into_iter().map(|(path, lines)| format!("{path}: {lines} lines; the limit is {TOO_LONG}")));
    findings.extend(PURE.iter().flat_map(|krate| check_bans(krate, files)));
    findings
}

fn is_rust(file: &File) -> bool {
    file.path.ends_with(".rs")
}

/// Files of more than `limit` lines.
pub(crate) fn long(files: &[File], limit: usize) -> Vec<(&str, usize)> {
    let sized = files.iter().filter(|file| is_rust(file)).map(|file| (file.path.as_str(), file.text.lines().count()));
    sized.filter(|(_, lines)| *lines > limit).collect()
}

/// How long the Rust files are.
pub(crate) fn sizes(files: &[File]) -> Sizes {
    let mut lines: Vec<usize> = files.iter().filter(|file| is_rust(file)).map(|file| file.text.lines().count()).collect();
    lines.sort_unstable();
    Sizes {
        files: lines.len(),
        median: lines.get(lines.len() / 2).copied().unwrap_or(0),
        longest: lines.last().copied().unwrap_or(0),
    }
}

/// A crate's own folders: libraries do not print.
fn is_library(path: &str) -> bool {
    let program = path.starts_with("crates/pxectl/") || path.starts_with("crates/fuzz/") || path.contains("/examples/");
    path.starts_with("crates/") && !program
}

/// A file that holds nothing but tests.
fn is_test(path: &str) -> bool {
    path.split('/').any(|part| part == "tests" || part == "tests.rs")
}

/// The checks that look at one file alone.
pub(crate) fn check_file(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    let path = file.path.as_str();
    let mut find = |line: usize, what: String| findings.push(format!("{path}:{}: {what}", line + 1));
    let prose = if is_rust(file) { blanked(&file.text, Blank::Literals) } else { file.text.clone() };
    for (n, line) in prose.lines().enumerate() {
        for mark in [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")] {
            if has_word(line, mark) {
                find(n, format!("`{mark}`: finish it, or write an issue"));
            }
        }
    }
    for (n, line) in file.text.lines().enumerate() {
        for place in [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")] {
            if line.contains(place) {
                find(n, format!("`{place}`: a path of one machine"));
            }
        }
    }
    if !is_rust(file) {
        return findings;
    }
    let code = blanked(&file.text, Blank::LiteralsAndComments);
    let mut in_tests = is_test(path);
    for (n, line) in code.lines().enumerate() {
        in_tests |=
            line.trim_start().starts_with("#[cfg(test)]") && !code.lines().nth(n + 1).is_some_and(|next| next.ends_with(';'));
        for mark in ["dbg!", "todo!", "unimplemented!"] {
            if has_word(line, mark) {
                find(n, format!("`{mark}`: finish it"));
            }
        }
        if is_library(path)
            && !in_tests
            && ["println!", "eprintln!", "print!", "eprint!"].iter().any(|print| has_word(line, print))
        {
            find(n, "a library prints; it reports an event or returns a value".to_owned());
        }
        if in_tests && ["thread::sleep", "time::sleep"].iter().any(|sleep| line.contains(sleep)) {
            find(n, "a test sleeps; it waits for an event".to_owned());
        }
        if has_word(line, "unsafe") {
            find(
                n,
                "unsafe code: none has been needed; what needs it gets a module of its own, named here with its reason"
                    .to_owned(),
            );
        }
    }
    let is_root = ["/src/lib.rs", "/main.rs"].iter().any(|end| path.ends_with(end));
    if is_root && !file.text.starts_with("//!") {
        find(0, "a crate begins with `//!` and its reason".to_owned());
    }
    findings
}

/// Whether `word` stands in a line by itself and not as a part of another word.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + word.len()..]);
        !before.ends_with(inside) && !after.starts_with(inside)
    })
}

/// A per-crate clippy.toml replaces the workspace's, so each has to repeat the common bans.
pub(crate) fn check_bans(krate: &str, files: &[File]) -> Vec<String> {
    let path = format!("crates/{krate}/clippy.toml");
    let Some(file) = files.iter().find(|file| file.path == path) else {
        return vec![format!("{path}: missing; a pure crate bans input and output")];
    };
    let banned =
        |ban: &&str| file.text.lines().any(|line| line.contains(&format!("path = \"{ban}\"")) && line.contains("reason = \""));
    PURE_BANS.iter().filter(|ban| !banned(ban)).map(|ban| format!("{path}: does not ban {ban} with a reason")).collect()
}
