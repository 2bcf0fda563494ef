//! What shells ask.

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub struct Completions {
    /// For which shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// A shell that completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// source <(pxectl completions bash)
    Bash,
    /// source <(pxectl completions zsh), after compinit
    Zsh,
    /// pxectl completions fish | source
    Fish,
    /// eval (pxectl completions elvish | slurp)
    Elvish,
    /// pxectl completions powershell | Out-String | Invoke-Expression
    Powershell,
}

#[derive(Debug, Args)]
pub struct Complete {
    /// Whose script asks
    pub shell: Shell,
    /// What it hands over: words, the last at the cursor; bash hands over the line up to the cursor, and its word breaks
    #[arg(last = true)]
    pub words: Vec<String>,
}
