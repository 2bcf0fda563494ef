//! Readers of the event stream.

pub mod bars;
pub mod human;
pub mod ndjson;
pub mod outlet;
pub mod terminal;

use pxectl_model::board::Row;
use pxectl_model::event::Event;

use crate::session::Level;

/// An event as a reader gets it.
#[derive(Debug, Clone)]
pub struct Told {
    /// What happened.
    pub event: Event,
    /// The row that it changed, as it was after it.
    pub row: Option<Row>,
    /// Machines in the middle of a transfer; counted for `Stopping` only.
    pub loading: usize,
}

/// Somebody who wants to know. It is called on a thread of its own, in order, and may block.
pub trait Sink: Send {
    /// Something happened.
    fn event(&mut self, told: &Told);

    /// No more events.
    fn end(&mut self) {}
}

/// What `serve` and `demo` tell: people always, and programs where they asked.
pub fn all(level: Level, ndjson: bool) -> Vec<Box<dyn Sink>> {
    let mut sinks: Vec<Box<dyn Sink>> = vec![Box::new(terminal::Terminal::new(level))];
    if ndjson {
        sinks.push(Box::new(ndjson::Ndjson));
    }
    sinks
}
