//! Pieces of a content that are ahead of its beginning: a file each beside it, named by its first byte, as long as what is here of it.
//! So nothing need be written down about them, and whoever is killed finds them as they were.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::sink::{Pour, Sink};

/// The pieces of one content.
#[derive(Debug)]
pub(super) struct Pieces {
    folder: PathBuf,
    /// What their files' names begin with.
    stem: String,
}

/// A piece on its way.
pub(super) struct Piece {
    file: File,
    have: u64,
}

impl Pour for Piece {
    fn have(&self) -> u64 {
        self.have
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, self.have)?;
        self.have += bytes.len() as u64;
        Ok(())
    }
}

impl Pieces {
    /// Those beside a file.
    pub fn beside(part: &Path) -> Self {
        let name = part.file_name().unwrap_or_default().to_string_lossy();
        Self { folder: part.parent().unwrap_or(part).to_owned(), stem: format!("{name}.") }
    }

    fn path(&self, start: u64) -> PathBuf {
        self.folder.join(format!("{}{start}", self.stem))
    }

    /// Where those that are here begin, and how many bytes each has.
    pub fn here(&self) -> BTreeMap<u64, u64> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let start = |entry: &std::fs::DirEntry| entry.file_name().to_str()?.strip_prefix(&self.stem)?.parse::<u64>().ok();
        entries
            .filter_map(|entry| Some((start(&entry)?, entry.metadata().ok().filter(std::fs::Metadata::is_file)?.len())))
            .collect()
    }

    /// Opens one, with what is in it.
    ///
    /// # Errors
    /// As open(2).
    pub fn open(&self, start: u64) -> io::Result<Piece> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let file = File::from(rustix::fs::open(self.path(start), flags, Mode::from_raw_mode(0o666))?);
        let have = file.metadata()?.len();
        Ok(Piece { file, have })
    }

    /// Appends to the beginning what follows it, and removes the files of that; those that somebody still writes are left alone.
    ///
    /// # Errors
    /// As read(2) and write(2); the file of a piece stays until all of it was appended.
    pub fn append(&self, sink: &mut Sink, busy: &BTreeSet<u64>) -> io::Result<()> {
        let mut buffer = vec![0; 256 * 1024];
        for (start, have) in self.here() {
            if busy.contains(&start) || start > sink.len {
                continue;
            }
            let file = File::open(self.path(start))?;
            while sink.len < start + have {
                match file.read_at(&mut buffer, sink.len - start)? {
                    0 => break,
                    count => sink.take(&buffer[..count])?,
                }
            }
            std::fs::remove_file(self.path(start))?;
        }
        Ok(())
    }

    /// Throws all of them away.
    ///
    /// # Errors
    /// As unlink(2).
    pub fn remove(&self) -> io::Result<()> {
        self.here().into_keys().try_for_each(|start| std::fs::remove_file(self.path(start)))
    }
}

/// The next piece that nobody has yet, within bounds: where it begins and ends. `whole` are those that are here to their end.
pub(super) fn next(from: u64, total: u64, piece: u64, ahead: u64, taken: &BTreeSet<u64>) -> Option<(u64, u64)> {
    let end_of = |start: u64| ((start / piece + 1) * piece).min(total);
    let mut start = from;
    while start < total && start < from.saturating_add(ahead) {
        if !taken.contains(&start) {
            return Some((start, end_of(start)));
        }
        start = end_of(start);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_lie_on_a_grid_and_not_too_far_ahead() {
        let taken = |starts: &[u64]| starts.iter().copied().collect::<BTreeSet<u64>>();
        assert_eq!(next(25, 95, 10, 40, &taken(&[])), Some((25, 30)));
        assert_eq!(next(25, 95, 10, 40, &taken(&[25, 30])), Some((40, 50)));
        assert_eq!(next(25, 95, 10, 40, &taken(&[25, 30, 40, 50, 60])), None, "too far ahead");
        assert_eq!(next(90, 95, 10, 40, &taken(&[])), Some((90, 95)));
        assert_eq!(next(95, 95, 10, 40, &taken(&[])), None);
    }

    #[test]
    fn what_was_appended_by_half_is_appended_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join("key.part");
        let mut sink = Sink::new(File::options().read(true).write(true).create(true).truncate(true).open(&part).unwrap(), false);
        sink.take(b"0123456").unwrap();
        let pieces = Pieces::beside(&part);
        // One that was appended whole, one by half, one that follows, one with a hole before it, one in work, and no piece at all.
        for (name, text) in [("0", "01"), ("5", "56789"), ("10", "abc"), ("20", "xyz"), ("13", "def"), ("x", "?")] {
            std::fs::write(folder.path().join(format!("key.part.{name}")), text).unwrap();
        }
        pieces.append(&mut sink, &BTreeSet::from([13])).unwrap();
        assert_eq!(std::fs::read(&part).unwrap(), b"0123456789abc");
        assert_eq!(pieces.here(), BTreeMap::from([(13, 3), (20, 3)]));
        pieces.append(&mut sink, &BTreeSet::new()).unwrap();
        assert_eq!((sink.len, pieces.here()), (16, BTreeMap::from([(20, 3)])));
        pieces.remove().unwrap();
        assert!(pieces.here().is_empty() && folder.path().join("key.part.x").exists());
    }
}
