//! The iPXE script language: read, checked, run, written safely. All of it pure.
//!
//! The rules are those of Debian 12's `undionly.kpxe` (iPXE of January 2019), the oldest iPXE that is promised to work; newer
//! builds understand what it understands. Render checks what it wrote with [`check`], the pretend firmware runs it with
//! [`Interpreter`].
//!
//! Caps: a script holds at most [`MAX_SCRIPT`] bytes, an expanded word [`MAX_EXPANDED`] bytes after at most [`MAX_EXPANSIONS`]
//! substitutions, and a run has its [`Limits`].

mod check;
mod command_table;
mod commands;
pub mod escape;
mod expand;
mod interp;
mod lex;
mod probe;
mod settings;
mod uri;
mod value;

#[cfg(test)]
mod tests;

pub use check::{MAX_KERNEL_ARGS, MAX_LINE, Problem, ProblemKind, check};
pub use commands::{CommandSpec, Dialect, OptionSpec, Since, all_commands, command};
pub use expand::{ExpandError, MAX_EXPANDED, MAX_EXPANSIONS, expand};
pub use interp::{
    Action, Answer, Boot, Broken, BrokenKind, End, Fetch, FetchKind, Fetched, Image, Interpreter, Limits, Position, SanBoot,
};
pub use lex::{Command, Line, MAX_SCRIPT, Script, Separator, Token, has_magic, lex};
pub use probe::{ImageKind, probe};
pub use settings::{Machine, Settings};
pub use uri::Uri;
pub use value::{SettingName, Value, ValueType};
