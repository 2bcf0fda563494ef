//! Whether what came makes sense, before it gets its name: the judge knows formats, and comes from whoever fetches.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;

use pxectl_model::check::Depth;
use pxectl_model::url::Url;

use super::error::{FetchError, Tried};
use super::partial::{Partial, blocking};
use super::{Job, Stop};

impl Job<'_> {
    /// Where nobody said what it must hash to, a content that makes no sense is refused; else its digest decides, and it is only told.
    pub(super) async fn judged(&self, url: &Url, partial: &mut Partial) -> Result<(), Stop> {
        let Some(check) = self.client.check.clone() else { return Ok(()) };
        let path = partial.part();
        let failed = |source| FetchError::Store { operation: "reading", path: path.clone(), source };
        let file = partial.file().try_clone().map_err(failed)?;
        let (mut held, name) = (Held { file, len: partial.len(), at: 0 }, url.as_str().to_owned());
        let judged = blocking(move || check.check(&name, Depth::Quick, &mut held)).await.map_err(failed)?;
        if judged.problems.is_empty() {
            return Ok(());
        }
        let why = judged.problems.join("; ");
        if self.want.pinned() {
            self.note(format!("warning: {why}; it is what its digest says, so it was taken"));
            return Ok(());
        }
        partial.restart()?;
        Err(Stop::Next(Tried::senseless(url, why)))
    }
}

/// The bytes that came, without the room that is reserved behind them; whoever writes the file keeps their place in it.
struct Held {
    file: File,
    len: u64,
    at: u64,
}

impl Read for Held {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(self.at)).unwrap_or(usize::MAX).min(room.len());
        let count = self.file.read_at(&mut room[..left], self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Held {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
        };
        self.at = to.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
