//! Bodies whose files are open: what a table holds, so that answering a request opens nothing.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::Arc;
use std::time::SystemTime;

use pxectl_model::body::{Body, Extent};

/// A body that can be read at any offset, by any number of readers at once.
#[derive(Debug, Clone)]
pub enum OpenBody {
    /// In memory.
    Bytes {
        /// The content.
        bytes: Arc<[u8]>,
        /// When the table was built.
        modified: SystemTime,
    },
    /// In a file.
    Pieces(Arc<OpenPieces>),
}

/// Parts of an open file, one after the other.
#[derive(Debug)]
pub struct OpenPieces {
    /// The file; a replaced file (rename) stays readable through it. Shared with other parts of it.
    pub file: Arc<File>,
    /// Where the parts lie; never past the file's end when it was opened.
    pub extents: Arc<[Extent]>,
    /// For each part, how many bytes of the body come before it: an image may hold a file in a hundred thousand parts.
    before: Box<[u64]>,
    /// Bytes of all parts.
    pub len: u64,
    /// What the file was when it was opened; while it is sent it must stay so.
    pub stamp: Stamp,
}

/// What tells one version of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Inode number.
    pub inode: u64,
    /// Modification time, nanoseconds since the epoch.
    pub modified_ns: i128,
    /// Bytes of the whole file.
    pub len: u64,
}

impl Stamp {
    /// The stamp of an open file.
    ///
    /// # Errors
    /// As fstat(2).
    pub fn of(file: &File) -> io::Result<Self> {
        let meta = file.metadata()?;
        let modified_ns = i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec());
        Ok(Self { inode: meta.ino(), modified_ns, len: meta.len() })
    }
}

impl OpenBody {
    /// Opens what a body names.
    ///
    /// # Errors
    /// Where the file cannot be opened, or is no regular file.
    pub fn open(body: &Body) -> io::Result<Self> {
        let path = match body {
            Body::Bytes(bytes) => return Ok(Self::Bytes { bytes: bytes.clone(), modified: SystemTime::now() }),
            Body::File(path) => path,
        };
        // A FIFO would block the open for ever; NONBLOCK is without effect on regular files.
        let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(&**path, flags, rustix::fs::Mode::empty())?);
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let stamp = Stamp::of(&file)?;
        let extents = Arc::from([Extent { offset: 0, len: stamp.len }]);
        Ok(Self::Pieces(Arc::new(OpenPieces::new(Arc::new(file), extents, stamp)?)))
    }

    /// Parts of it, one after the other, as a body of its own: a file inside an image. Nothing is opened, and of a file nothing is
    /// copied. Only of a body that is a file from its first byte on.
    ///
    /// # Errors
    /// Where it does not have these bytes.
    pub fn part(&self, extents: Arc<[Extent]>) -> io::Result<Self> {
        match self {
            Self::Bytes { bytes, modified } => {
                let mut part = Vec::new();
                for extent in extents.iter() {
                    let place = usize::try_from(extent.offset).ok().zip(usize::try_from(extent.len).ok());
                    let slice = place.and_then(|(at, len)| bytes.get(at..at.checked_add(len)?)).ok_or_else(shorter)?;
                    part.extend_from_slice(slice);
                }
                Ok(Self::Bytes { bytes: Arc::from(part), modified: *modified })
            }
            Self::Pieces(whole) if whole.is_whole() => {
                Ok(Self::Pieces(Arc::new(OpenPieces::new(whole.file.clone(), extents, whole.stamp)?)))
            }
            Self::Pieces(_) => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a part of a file itself")),
        }
    }

    /// Bytes in all.
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes { bytes, .. } => bytes.len() as u64,
            Self::Pieces(pieces) => pieces.len,
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `buffer` from `offset`, and tells how many bytes there were: fewer only at the end.
    ///
    /// # Errors
    /// As pread(2); `UnexpectedEof` where the file has become shorter.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Self::Bytes { bytes, .. } => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                let count = buffer.len().min(bytes.len() - start);
                buffer[..count].copy_from_slice(&bytes[start..start + count]);
                Ok(count)
            }
            Self::Pieces(pieces) => pieces.read_at(buffer, offset),
        }
    }
}

fn shorter() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the file is shorter than its index says")
}

impl OpenPieces {
    /// Parts of an open file; none may lie past its end.
    fn new(file: Arc<File>, extents: Arc<[Extent]>, stamp: Stamp) -> io::Result<Self> {
        let mut len = 0_u64;
        let mut before = Vec::with_capacity(extents.len());
        for extent in extents.iter() {
            before.push(len);
            let end = extent.offset.checked_add(extent.len).filter(|end| *end <= stamp.len);
            len = end.and_then(|_| len.checked_add(extent.len)).ok_or_else(shorter)?;
        }
        Ok(Self { file, extents, before: before.into(), len, stamp })
    }

    /// Whether it is all of its file.
    fn is_whole(&self) -> bool {
        *self.extents == [Extent { offset: 0, len: self.stamp.len }]
    }

    /// The part that holds byte `offset` of the body, and where in it; none at the end.
    fn place(&self, offset: u64) -> Option<(usize, u64)> {
        // Of parts of no bytes, which all begin where the next does, the last is found.
        let n = self.before.partition_point(|before| *before <= offset).checked_sub(1)?;
        (offset < self.len).then(|| (n, offset - self.before[n]))
    }

    /// Where byte `offset` of the body lies in the file, and how many bytes follow it there without a gap; none at the end.
    pub fn locate(&self, offset: u64) -> Option<(u64, u64)> {
        let (n, inside) = self.place(offset)?;
        let extent = self.extents[n];
        Some((extent.offset + inside, extent.len - inside))
    }

    /// Whether the file is still the one that was opened; `InvalidData` where it is not.
    ///
    /// # Errors
    /// That, and as fstat(2).
    pub fn check(&self) -> io::Result<()> {
        if Stamp::of(&self.file)? == self.stamp {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "the file changed after it was opened"))
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut done = 0;
        while let Some((at, together)) = self.locate(offset + done as u64).filter(|_| done < buffer.len()) {
            let count = usize::try_from(together).unwrap_or(usize::MAX).min(buffer.len() - done);
            self.file.read_exact_at(&mut buffer[done..done + count], at)?;
            done += count;
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::path::Path;

    fn file(content: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        file
    }

    #[test]
    fn parts_of_an_open_file_share_it() {
        let mut file = file(b"0123456789");
        let whole = OpenBody::open(&Body::File(Arc::from(file.path()))).unwrap();
        let extent = |offset, len| Extent { offset, len };
        let part = whole.part(Arc::from([extent(8, 2), extent(3, 0), extent(1, 0), extent(0, 3)])).unwrap();
        let mut buffer = [0; 9];
        assert_eq!((part.len(), part.read_at(&mut buffer, 0).unwrap()), (5, 5));
        assert_eq!(&buffer[..5], b"89012");
        let OpenBody::Pieces(pieces) = &part else { unreachable!() };
        assert_eq!(
            [0, 1, 2, 4, 5, u64::MAX].map(|at| pieces.locate(at)),
            [Some((8, 2)), Some((9, 1)), Some((0, 3)), Some((2, 1)), None, None]
        );
        assert!(whole.part(Arc::from([extent(8, 3)])).is_err() && whole.part(Arc::from([extent(u64::MAX, 2)])).is_err());
        assert!(part.part(Arc::from([extent(0, 1)])).is_err(), "an offset is one of the file");
        let empty = whole.part(Arc::from([])).unwrap();
        assert!(empty.is_empty() && empty.read_at(&mut buffer, 0).unwrap() == 0);
        assert!(pieces.check().is_ok());
        file.write_all(b"more").unwrap();
        assert!(pieces.check().is_err(), "the image changed");
        let made = OpenBody::Bytes { bytes: Arc::from(&b"0123456789"[..]), modified: SystemTime::now() };
        let part = made.part(Arc::from([extent(8, 2), extent(0, 1)])).unwrap();
        assert_eq!((part.len(), part.read_at(&mut buffer, 0).unwrap(), &buffer[..3]), (3, 3, &b"890"[..]));
        assert!(made.part(Arc::from([extent(8, 3)])).is_err() && made.part(Arc::from([extent(u64::MAX, u64::MAX)])).is_err());
    }

    #[test]
    fn what_cannot_be_sent_is_refused_at_once() {
        let short = file(b"0123");
        let short = OpenBody::open(&Body::File(Arc::from(short.path()))).unwrap();
        let lying = short.part(Arc::from([Extent { offset: 3, len: 2 }]));
        assert_eq!(lying.unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert!(OpenBody::open(&Body::File(Arc::from(Path::new("/dev")))).is_err());
        assert!(OpenBody::open(&Body::File(Arc::from(Path::new("/dev/zero")))).is_err());
    }

    #[test]
    fn a_truncated_file_is_an_error_and_not_short_data() {
        let mut file = file(b"0123456789");
        let body = OpenBody::open(&Body::File(Arc::from(file.path()))).unwrap();
        file.as_file_mut().set_len(4).unwrap();
        let mut buffer = [0; 8];
        assert_eq!(body.read_at(&mut buffer, 0).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
