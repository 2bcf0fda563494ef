//! A bar for each machine, where a person watches a terminal.

use std::collections::HashMap;
use std::net::IpAddr;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use pxectl_model::board::{Row, State};
use pxectl_model::boot::Action;

use super::{Sink, Told};

/// Bars of more machines than this would not fit a screen; their lines still tell.
const BARS_MAX: usize = 32;

/// One bar a machine that is in the middle of something.
pub struct Bars {
    all: MultiProgress,
    bars: HashMap<IpAddr, ProgressBar>,
}

impl Bars {
    /// On the standard error; hidden by indicatif where that is no terminal.
    pub fn new() -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        Self { all, bars: HashMap::new() }
    }

    /// A printer of lines that does not tear the bars.
    pub fn printer(&self) -> Box<dyn FnMut(&str) + Send> {
        let all = self.all.clone();
        Box::new(move |line| {
            all.suspend(|| crate::session::warn(line));
        })
    }

    fn bar(&mut self, row: &Row) -> Option<&ProgressBar> {
        if !self.bars.contains_key(&row.peer) {
            if self.bars.len() >= BARS_MAX {
                return None;
            }
            let style = ProgressStyle::with_template(
                "         {prefix:<16!}  {bar:24} {decimal_bytes:>10}/{decimal_total_bytes:<10} {decimal_bytes_per_sec:>12} {wide_msg}",
            );
            let bar = self.all.add(ProgressBar::new(row.total));
            if let Ok(style) = style {
                bar.set_style(style.progress_chars("━╸─"));
            }
            self.bars.insert(row.peer, bar);
        }
        self.bars.get(&row.peer)
    }
}

impl Sink for Bars {
    fn event(&mut self, told: &Told) {
        let Some(row) = &told.row else { return };
        let moving = row.state == State::Loading || (row.state == State::Script && row.action == Some(Action::Boot));
        if !moving {
            if let Some(bar) = self.bars.remove(&row.peer) {
                bar.finish_and_clear();
            }
            return;
        }
        if let Some(bar) = self.bar(row) {
            bar.set_prefix(row.label.clone());
            bar.set_length(row.total);
            bar.set_position(row.bytes());
            bar.set_message(row.detail.clone());
        }
    }

    fn end(&mut self) {
        for (_, bar) in self.bars.drain() {
            bar.finish_and_clear();
        }
    }
}
