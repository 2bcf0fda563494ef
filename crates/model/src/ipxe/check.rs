//! A script judged without running it: what the oldest iPXE of a dialect would refuse, misread or hang on.

use std::collections::BTreeMap;
use std::ops::Range;

use super::commands::{BadOptions, CommandSpec, Dialect, Since, command, parse_options};
use super::expand::{MAX_EXPANSIONS, innermost};
use super::lex::{Command, Line, MAX_SCRIPT, Token, has_magic, lex};
use super::value::{SettingName, ValueType};

/// The most bytes of a logical line: iPXE cuts it up on a stack of 4 KiB under BIOS.
pub const MAX_LINE: usize = 4096;

/// The most words of a logical line, for the same reason.
const MAX_WORDS: usize = 200;

/// The most bytes of a kernel's arguments: Linux on x86 holds 2048 with the NUL, and drops the rest without a word.
pub const MAX_KERNEL_ARGS: usize = 2047;

/// The most problems that are told.
const MAX_PROBLEMS: usize = 100;

/// What sort of problem it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The script does not begin with `#!ipxe`.
    Magic,
    /// Longer than a cap: the script, a line, a kernel's arguments.
    TooLong,
    /// A character outside printable ASCII.
    NotAscii,
    /// No such command in any iPXE.
    UnknownCommand,
    /// A command, option, type or setting that this dialect lacks.
    NotInDialect,
    /// An option that does not exist, or lacks its value.
    Option,
    /// Too few or too many arguments.
    Arguments,
    /// `goto` to a label that is not there.
    Label,
    /// The same label twice: the first wins.
    DuplicateLabel,
    /// A setting printed as text: a machine's firmware could hold anything, `${` among it.
    RawText,
    /// `${` without `}`, or a type that does not exist.
    Expansion,
    /// The last line ends in a backslash.
    Unfinished,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What sort.
    pub kind: ProblemKind,
    /// Which bytes of the script.
    pub span: Range<usize>,
    /// The physical line, from 1.
    pub line: usize,
    /// A lower-case sentence.
    pub message: String,
}

/// Settings whose text comes from a machine's firmware, or from the network.
const OUTSIDE: [&str; 14] = [
    "serial",
    "asset",
    "manufacturer",
    "product",
    "board-serial",
    "hostname",
    "domain",
    "filename",
    "root-path",
    "san-filename",
    "username",
    "password",
    "user-class",
    "vendor-class",
];

/// Settings that came after January 2019.
const LATER_SETTINGS: [(&str, Since); 2] =
    [("cwuri", Since { year: 2024, month: 3 }), ("cwduri", Since { year: 2024, month: 3 })];

/// Everything that is wrong with a script, in the order of the text, the first 100. Takes any text, never panics.
pub fn check(script: &str, dialect: Dialect) -> Vec<Problem> {
    let mut checker = Checker { dialect, problems: Vec::new(), line: 1 };
    if script.len() > MAX_SCRIPT {
        checker.add(ProblemKind::TooLong, MAX_SCRIPT..script.len(), format!("the script is longer than {MAX_SCRIPT} bytes"));
        return checker.problems;
    }
    if !has_magic(script.as_bytes()) {
        let end = script.find('\n').unwrap_or(script.len());
        checker.add(
            ProblemKind::Magic,
            0..end,
            "a script must begin with `#!ipxe` and a line end, with nothing before it".into(),
        );
    }
    checker.characters(script);
    let lexed = lex(script);
    let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &lexed.lines {
        checker.line = line.number;
        if let Some(label) = &line.label {
            if let Some(first) = labels.get(label.text.as_str()) {
                let message = format!("the label `{}` stands in line {first} already, where every `goto` goes", label.text);
                checker.add(ProblemKind::DuplicateLabel, label.span.clone(), message);
            } else {
                labels.insert(&label.text, line.number);
            }
        }
    }
    for line in &lexed.lines {
        checker.line(line, &labels);
    }
    if lexed.unfinished {
        checker.line = script.lines().count().max(1);
        let message = "the last line ends in a backslash: iPXE fails here with \"invalid argument\"".into();
        checker.add(ProblemKind::Unfinished, script.len().saturating_sub(1)..script.len(), message);
    }
    checker.problems.sort_by_key(|p| (p.span.start, p.span.end));
    checker.problems
}

struct Checker {
    dialect: Dialect,
    problems: Vec<Problem>,
    line: usize,
}

impl Checker {
    fn add(&mut self, kind: ProblemKind, span: Range<usize>, message: String) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem { kind, span, line: self.line, message });
        }
    }

    fn characters(&mut self, script: &str) {
        let mut number = 1;
        for (at, c) in script.char_indices() {
            if c == '\n' {
                number += 1;
            } else if !(c.is_ascii_graphic() || matches!(c, ' ' | '\t' | '\r')) {
                self.line = number;
                let message = format!("`{}` is not printable ASCII", c.escape_default());
                self.add(ProblemKind::NotAscii, at..at + c.len_utf8(), message);
            }
        }
        self.line = 1;
    }

    fn line(&mut self, line: &Line, labels: &BTreeMap<&str, usize>) {
        self.line = line.number;
        let words: usize = line.commands.iter().map(|c| c.words.len()).sum();
        if line.span.len() > MAX_LINE || words > MAX_WORDS {
            let message = format!(
                "the line has {} bytes and {words} words; more than {MAX_LINE} or {MAX_WORDS} may overrun iPXE's stack",
                line.span.len()
            );
            self.add(ProblemKind::TooLong, line.span.clone(), message);
        }
        for command in &line.commands {
            self.command(command, labels);
        }
    }

    fn command(&mut self, given: &Command, labels: &BTreeMap<&str, usize>) {
        for word in &given.words {
            self.expansions(word);
        }
        let Some((name, arguments)) = given.words.split_first() else { return };
        if name.text.contains("${") {
            return;
        }
        let Some(spec) = command(&name.text) else {
            self.add(ProblemKind::UnknownCommand, name.span.clone(), format!("iPXE has no command `{}`", name.text));
            return;
        };
        if !spec.is_in(self.dialect) {
            let why = if spec.since > Since::OLD { format!("it came in {}", spec.since) } else { "it was left out".into() };
            let message = format!("Debian 12's iPXE has no command `{}`: {why}", name.text);
            self.add(ProblemKind::NotInDialect, name.span.clone(), message);
        }
        self.arguments(spec, name, arguments);
        if let ("goto", Some(label)) = (spec.name, arguments.first())
            && !label.text.contains("${")
            && !labels.contains_key(label.text.as_str())
        {
            self.add(ProblemKind::Label, label.span.clone(), format!("there is no label `:{}`", label.text));
        }
    }

    fn arguments(&mut self, spec: &CommandSpec, name: &Token, arguments: &[Token]) {
        let words: Vec<&str> = arguments.iter().map(|a| a.text.as_str()).collect();
        let span_of = |n: usize| arguments.get(n).map_or(name.span.clone(), |a| a.span.clone());
        let (kind, span, message) = match parse_options(spec, &words, self.dialect) {
            Ok(parsed) => {
                let text: usize = words.iter().skip(parsed.first + 1).map(|w| w.len() + 1).sum();
                if !matches!(spec.name, "kernel" | "imgselect" | "imgload" | "imgargs" | "imgexec" | "boot" | "chain")
                    || text <= MAX_KERNEL_ARGS + 1
                {
                    return;
                }
                let message = format!("the arguments have {} bytes; Linux drops what is past {MAX_KERNEL_ARGS}", text - 1);
                (ProblemKind::TooLong, name.span.clone(), message)
            }
            Err(BadOptions::Unknown(n, option)) => {
                (ProblemKind::Option, span_of(n), format!("`{}` has no option `{option}`", name.text))
            }
            Err(BadOptions::TooNew(n, option)) => {
                let message = format!("`{} --{}` came in {}; Debian 12's iPXE lacks it", name.text, option.long, option.since);
                (ProblemKind::NotInDialect, span_of(n), message)
            }
            Err(BadOptions::NoValue(n, option)) => (ProblemKind::Option, span_of(n), format!("`--{option}` needs a value")),
            Err(BadOptions::Value(n, option)) => (ProblemKind::Option, span_of(n), format!("`--{option}` takes no value")),
            Err(BadOptions::Help(n)) => {
                (ProblemKind::Option, span_of(n), format!("`{}` with this option prints its usage and fails", name.text))
            }
            Err(BadOptions::Arguments { given }) => {
                let wanted = match (spec.min, spec.max) {
                    (min, None) => format!("at least {min}"),
                    (min, Some(max)) if min == max => min.to_string(),
                    (min, Some(max)) => format!("{min} to {max}"),
                };
                let message = format!("`{}` takes {wanted} arguments, here are {given}", name.text);
                (ProblemKind::Arguments, name.span.clone(), message)
            }
        };
        self.add(kind, span, message);
    }

    /// Looks into every `${…}` of a word, the inner ones first, each replaced by a letter as iPXE replaces it by its value.
    fn expansions(&mut self, word: &Token) {
        let mut text = word.text.clone();
        for _ in 0..MAX_EXPANSIONS {
            let Some((start, end)) = innermost(&text) else { break };
            self.setting(word, &text[start + 2..end]);
            text.replace_range(start..=end, "x");
        }
        if innermost(&text).is_some() {
            let message = format!("more than {MAX_EXPANSIONS} settings in one word");
            self.add(ProblemKind::TooLong, word.span.clone(), message);
        } else if text.contains("${") {
            self.add(ProblemKind::Expansion, word.span.clone(), format!("`${{` without `}}` in `{}` stays as it is", word.text));
        }
    }

    fn setting(&mut self, word: &Token, text: &str) {
        let name = SettingName::parse(text);
        let value_type = name.type_name.map(ValueType::named);
        let span = word.span.clone();
        if value_type == Some(None) {
            let message = format!("`{}` is no setting type: `${{{text}}}` is always empty", name.type_name.unwrap_or_default());
            self.add(ProblemKind::Expansion, span, message);
            return;
        }
        if self.dialect == Dialect::Debian12 {
            if value_type == Some(Some(ValueType::Guid)) {
                self.add(ProblemKind::NotInDialect, span, "the type `guid` came in 2022-01; it is empty before".into());
                return;
            }
            if let Some((_, since)) = LATER_SETTINGS.iter().find(|(later, _)| *later == name.name) {
                let message = format!("the setting `{}` came in {since}; it is empty before", name.name);
                self.add(ProblemKind::NotInDialect, span, message);
                return;
            }
        }
        let outside = OUTSIDE.contains(&name.name) || (name.block == Some("smbios") && name.name != "uuid");
        let harmless = value_type.flatten().is_some_and(ValueType::is_harmless);
        if outside && !harmless {
            let message = format!(
                "`${{{text}}}` puts a machine's own text here, and iPXE expands it again: one that holds `${{` can hang the \
                 machine, one with `#` or `&` breaks a URL; use `${{{}:hexraw}}`",
                text.split(':').next().unwrap_or_default()
            );
            self.add(ProblemKind::RawText, span, message);
        }
    }
}
