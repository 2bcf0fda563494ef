//! What a person sees while images are fetched: a bar a file and one for all, or a line now and then where nobody watches.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use pxectl_inventory::findings::whole;
use pxectl_store::fetch::{Step, Watch};

use crate::session::{Level, Session, warn};
use crate::show::size::size;

/// Where nobody watches a terminal, one line about a file in so much time.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The screen, or the log.
pub struct Screen {
    bars: Option<Bars>,
    shown: Mutex<Shown>,
    level: Level,
}

struct Bars {
    all: MultiProgress,
    /// From the second file on.
    total: OnceLock<ProgressBar>,
}

#[derive(Default)]
struct Shown {
    files: HashMap<String, File>,
    /// Columns that the bars fit into.
    columns: u16,
    /// What a thread writes that nobody waits for any more is not shown.
    over: bool,
}

/// What is shown of one file.
struct File {
    bar: Option<ProgressBar>,
    have: u64,
    /// None where it has not begun, and nobody knows how large it will be.
    total: Option<u64>,
    told: Instant,
}

impl File {
    fn of(total: Option<u64>) -> Self {
        Self { bar: None, have: 0, total, told: Instant::now() }
    }
}

impl Screen {
    /// Bars on the standard error where that is a terminal.
    pub fn new(session: &Session) -> Self {
        let watched = std::io::stderr().is_terminal() && session.level > Level::Quiet;
        let bars = watched.then(|| {
            let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            Bars { all, total: OnceLock::new() }
        });
        let shown = Mutex::new(Shown { columns: width(), ..Shown::default() });
        Self { bars, shown, level: session.level }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the bars away.
    pub fn end(&self) {
        let mut shown = self.shown();
        shown.over = true;
        for file in shown.files.values() {
            if let Some(bar) = &file.bar {
                bar.finish_and_clear();
            }
        }
        if let Some(total) = self.bars.as_ref().and_then(|bars| bars.total.get()) {
            total.finish_and_clear();
        }
    }

    /// Tells of a file that will come, so that the bar for all knows it from the beginning; of some nobody knows how large they are.
    pub fn expect(&self, name: &str, total: Option<u64>) {
        self.shown().files.entry(name.to_owned()).or_insert_with(|| File::of(total));
    }

    /// Nothing more comes of it.
    pub fn over(&self, name: &str) {
        let mut shown = self.shown();
        let Some(file) = shown.files.get_mut(name) else { return };
        // The rest of one that was here, or failed, is nothing that the others wait for.
        file.total = Some(file.have);
        if let Some(bar) = &file.bar {
            bar.finish_and_clear();
        }
    }

    fn say(&self, line: &str) {
        match &self.bars {
            _ if self.level == Level::Quiet => {}
            Some(bars) => bars.all.suspend(|| warn(line)),
            None => warn(line),
        }
    }

    fn bytes(&self, name: &str, have: u64, total: Option<u64>) {
        let mut shown = self.shown();
        let Shown { files, columns, over } = &mut *shown;
        if *over {
            return;
        }
        if let Some(bars) = &self.bars {
            bars.fit(files, columns);
        }
        let file = files.entry(name.to_owned()).or_insert_with(|| File::of(None));
        if let (None, Some(bars)) = (&file.bar, &self.bars) {
            file.bar = Some(match bars.total.get() {
                Some(total) => bars.all.insert_before(total, bar(name, *columns)),
                None => bars.all.add(bar(name, *columns)),
            });
        }
        let whole = total.unwrap_or(have).max(have);
        (file.have, file.total) = (have, Some(whole));
        if let Some(bar) = &file.bar {
            bar.set_length(whole);
            bar.set_position(have);
            if have == whole {
                bar.finish_and_clear();
            }
        } else if file.told.elapsed() > LINE_EVERY {
            file.told = Instant::now();
            let of = total.map(|total| format!(" of {}", size(total))).unwrap_or_default();
            self.say(&format!("{name}: {}{of}", size(have)));
        }
        if let Some(bars) = self.bars.as_ref().filter(|_| files.len() > 1) {
            let sum: u64 = files.values().filter_map(|file| file.total).sum();
            let total = bars.total.get_or_init(|| {
                let total = bar("total", *columns);
                total.set_length(sum);
                bars.all.add(total)
            });
            total.set_prefix(called_total(files.values().filter(|file| file.total.is_none()).count()));
            total.set_length(sum);
            total.set_position(files.values().map(|file| file.have).sum());
        }
    }
}

impl Bars {
    /// Makes them as wide as the terminal is now. What it wrapped when it became narrower stays above them: only some terminals do that,
    /// and none tells.
    fn fit(&self, files: &HashMap<String, File>, columns: &mut u16) {
        let now = width();
        if now != *columns {
            *columns = now;
            files.values().filter_map(|file| file.bar.as_ref()).chain(self.total.get()).for_each(|bar| restyle(bar, now));
        }
    }
}

/// The bar for all; what it says of bytes and time leaves out so many files, since nobody knows how large they are.
fn called_total(unknown: usize) -> String {
    match unknown {
        0 => "total".to_owned(),
        1 => "total +1 file".to_owned(),
        n => format!("total +{n} files"),
    }
}

/// What fits into so many columns: a line that wraps is never taken away again.
fn template(columns: u16) -> String {
    // The last column stays free: a line that fills it is wrapped by some terminals.
    let bar = |rest: u16| columns.saturating_sub(rest + 1).max(4);
    let numbers = "{decimal_bytes:>9}/{decimal_total_bytes:<9} {decimal_bytes_per_sec:>11} {eta:>4}";
    match columns {
        0..64 => format!("{{prefix:<14!}} {{bar:{}}} {{percent:>3}}% {{eta:>4}}", bar(25)),
        64..100 => format!("{{prefix:<20!}} {{bar:{}}} {numbers}", bar(58)),
        _ => format!("{{prefix:<32!}} {{bar:{}}} {numbers}", bar(70)),
    }
}

/// Columns of the terminal that the bars are on.
fn width() -> u16 {
    terminal_size::terminal_size_of(std::io::stderr()).map_or(80, |(width, _)| width.0)
}

fn bar(name: &str, columns: u16) -> ProgressBar {
    // Hidden until it has its place among the others: else it draws a line of its own that nobody takes away.
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
    restyle(&bar, columns);
    bar.set_prefix(name.to_owned());
    bar
}

fn restyle(bar: &ProgressBar, columns: u16) {
    if let Ok(style) = ProgressStyle::with_template(&template(columns)) {
        bar.set_style(style.progress_chars("━╸─"));
    }
}

impl Watch for Screen {
    fn step(&self, name: &str, step: Step) {
        match step {
            Step::Bytes { have, total } => self.bytes(name, have, total),
            Step::Waiting => self.say(&format!("{name}: it is being fetched already; waiting for that")),
            Step::Note(note) => self.say(&format!("{name}: {}", whole(&note))),
        }
    }
}
