//! Completion in shells: a script for each of them asks the hidden command `__complete`, which reads the inventory of the line.
//!
//! What completes is decided once, here; the scripts only hand over words and take back lines. clap's own scripts are not used: they
//! give bash candidates that it would expand and run, and split MAC addresses at their colons.

mod attach;
mod known;
mod line;
mod quote;
mod words;

use std::ffi::OsString;
use std::sync::Arc;

use clap::CommandFactory as _;

use crate::cli::{Cli, Shell};
use known::Known;
use line::Line;

/// What may stand where the cursor is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The whole word, as the program is to get it.
    pub value: String,
    /// A few words about it.
    pub help: Option<String>,
}

/// The script that a shell reads once.
pub fn script(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => include_str!("shells/bash.bash"),
        Shell::Zsh => include_str!("shells/zsh.zsh"),
        Shell::Fish => include_str!("shells/fish.fish"),
        Shell::Elvish => include_str!("shells/elvish.elv"),
        Shell::Powershell => include_str!("shells/powershell.ps1"),
    }
}

/// What a shell's script gets for what it hands over: one candidate a line, ready to be put on the command line of that shell.
pub fn answer(shell: Shell, given: &[String]) -> String {
    let given = || given.iter().cloned();
    match shell {
        Shell::Bash => {
            let mut given = given();
            let line = line::read(&given.next().unwrap_or_default());
            let breaks = given.next().unwrap_or_default();
            let found = candidates(&line.words);
            found.iter().filter_map(|c| quote::bash(&c.value, &line, &breaks)).map(|text| text + "\n").collect()
        }
        // It unquotes the words before the current one by itself.
        Shell::Fish => {
            let mut words: Vec<String> = given().collect();
            let last = words.pop().map(|last| line::read(&last)).filter(|line| line.words.len() == 1);
            words.push(last.map(|mut line: Line| line.words.remove(0)).unwrap_or_default());
            with_help(&candidates(&words), |value| value.to_owned())
        }
        Shell::Zsh => with_help(&candidates(&given().collect::<Vec<_>>()), |value| value.to_owned()),
        Shell::Elvish => candidates(&given().collect::<Vec<_>>()).iter().map(|c| format!("{}\n", c.value)).collect(),
        Shell::Powershell => {
            let mut words: Vec<String> = given().collect();
            if let Some(last) = words.last_mut() {
                *last = last.strip_prefix('=').unwrap_or(last).to_owned();
            }
            with_help(&candidates(&words), quote::powershell)
        }
    }
}

fn with_help(found: &[Candidate], quoted: impl Fn(&str) -> String) -> String {
    let line = |c: &Candidate| match &c.help {
        Some(help) => format!("{}\t{help}\n", quoted(&c.value)),
        None => quoted(&c.value) + "\n",
    };
    found.iter().map(line).collect()
}

/// What may stand in place of the last of these words; nothing where the inventory or the line cannot be read.
fn candidates(words: &[String]) -> Vec<Candidate> {
    // Variables before the command, or `sudo`.
    let is_command = |word: &String| std::path::Path::new(word).file_stem().is_some_and(|name| name == "pxectl");
    let Some(words) = words.iter().position(is_command).and_then(|at| words.get(at..)).filter(|words| words.len() > 1) else {
        return Vec::new();
    };
    let known = Arc::new(Known::of_line(words));
    let mut command = attach::completers(Cli::command(), &known);
    let args = words.iter().map(OsString::from).collect();
    let found = clap_complete::engine::complete(&mut command, args, words.len() - 1, std::env::current_dir().ok().as_deref());
    let candidate = |found: &clap_complete::CompletionCandidate| {
        let value = found.get_value().to_str()?.to_owned();
        let help = found.get_help().map(|help| one_line(&help.to_string())).filter(|help| !help.is_empty());
        // A script takes one candidate a line.
        (!value.chars().any(char::is_control)).then_some(Candidate { value, help })
    };
    let mut found: Vec<Candidate> = found.unwrap_or_default().iter().filter_map(candidate).collect();
    found.retain(|c| !c.value.starts_with("__"));
    // Options are for who types a dash.
    let bare = words.last().is_some_and(String::is_empty);
    if bare && found.iter().any(|c| !c.value.starts_with('-')) {
        found.retain(|c| !c.value.starts_with('-'));
    }
    found
}

fn one_line(text: &str) -> String {
    pxectl_inventory::findings::shown(text.lines().next().unwrap_or_default())
}

/// Whether a text may be what was begun; case does not count in serial numbers and MAC addresses.
fn begins(text: &str, begun: &str) -> bool {
    text.get(..begun.len()).is_some_and(|head| head.eq_ignore_ascii_case(begun))
}
