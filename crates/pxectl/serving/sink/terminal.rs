//! A terminal: lines, and bars under them. One reader, because they share the screen.

use super::bars::Bars;
use super::human::Human;
use super::{Sink, Told};
use crate::session::Level;

/// Lines and bars on the standard error.
pub struct Terminal {
    lines: Human,
    bars: Bars,
}

impl Terminal {
    /// Lines down to `level`.
    pub fn new(level: Level) -> Self {
        let bars = Bars::new();
        Self { lines: Human::new(level, bars.printer()), bars }
    }
}

impl Sink for Terminal {
    fn event(&mut self, told: &Told) {
        self.lines.event(told);
        self.bars.event(told);
    }

    fn end(&mut self) {
        self.lines.end();
        self.bars.end();
    }
}
