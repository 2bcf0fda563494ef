//! Every event as one JSON object a line, on the standard output.

use std::io::Write;

use super::{Sink, Told};

/// Writes each event at once, so that a reader of the pipe sees it when it happens.
pub struct Ndjson;

impl Sink for Ndjson {
    fn event(&mut self, told: &Told) {
        let mut out = std::io::stdout().lock();
        // A closed pipe is the reader's choice; the boot goes on.
        let _ = writeln!(out, "{}", crate::serving::event_json::event(&told.event)).and_then(|()| out.flush());
    }
}
