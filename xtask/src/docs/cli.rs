//! docs/cli.md: each command's help text, as the program prints it.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Result, tree};

/// What one command says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Help {
    /// `pxectl`, `pxectl render dhcp` …
    pub(crate) command: String,
    /// Its help text.
    pub(crate) text: String,
}

/// Asks the program for the help of every command, parents before children.
pub(crate) fn read() -> Result<Vec<Help>> {
    let program = build()?;
    let mut helps = Vec::new();
    let mut waiting = vec![Vec::<String>::new()];
    while let Some(path) = waiting.pop() {
        let text = ask(Path::new(&program), &path)?;
        let children = children(&text).into_iter().map(|name| path.iter().cloned().chain([name]).collect());
        let children: Vec<Vec<String>> = children.collect();
        waiting.extend(children.into_iter().rev());
        let command = [String::from("pxectl")].into_iter().chain(path).collect::<Vec<_>>().join(" ");
        helps.push(Help { command, text });
    }
    Ok(helps)
}

/// Builds the program and tells where it lies.
fn build() -> Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--bin", "pxectl", "--message-format", "json-render-diagnostics"]);
    let output = command.current_dir(tree::root()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("starting cargo build: {error}"))?;
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    let executable = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        (message["target"]["name"] == "pxectl").then(|| message["executable"].as_str().map(str::to_owned))?
    };
    if !output.status.success() {
        return Err("building pxectl failed".to_owned());
    }
    messages.lines().filter_map(executable).next_back().ok_or_else(|| "cargo built no pxectl".to_owned())
}

/// What a command prints.
pub(crate) fn output(words: &[&str]) -> Result<String> {
    let output = Command::new(build()?).args(words).output().map_err(|error| format!("starting pxectl: {error}"))?;
    if !output.status.success() {
        return Err(format!("`pxectl {}` ended with {}", words.join(" "), output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| "what it prints is not UTF-8".to_owned())
}

/// One help text. The terminal's width and the environment of whoever runs this must not show in it.
fn ask(program: &Path, path: &[String]) -> Result<String> {
    let mut command = Command::new(program);
    command.args(path).arg("--help").stdin(Stdio::null()).stderr(Stdio::piped());
    command.env("COLUMNS", "100").env("NO_COLOR", "1").env_remove("PXECTL_INVENTORY").env_remove("PXECTL_STATE");
    let output = command.output().map_err(|error| format!("starting {}: {error}", program.display()))?;
    if !output.status.success() {
        return Err(format!("`pxectl {} --help` ended with {}", path.join(" "), output.status));
    }
    let text = String::from_utf8(output.stdout).map_err(|_| "a help text is not UTF-8".to_owned())?;
    Ok(text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned())
}

/// The names under `Commands:`, without clap's own `help`.
fn children(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A name stands two blanks in; what is deeper is a description that was wrapped.
    let names = lines.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The whole page.
pub(crate) fn page(helps: &[Help]) -> String {
    let mut page = "# Commands\n\nWritten by `cargo xtask docs` from the program's own help texts; do not edit.\n".to_owned();
    for Help { command, text } in helps {
        page += &format!("\n## {command}\n\n```text\n{text}\n```\n");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_from_a_help_text() {
        let help = "About.\n\nUsage: x\n\nCommands:\n  lint       Check\n  boot-test  Walk the\n             whole boot\n  help       Print\n\nOptions:\n  -q  x\n";
        assert_eq!(children(help), ["lint", "boot-test"]);
        assert!(children("Usage: x\n\nOptions:\n  -q\n").is_empty());
    }

    #[test]
    fn a_page_has_a_section_a_command() {
        let helps = [Help { command: "pxectl lint".to_owned(), text: "Check".to_owned() }];
        assert!(page(&helps).ends_with("\n## pxectl lint\n\n```text\nCheck\n```\n"));
    }
}
