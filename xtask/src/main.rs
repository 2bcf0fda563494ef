//! The project's chores, run as `cargo xtask COMMAND`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "chores talk to the person at the terminal")]

mod bench;
mod ci;
mod docs;
mod e2e;
mod peers;
mod portable;
mod python;
mod setup;
mod steps;
mod tidy;
mod tree;

use std::process::ExitCode;

/// What a chore ends with: nothing, or why not.
type Result<T = ()> = std::result::Result<T, String>;

/// A chore's name, its arguments as shown, and what it does.
const COMMANDS: [(&str, &str, &str); 6] = [
    ("ci", "", "every check and every test; the real-firmware run comes last"),
    ("tidy", "", "arrows between crates, doors of packages, file sizes, bans"),
    ("docs", "[--check]", "writes docs/cli.md; checks links, events and commands of the documents"),
    ("e2e", "[--all]", "real firmware in QEMU alone; --all: also the cases that take long"),
    ("setup", "", "installs the Debian packages and Python programs that checks need, and starts none of their services"),
    ("bench", "[NAME...]", "pairs pxectl with its peers, and writes docs/performance.md"),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        [] | ["help" | "-h" | "--help"] => {
            print!("{}", help());
            return ExitCode::from(if words.is_empty() { 2 } else { 0 });
        }
        [_, rest @ ..] if rest.iter().any(|word| matches!(*word, "-h" | "--help")) => {
            print!("{}", help());
            return ExitCode::SUCCESS;
        }
        ["ci"] => ci::run(),
        ["tidy"] => tidy::run(),
        ["docs"] => docs::write(),
        ["docs", "--check"] => docs::check(),
        ["e2e"] => e2e::run(false),
        ["e2e", "--all"] => e2e::run(true),
        ["setup"] => setup::run(),
        ["bench", names @ ..] => bench::run(names),
        [bench::tftp::CLIENT, words @ ..] => bench::tftp::client(words),
        _ => {
            eprint!("error: no such chore: {}\n\n{}", words.join(" "), help());
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn help() -> String {
    let line = |(name, arguments, what): &(&str, &str, &str)| format!("  {:<20} {what}\n", format!("{name} {arguments}"));
    let lines: String = COMMANDS.iter().map(line).collect();
    format!("The project's chores.\n\nUsage: cargo xtask COMMAND\n\n{lines}\nExit codes: 0 done; 1 a check failed; 2 usage.\n")
}
