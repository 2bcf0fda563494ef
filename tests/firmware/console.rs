//! A machine's serial console: escape sequences and line ends go, because firmware wraps and repaints as it likes.

use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::transcript::{Filter, Transcript};

/// The console of one machine.
pub struct Console {
    text: Transcript,
    powered_on: Instant,
}

impl Console {
    /// Follows a serial port; every byte as it came goes to `raw`.
    pub fn follow(port: impl Read + Send + 'static, raw: &Path) -> Self {
        Self { text: Transcript::follow(port, raw, Printable::default()), powered_on: Instant::now() }
    }

    /// Waits for a text anywhere on the console; says when it came, counted from power-on, or what stood there instead.
    pub fn wait_for(&self, text: &str, limit: Duration) -> Result<Duration, String> {
        let mut from = 0;
        let seen = self.text.wait(limit, |state| {
            let at = state.text[from..].find(text).map(|at| state.when(from + at));
            from = floor(&state.text, state.text.len().saturating_sub(text.len()));
            at
        });
        seen.map(|at| at - self.powered_on)
            .ok_or_else(|| format!("`{text}` did not come in {limit:?}; the console ends: {}", self.tail()))
    }

    /// When a text came, counted from power-on.
    pub fn first(&self, text: &str) -> Option<Duration> {
        let state = self.text.now();
        state.text.find(text).map(|at| state.when(at) - self.powered_on)
    }

    /// How often a text stands there.
    pub fn count(&self, text: &str) -> usize {
        self.text.now().text.matches(text).count()
    }

    /// Waits until the machine is off.
    pub fn wait_off(&self, limit: Duration) -> bool {
        self.text.wait_closed(limit)
    }

    /// When the machine was switched on.
    pub fn powered_on(&self) -> Instant {
        self.powered_on
    }

    /// The last of what was printed.
    pub fn tail(&self) -> String {
        let state = self.text.now();
        state.text[floor(&state.text, state.text.len().saturating_sub(1500))..].to_owned()
    }
}

/// The nearest place at or before `at` that is not inside a character.
fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Drops escape sequences (ECMA-48), line ends and everything else that is no printable ASCII.
#[derive(Default)]
enum Printable {
    #[default]
    Text,
    Escape,
    Sequence,
}

impl Filter for Printable {
    fn push(&mut self, bytes: &[u8], text: &mut String) {
        for &byte in bytes {
            *self = match (&self, byte) {
                (_, 0x1b) => Self::Escape,
                (Self::Escape, b'[') => Self::Sequence,
                (Self::Sequence, 0x20..=0x3f) => Self::Sequence,
                (Self::Escape | Self::Sequence, _) => Self::Text,
                (Self::Text, b' '..=b'~') => {
                    text.push(char::from(byte));
                    Self::Text
                }
                (Self::Text, _) => Self::Text,
            };
        }
    }
}
