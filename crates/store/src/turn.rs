//! Whose turn it is in a store: many may add to it at once, and nobody while one removes.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{FlockOperation, Mode, OFlags};

use crate::images::Store;

/// A turn; over when it is dropped, or when the process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Turn {
    _held: File,
}

impl Turn {
    /// For what adds: short, so that nobody waits long for it.
    pub fn adding(store: &Store) -> io::Result<Self> {
        Self::take(store, FlockOperation::LockShared)
    }

    /// For what removes.
    pub fn removing(store: &Store) -> io::Result<Self> {
        Self::take(store, FlockOperation::LockExclusive)
    }

    fn take(store: &Store, operation: FlockOperation) -> io::Result<Self> {
        std::fs::create_dir_all(store.root())?;
        let file = open_lock(&store.root().join("gc.lock"), OFlags::CREATE)?;
        loop {
            match rustix::fs::flock(&file, operation) {
                Ok(()) => return Ok(Self { _held: file }),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Opens a file that is there to be locked; whether it may be made is for whoever asks. Open for writing, as NFS wants it for a lock that
/// nobody shares (flock(2)); where another user made it and nobody else may write there, a file system of this host does without.
pub(crate) fn open_lock(path: &Path, make: OFlags) -> io::Result<File> {
    let open = |access: OFlags| {
        let flags = access | make | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        rustix::fs::open(path, flags, Mode::from_raw_mode(0o666)).map(File::from)
    };
    match open(OFlags::RDWR) {
        Err(rustix::io::Errno::ACCESS | rustix::io::Errno::PERM | rustix::io::Errno::ROFS) => Ok(open(OFlags::RDONLY)?),
        other => Ok(other?),
    }
}

/// Whether a file still has its name.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    let same = |one: std::fs::Metadata, other: std::fs::Metadata| (one.dev(), one.ino()) == (other.dev(), other.ino());
    file.metadata().ok().zip(std::fs::symlink_metadata(path).ok()).is_some_and(|(one, other)| same(one, other))
}
