//! A file of this host as a source.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use pxectl_model::url::Url;

use super::error::{FetchError, Tried};
use super::partial::{Partial, blocking};
use super::sink::Sink;
use super::{Job, Step, Stop, room};
use crate::regular;

/// Copies it.
pub(super) async fn copy(job: &Job<'_>, url: &Url, path: &str, partial: &mut Partial) -> Result<(), Stop> {
    let unreadable = |error: io::Error| Stop::Next(Tried::new(url, error.to_string()));
    let source = regular::open_regular(Path::new(path)).map_err(unreadable)?;
    let total = source.metadata().map_err(unreadable)?.len();
    partial.restart()?;
    room::reserve(partial.file(), job.store.root(), 0, Some(total))?;
    let sink = partial.lend();
    let (watch, name) = (job.watch.clone(), job.want.name.clone());
    let (sink, outcome) = blocking(move || {
        let mut sink = sink;
        let outcome = pump(source, &mut sink, |have| watch.step(&name, Step::Bytes { have, total: Some(total) }));
        (sink, outcome)
    })
    .await;
    partial.give_back(sink);
    match outcome {
        Ok(()) => Ok(()),
        Err(Broken::Source(error)) => Err(unreadable(error)),
        Err(Broken::Sink(error)) if room::is_full(&error) => Err(room::full(job.store.root(), Some(total)).into()),
        Err(Broken::Sink(source)) => Err(FetchError::Store { operation: "writing", path: partial.part(), source }.into()),
    }
}

enum Broken {
    Source(io::Error),
    Sink(io::Error),
}

fn pump(mut source: File, sink: &mut Sink, mut moved: impl FnMut(u64)) -> Result<(), Broken> {
    let mut buffer = vec![0; 128 * 1024];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => sink.take(&buffer[..count]).map_err(Broken::Sink)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Broken::Source(error)),
        }
        moved(sink.len);
    }
}
