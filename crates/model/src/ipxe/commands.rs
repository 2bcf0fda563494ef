//! What commands there are, what they take, since when, and which build has them.

use super::command_table::COMMANDS;

/// The month in which iPXE's source first had something. Everything from before 2019 is [`Since::OLD`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Since {
    /// Year.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
}

impl Since {
    /// January 2019, the source of Debian 12's build (iPXE 1.0.0+git 36a4c85), or before.
    pub const OLD: Self = Self { year: 2019, month: 1 };
}

impl std::fmt::Display for Since {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{:02}", self.year, self.month)
    }
}

/// Which iPXE a script must run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Dialect {
    /// The BIOS build of Debian 12 (`undionly.kpxe`, January 2019): what every script of ours must run on.
    #[default]
    Debian12,
    /// Everything that iPXE's source has (August 2026), whatever a build leaves out.
    Latest,
}

/// An option of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionSpec {
    /// The name after `--`.
    pub long: &'static str,
    /// The letter after `-`.
    pub short: char,
    /// Whether a value follows, in the same word after `=` (or after the letter) or in the next word.
    pub takes_value: bool,
    /// When it came.
    pub since: Since,
}

/// A command.
#[derive(Debug, Clone, Copy)]
pub struct CommandSpec {
    /// Its name.
    pub name: &'static str,
    /// The fewest arguments after the options.
    pub min: usize,
    /// The most arguments after the options; none for no limit.
    pub max: Option<usize>,
    /// Its options; every command has `--help` besides.
    pub options: &'static [OptionSpec],
    /// When it came.
    pub since: Since,
    /// Whether the BIOS build of Debian 12 has it.
    pub debian12_bios: bool,
}

impl CommandSpec {
    /// Whether a script in this dialect may use it.
    pub fn is_in(&self, dialect: Dialect) -> bool {
        dialect == Dialect::Latest || self.debian12_bios
    }

    /// The option with this name, in this dialect or not.
    pub fn long_option(&self, name: &str) -> Option<&'static OptionSpec> {
        self.options.iter().find(|o| o.long == name)
    }

    /// The option with this letter.
    pub fn short_option(&self, letter: char) -> Option<&'static OptionSpec> {
        self.options.iter().find(|o| o.short == letter)
    }
}

impl OptionSpec {
    /// Whether a script in this dialect may use it.
    pub fn is_in(&self, dialect: Dialect) -> bool {
        dialect == Dialect::Latest || self.since == Since::OLD
    }
}

/// All commands that iPXE's source has, whichever build carries them.
pub fn all_commands() -> &'static [CommandSpec] {
    COMMANDS
}

/// The command with this name.
pub fn command(name: &str) -> Option<&'static CommandSpec> {
    COMMANDS.iter().find(|c| c.name == name)
}

/// Why an option list is refused; iPXE prints the usage and the command fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BadOptions {
    /// No such option.
    Unknown(usize, String),
    /// The option came later than the dialect.
    TooNew(usize, &'static OptionSpec),
    /// The value is missing.
    NoValue(usize, &'static str),
    /// A value where none is taken.
    Value(usize, &'static str),
    /// `--help`: prints, does nothing, fails.
    Help(usize),
    /// The number of arguments is wrong.
    Arguments { given: usize },
}

/// The words after a command's name, sorted out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Parsed {
    /// The options in their order, by their long name.
    pub options: Vec<(&'static str, Option<String>)>,
    /// The index, among the words after the name, of the first argument.
    pub first: usize,
}

impl Parsed {
    /// The value of an option, where it was given; of several the last.
    pub fn value(&self, long: &str) -> Option<&str> {
        self.options.iter().rev().find(|(name, _)| *name == long).and_then(|(_, value)| value.as_deref())
    }

    /// Whether an option was given.
    pub fn has(&self, long: &str) -> bool {
        self.options.iter().any(|(name, _)| *name == long)
    }
}

/// Sorts options from arguments as iPXE does: options end at the first word without `-`, or after `--`; the next word is an
/// option's value only if it does not begin with `-`.
pub(super) fn parse_options(spec: &CommandSpec, words: &[&str], dialect: Dialect) -> Result<Parsed, BadOptions> {
    let mut parsed = Parsed::default();
    let mut at = 0;
    while let Some(body) = words.get(at).and_then(|word| word.strip_prefix('-')) {
        let here = at;
        at += 1;
        if let Some(long) = body.strip_prefix('-') {
            if long.is_empty() {
                break;
            }
            let (name, inline) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            if name == "help" {
                return Err(BadOptions::Help(here));
            }
            let option = spec.long_option(name).ok_or_else(|| BadOptions::Unknown(here, format!("--{name}")))?;
            take(&mut parsed, option, inline, words, (here, &mut at), dialect)?;
        } else {
            if body.is_empty() {
                return Err(BadOptions::Unknown(here, "-".to_owned()));
            }
            for (n, letter) in body.char_indices() {
                if letter == 'h' && spec.short_option('h').is_none() {
                    return Err(BadOptions::Help(here));
                }
                let option = spec.short_option(letter).ok_or_else(|| BadOptions::Unknown(here, format!("-{letter}")))?;
                let rest = &body[n + letter.len_utf8()..];
                let inline = (option.takes_value && !rest.is_empty()).then_some(rest);
                take(&mut parsed, option, inline, words, (here, &mut at), dialect)?;
                if option.takes_value {
                    break;
                }
            }
        }
    }
    parsed.first = at;
    let given = words.len() - at.min(words.len());
    if given < spec.min || spec.max.is_some_and(|max| given > max) {
        return Err(BadOptions::Arguments { given });
    }
    Ok(parsed)
}

fn take(
    parsed: &mut Parsed,
    option: &'static OptionSpec,
    inline: Option<&str>,
    words: &[&str],
    (here, at): (usize, &mut usize),
    dialect: Dialect,
) -> Result<(), BadOptions> {
    if !option.is_in(dialect) {
        return Err(BadOptions::TooNew(here, option));
    }
    let value = match (option.takes_value, inline) {
        (true, Some(value)) => Some(value.to_owned()),
        (true, None) => {
            let next = words.get(*at).filter(|word| !word.starts_with('-'));
            *at += 1;
            Some((*next.ok_or(BadOptions::NoValue(here, option.long))?).to_owned())
        }
        (false, Some(_)) => return Err(BadOptions::Value(here, option.long)),
        (false, None) => None,
    };
    parsed.options.push((option.long, value));
    Ok(())
}
