//! What a person sees while iPXE is built: one line that moves at a terminal, a line now and then elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::session::{Level, Session, warn};

/// Where nobody watches a terminal, one line in so much time.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The screen, or the log.
pub struct Screen {
    bar: Option<ProgressBar>,
    level: Level,
    goal: String,
    compiled: usize,
    told: Instant,
}

impl Screen {
    /// For one goal.
    pub fn new(session: &Session, goal: &str) -> Self {
        let watched = std::io::stderr().is_terminal() && session.level > Level::Quiet;
        let bar = watched.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            // A bar without an end shows no message unless it is told to.
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed:>4} {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, level: session.level, goal: goal.to_owned(), compiled: 0, told: Instant::now() }
    }

    /// A line of make's.
    pub fn line(&mut self, line: &str) {
        let Some(file) = line.trim_start().strip_prefix('[').and_then(|rest| rest.split_once("] ")) else { return };
        let (step, what) = file;
        // Make reads the dependencies of every file before it compiles the first.
        self.compiled += usize::from(step == "BUILD");
        let count = match self.compiled {
            0 => "reading dependencies".to_owned(),
            n => format!("{n} files compiled"),
        };
        if let Some(bar) = &self.bar {
            bar.set_message(format!(
                "{}: {count}, {} {}",
                self.goal,
                step.to_lowercase(),
                pxectl_inventory::findings::shown(what)
            ));
        } else if self.told.elapsed() > LINE_EVERY && self.level > Level::Quiet {
            self.told = Instant::now();
            warn(&format!("{}: {count}", self.goal));
        }
    }

    /// How many files were compiled; the line is gone.
    pub fn end(self) -> usize {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.compiled
    }
}
