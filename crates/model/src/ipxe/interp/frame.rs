//! A script that is running.

use super::images::{Image, ImageId};
use super::types::Position;
use super::{Status, Uri};
use crate::ipxe::lex::{Command, Line, Script, lex};

/// One running script.
pub(super) struct Frame {
    /// Its lines.
    pub script: Script,
    /// The image it came from; out of the list while it runs.
    pub image: Image,
    /// The index of the line that runs.
    pub line: usize,
    /// The index of the command in that line.
    pub command: usize,
    /// The status of the last command that ran in that line.
    pub status: Status,
    /// What runs when it is over, in its place.
    pub replacement: Option<ImageId>,
}

impl Frame {
    pub fn new(image: Image) -> Self {
        let script = lex(image.script.as_deref().unwrap_or_default());
        Self { script, image, line: 0, command: 0, status: Ok(()), replacement: None }
    }

    /// The command that is to run, with its line; none at the end.
    pub fn current(&self) -> Option<(&Line, &Command)> {
        let line = self.script.lines.get(self.line)?;
        line.commands.get(self.command).map(|command| (line, command))
    }

    /// Goes to the next command of the line; false at its end.
    pub fn next_command(&mut self) -> bool {
        self.command += 1;
        self.script.lines.get(self.line).is_some_and(|line| self.command < line.commands.len())
    }

    /// Goes to the start of a line.
    pub fn jump(&mut self, line: usize) {
        self.line = line;
        self.command = 0;
        self.status = Ok(());
    }

    /// The URL that relative ones count from.
    pub fn base(&self) -> &Uri {
        &self.image.uri
    }

    pub fn position(&self) -> Position {
        let last = self.script.lines.len().saturating_sub(1);
        let line = self.script.lines.get(self.line.min(last));
        let words = line.and_then(|l| l.commands.get(self.command)).map(|command| {
            let words: Vec<&str> = command.words.iter().map(|w| w.text.as_str()).collect();
            words.join(" ").chars().take(200).collect()
        });
        Position { script: self.image.url(), line: line.map_or(0, |l| l.number), command: words.unwrap_or_default() }
    }
}
